//go:build unix

package interp_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// Every open file is counted, and a closed one no more.
func TestFilesLimit(t *testing.T) {
	const most = 10
	for _, tt := range []struct {
		name, src string
		tree      bool
		ends      bool // no limit is crossed
	}{
		{name: "io.open", src: `keep = {} for i = 1, 1e6 do keep[i] = assert(io.open("a")) end`},
		{name: "io.open in a tree", tree: true, src: `keep = {} for i = 1, 1e6 do keep[i] = assert(io.open("a")) end`},
		{name: "whatever is done with the error", tree: true, src: `keep = {} while true do pcall(function() keep[#keep + 1] = io.open("a") end) end`},
		{name: "io.lines", tree: true, src: `keep = {} for i = 1, 1e6 do keep[i] = io.lines("a") end`},
		{name: "io.input", src: `keep = {} for i = 1, 1e6 do keep[i] = io.input("a") end`},
		{name: "io.tmpfile", src: `keep = {} for i = 1, 1e6 do keep[i] = assert(io.tmpfile()) end`},
		{name: "os.tmpname", tree: true, src: `for i = 1, 1e6 do os.tmpname() end`},
		{name: "io.popen", src: `keep = {} for i = 1, 1e6 do keep[i] = io.popen("sleep 100") end`},
		{name: "os.execute", src: `for i = 1, 11 do spawn(os.execute, "sleep 100") end`},
		{name: "read", src: `for i = 1, 11 do spawn(read, "fifo") end`},
		{name: "opens that wait", src: `for i = 1, 11 do spawn(io.open, "fifo", "w") end`},
		{name: "write", src: `keep = {} for i = 1, 10 do keep[i] = io.open("a") end write("b", "x")`},
		{name: "loadfile", src: `keep = {} for i = 1, 10 do keep[i] = io.open("a") end loadfile("a")`},
		{name: "require", src: `keep = {} for i = 1, 10 do keep[i] = io.open("a") end pcall(require, "a")`},
		{name: "closed", ends: true, src: `
			for i = 1, 100 do io.open("a"):close() for _ in io.lines("a") do end io.tmpfile():close() write("b", "x", {atomic = true}) read("b") loadfile("a") end
			for i = 1, 15 do io.popen("true"):close() os.execute("true") end
			for i = 1, 15 do io.open("none") io.open("none/x", "w") pcall(read, "none") loadfile("none") end
			for i = 1, 15 do pcall(wait_for, io.open, 0.001, "fifo", "w") pcall(wait_for, read, 0.001, "fifo") end
			for i = 1, 15 do local t = spawn(io.open, "a") sleep(0) t:cancel() t:join() end
			sleep(0.1)
			keep = {} for i = 1, 10 do keep[i] = assert(io.open("a")) end`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "a"), []byte("return 1\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
				t.Fatal(err)
			}
			opts := []interp.Option{builtins.Std(), interp.WithDir(dir), interp.WithEnv([]string{"TMPDIR=" + dir, "PATH=" + os.Getenv("PATH")})}
			if tt.tree {
				root, err := os.OpenRoot(dir)
				if err != nil {
					t.Fatal(err)
				}
				defer root.Close()
				opts = []interp.Option{builtins.Std(), interp.WithRoot(root)}
			}
			rt, _ := limited(t, interp.Limits{Files: most}, opts...)
			_, err := rt.RunString(t.Context(), "=t", tt.src)
			switch {
			case tt.ends && err != nil:
				t.Error(err)
			case !tt.ends && (!errors.Is(err, interp.ErrLimit) || !strings.Contains(err.Error(), "limit exceeded: Files (10)")):
				t.Errorf("got %v", err)
			}
			if _, err := rt.RunString(t.Context(), "=next", `assert(io.open("a")):close()`); err != nil {
				t.Errorf("the next run: %v", err)
			}
		})
	}
}

// A host's builtin counts what it opens.
func TestFilesOpens(t *testing.T) {
	var closed func()
	rt, _ := limited(t, interp.Limits{Files: 1}, interp.WithModule(interp.Module{Defs: []interp.Def{
		{Name: "open", Outside: true, Fn: func(c *interp.Call) (err error) { closed, err = c.Files().Opens(); return err }},
		{Name: "close", Fn: func(*interp.Call) error { closed(); closed(); return nil }},
	}}))
	if _, err := rt.RunString(t.Context(), "=t", `for i = 1, 10 do open() close() end`); err != nil {
		t.Error(err)
	}
	if _, err := rt.RunString(t.Context(), "=t", `open() pcall(open) while true do end`); !errors.Is(err, interp.ErrLimit) {
		t.Errorf("got %v", err)
	}
}
