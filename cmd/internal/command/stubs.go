package command

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const stubsUsage = `usage: lull stubs DIR        DIR is the folder that the editor opens
`

// stubsDir is the folder inside it that the stubs are written to.
const stubsDir = ".lull"

// stubs writes what an editor and a linter have to know: the types of the builtins, where they are, and the names. Stubs of
// another version are overwritten; what else is there is added to, or left.
func stubs(p *process, args []string) int {
	if len(args) == 1 && (args[0] == "-h" || args[0] == "--help") {
		return p.say(stubsUsage)
	}
	if len(args) != 1 || args[0] == "" || strings.HasPrefix(args[0], "-") { // a folder of such a name is ./-name
		io.WriteString(p.stderr, stubsUsage)
		return statusUsage
	}
	said, err := writeStubs(p.with, args[0])
	if err != nil {
		fmt.Fprintln(p.stderr, "lull stubs:", err)
		return statusFailed
	}
	return p.say(said)
}

func writeStubs(with *Extension, dir string) (said string, err error) {
	if info, err := os.Stat(dir); err != nil {
		return "", err
	} else if !info.IsDir() {
		return "", fmt.Errorf("%s is no folder", dir)
	}
	x, err := reference(with)
	if err != nil {
		return "", err
	}
	into := filepath.Join(dir, stubsDir)
	if err := os.MkdirAll(into, 0o777); err != nil {
		return "", err
	}
	said = into + " has all it needs\n"
	for name, src := range x.Files() {
		path := filepath.Join(into, name)
		if is, err := os.ReadFile(path); err == nil && string(is) == src {
			continue
		}
		if err := os.WriteFile(path, []byte(src), 0o666); err != nil {
			return "", err
		}
		said = "wrote " + into + "\n"
	}
	for _, write := range []func(dir string) (string, error){writeLuarc, func(dir string) (string, error) { return writeLuacheckrc(dir, x) }} {
		what, err := write(dir)
		if err != nil {
			return "", err
		}
		said += what + "\n"
	}
	return said, nil
}

// create makes a file that is not there yet.
func create(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// replace gives a file another text, all at once: whatever happens, one of the two is there.
func replace(path, text string) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // no longer there if all went well
	_, err = io.WriteString(f, text)
	if err == nil {
		err = f.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
