// Package scripts_test runs the scripts beside their golden outputs.
package scripts_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

var update = flag.Bool("update", false, "rewrite the golden outputs")

// TestGolden runs every script that has a golden output beside it, in virtual time.
func TestGolden(t *testing.T) {
	goldens, err := filepath.Glob("*/*.out")
	if err != nil || len(goldens) == 0 {
		t.Fatalf("no golden outputs: %v", err)
	}
	for _, golden := range goldens {
		script := strings.TrimSuffix(golden, ".out") + ".lua"
		t.Run(script, func(t *testing.T) {
			var out, errw bytes.Buffer
			rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, &errw), interp.WithVirtualTime())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := rt.RunFile(context.Background(), script); err != nil {
				t.Error(err)
			}
			if err := rt.Close(); err != nil {
				t.Error(err)
			}
			if *update {
				if err := os.WriteFile(golden, out.Bytes(), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if out.String() != string(want) {
				t.Errorf("printed:\n%s\nwant:\n%s", out.String(), want)
			}
			if errw.Len() > 0 {
				t.Errorf("standard error: %s", errw.String())
			}
		})
	}
}
