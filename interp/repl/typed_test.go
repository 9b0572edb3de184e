package repl_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

var update = flag.Bool("update", false, "write the screens of testdata anew")

var address = regexp.MustCompile(`\b0x[0-9a-f]+\b`)

// The sessions have what a person types and sees: lines of testdata/*.txt that begin with a prompt are typed. Time is virtual. The function
// ctrl_c is Ctrl-C while it runs, and the current folder has a file slow.lua.
func TestTyped(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for i, file := range files {
		if files[i], err = filepath.Abs(file); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("slow.lua", []byte("ctrl_c()\nsleep(10)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := string(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")))
			var script []step
			for l := range strings.Lines(want) {
				l = strings.TrimSuffix(l, "\n")
				if line, ok := strings.CutPrefix(l, ">> "); ok {
					script = append(script, step{line: line})
				} else if line, ok := strings.CutPrefix(l, "> "); ok {
					script = append(script, step{line: line})
				}
			}
			ty := &typist{script: script}
			got, err := session(t, ty, interp.WithVirtualTime(), interp.WithFunc("ctrl_c", func() { ty.repl.Interrupt() }))
			if err != nil {
				t.Error(err)
			}
			got = address.ReplaceAllString(got, "0x")
			if got, left := strings.CutSuffix(got, "> "); got != want || !left {
				t.Errorf("on the screen is\n%s\nwant\n%s", got, want)
				if *update {
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}
