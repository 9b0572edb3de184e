package command

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const initUsage = `usage: lull init [DIR]

Begins a project in the current folder, or in DIR, which is made: job.lua, a first job; job_test.lua, its test, which
puts something else in the place of the hosts that it names; and what editors and linters have to know, as lull stubs writes it. Whatever
is there already stays as it is.
`

// The first job, and its test.
var (
	//go:embed project/job.lua
	firstJob string
	//go:embed project/job_test.lua
	firstTest string
)

// initProject is "lull init".
func initProject(p *process, args []string) int {
	dir := "."
	switch {
	case len(args) == 1 && (args[0] == "-h" || args[0] == "--help"):
		return p.say(initUsage)
	case len(args) > 1, len(args) == 1 && (args[0] == "" || strings.HasPrefix(args[0], "-")):
		io.WriteString(p.stderr, initUsage)
		return statusUsage
	case len(args) == 1:
		dir = args[0]
	}
	said, err := begin(p.with, dir)
	if err != nil {
		fmt.Fprintln(p.stderr, "lull init:", err)
		return statusFailed
	}
	return p.say(said)
}

// begin writes what is not there yet, and says what it has done.
func begin(with *Extension, dir string) (said string, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	fresh := false
	for _, f := range []struct{ name, text string }{{"job.lua", firstJob}, {"job_test.lua", firstTest}} {
		path := filepath.Join(dir, f.name)
		switch err := create(path, f.text); {
		case errors.Is(err, fs.ErrExist):
			said += path + " is there already: it stays as it is\n"
		case err != nil:
			return "", err
		default:
			said += "wrote " + path + "\n"
			fresh = true
		}
	}
	more, err := writeStubs(with, dir)
	if err != nil {
		return "", err
	}
	said += more
	if !strings.Contains(said, "wrote ") && !strings.Contains(said, "added to ") {
		return "there is nothing to do: a job, its test and what editors need are there\n", nil
	}
	if fresh {
		said += fmt.Sprintf("\nTry: lull test %s\n     lull %s\n", dir, filepath.Join(dir, "job.lua"))
	}
	return said, nil
}
