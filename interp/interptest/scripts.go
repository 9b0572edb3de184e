package interptest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/test"
)

// RunScripts runs the files of a folder, and those below it, whose names end in _test.lua, as package test does: each of their tests is
// a sub-test, in a runtime of its own that is made with the options. require finds what lies beside a file, whose name is arg[0]. A test
// that sets no time-out has a minute. A folder without any test fails. Tests are run again on purpose by -run with their names; snapshots
// are not written where the variable CI is set.
func RunScripts(t *testing.T, dir string, opts ...interp.Option) {
	t.Helper()
	report, err := test.Run(context.Background(), os.DirFS(dir), test.Options{
		Root:    filepath.ToSlash(dir),
		CI:      os.Getenv("CI") != "",
		Timeout: patience,
		Runtime: func(script string, args []string) []interp.Option {
			beside := filepath.ToSlash(filepath.Dir(script))
			return append([]interp.Option{interp.WithArgs(script, args...), interp.WithPath(beside+"/?.lua;"+beside+"/?/init.lua", beside)}, opts...)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range report.Broken {
		t.Error(err)
	}
	if len(report.Results) == 0 && len(report.Broken) == 0 {
		t.Errorf("no test in %s: files with tests have names that end in _test.lua", dir)
	}
	for _, r := range report.Results {
		name := r.Name
		if name == "" {
			name = filepath.Base(r.File)
		}
		t.Run(name, func(t *testing.T) {
			switch r.Outcome {
			case test.Skipped:
				t.Skip(r.Reason)
			case test.Failed:
				t.Errorf("%s\n%s", r.Failure(), r.Output)
			}
		})
	}
}
