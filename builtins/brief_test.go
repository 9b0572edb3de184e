package builtins_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/stub"
)

// A checkpoint raises if its task has been cancelled, however little it would do.
func TestBriefCheckpoints(t *testing.T) {
	for _, b := range checkpoints(t) {
		if !b.brief {
			continue
		}
		t.Run(b.call, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range []string{"f", "m.lua"} {
				if err := os.WriteFile(dir+"/"+name, []byte("-- a\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			out, errw, err := run(t, fmt.Sprintf(`
				%s
				local t = spawn(function()
					task.current():cancel()
					%s
					print("it went on")
				end)
				t:join()
				print(t:cancelled())`, b.made, b.wait), interp.WithDir(dir), interp.WithPath(dir+"/?.lua"))
			if out != "true\n" || errw != "" || err != nil {
				t.Errorf("printed %q, %q; error %v", out, errw, err)
			}
		})
	}
}

// A stub marks as @async what the lists of checkpoints show to be one, and nothing else.
func TestAsyncMarks(t *testing.T) {
	shown := map[string]bool{}
	for _, c := range checkpoints(t) {
		shown[c.call] = true
	}
	for _, e := range reference(t).All() {
		if e.Kind != stub.Function && e.Kind != stub.Method {
			continue
		}
		switch {
		case e.Async && !shown[e.Name]:
			t.Errorf("the stub of %s marks it @async, and no test shows that: give it a line in its table's testdata/checkpoints.txt", e.Name)
		case !e.Async && shown[e.Name]:
			t.Errorf("%s is a checkpoint, by a testdata/checkpoints.txt, and its stub does not mark it @async", e.Name)
		}
		delete(shown, e.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(shown)) {
		t.Errorf("%s stands in a testdata/checkpoints.txt, and no stub describes it", name)
	}
}
