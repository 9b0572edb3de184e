package builtins_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
	"github.com/lull-lua/lull/interp/stub"
)

var update = flag.Bool("update", false, "write REFERENCE.md")

// reference is what the stubs say of all builtins.
func reference(t *testing.T) *stub.Index {
	t.Helper()
	x, err := stub.Of(modules(t))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// modules are those of Std.
func modules(t *testing.T) []interp.Module {
	t.Helper()
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	return rt.Modules()
}

const introduction = `# Reference

Made from the stubs of the tables; ` + "`lull doc NAME`" + ` prints the same. A *checkpoint* raises if its task has been
cancelled, and lets other tasks run while it waits. Every time is in seconds.
`

func TestReferenceIsFresh(t *testing.T) {
	const path = "REFERENCE.md"
	want := introduction + reference(t).Markdown()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n"))) != want {
		t.Errorf("%s is stale: go test ./builtins -run Reference -update writes it anew", path)
	}
}

// Every example runs, in virtual time, and prints what it claims.
func TestExamples(t *testing.T) {
	for _, e := range reference(t).All() {
		if (e.Kind == stub.Function || e.Kind == stub.Method) && len(e.Examples) == 0 {
			t.Errorf("%s has no example", e.Name)
		}
		for _, ex := range e.Examples {
			t.Run(e.Name, func(t *testing.T) {
				if runtime.GOOS == "windows" && strings.Contains(ex.Source, "/dev/") {
					t.Skip("needs /dev")
				}
				var out, errw bytes.Buffer
				rt, err := interp.New(builtins.Std(), interptest.Signals(), interp.WithDir(t.TempDir()), interp.WithStdio(nil, &out, &errw), interp.WithVirtualTime())
				if err != nil {
					t.Fatal(err)
				}
				_, err = rt.RunString(context.Background(), "=example", ex.Source)
				if cerr := rt.Close(); err != nil || cerr != nil || errw.Len() > 0 {
					t.Errorf("%v, %v, standard error %q", err, cerr, errw.String())
				}
				if want := strings.Join(ex.Prints, "\n") + "\n"; out.String() != want {
					t.Errorf("prints\n%swant\n%s", out.String(), want)
				}
			})
		}
	}
}
