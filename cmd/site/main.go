// Command site writes Lull's web site into a folder: what Lull is, the tutorial, guides, examples, the reference and the playground. All
// of it is made from what the repository has, and a page asks nothing of anybody else when it is read: the folder may be served, or opened
// from a disk.
//
//	go run ./cmd/site -o _site
package main

import (
	"embed"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/lull-lua/lull/interp/stub"
)

// files are the pages' templates and texts, and what pages load.
//
//go:embed pages static
var files embed.FS

func main() {
	out := flag.String("o", "_site", "the folder to write")
	root := flag.String("root", ".", "the repository")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "site: there are no arguments but flags; %q is one\n", flag.Arg(0))
		os.Exit(2)
	}
	if err := build(*root, *out, (*site).wasm, (*site).onePage); err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
}

// site is what is being made.
type site struct {
	root     string  // the repository
	out      string  // the folder that is written
	pages    []*page // in the order of the navigation
	stubs    *stub.Index
	urls     map[string]string // where the reference tells of a builtin, by its name
	types    map[string]string // and of a type
	chapters []chapter         // of the reference
}

// build writes the site of the repository at root into the folder out, which it makes. A file of the same name is written anew, and
// others that are there stay. Then it does more, which takes its time:
// the program of the playground.
func build(root, out string, more ...func(*site) error) error {
	if _, err := os.Stat(filepath.Join(root, "scripts", "tutorial")); err != nil {
		return fmt.Errorf("%s is not the repository, which -root names: %w", root, err)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	s := &site{root: root, out: out}
	// The pages first, then what is made of all of them.
	for _, step := range []func() error{s.names, s.home, s.tutorial, s.examples, s.prose, s.reference, s.playground, s.pictures, s.static, s.search, s.render} {
		if err := step(); err != nil {
			return err
		}
	}
	for _, step := range more {
		if err := step(s); err != nil {
			return err
		}
	}
	return nil
}

// read is a file of the repository, by its path from the root, with Unix's line ends.
func (s *site) read(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(name)))
	return strings.ReplaceAll(string(text), "\r\n", "\n"), err
}

// write makes a file of the site.
func (s *site) write(name string, text []byte) error {
	return os.WriteFile(filepath.Join(s.out, name), text, 0o644)
}

// static copies what pages load.
func (s *site) static() error {
	return fs.WalkDir(files, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		return errors.Join(err, s.write(path.Base(name), text))
	})
}
