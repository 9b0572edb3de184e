package scripts_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// Each workload does, at a small size, what it says.
func TestBench(t *testing.T) {
	files := t.TempDir()
	for _, name := range []string{"f00000", "f00001", "f00002"} {
		if err := os.WriteFile(filepath.Join(files, name), make([]byte, 4096), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := map[string][]any{
		"cancel": {"20"}, "dozers": {"20", "body"}, "pingpong": {"20"}, "pipeline": {"20"}, "readfiles": {files, "3"},
		"sleepers": {"20"}, "spawn_join": {"20"}, "startup": nil, "switch": {"5", "4"}, "timeouts": {"20"},
	}
	line := regexp.MustCompile(`^\w+ +(20|3) operations +-?\d+\.\d{3} us each +\d+\.\d MB\n$`)
	for name, args := range args {
		t.Run(name, func(t *testing.T) {
			script := name
			if name == "dozers" {
				script = "sleepers"
			}
			var out bytes.Buffer
			rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, &out), interp.WithVirtualTime(), interp.WithPath("bench/?.lua"))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			_, err = rt.RunFile(ctx, filepath.Join("bench", script+".lua"), args...)
			if closing := rt.Close(); err != nil || closing != nil {
				t.Fatal(err, closing)
			}
			if name != "startup" && !line.Match(out.Bytes()) {
				t.Errorf("it prints %q", out.Bytes())
			}
		})
	}
}
