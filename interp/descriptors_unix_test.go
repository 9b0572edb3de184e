//go:build unix

package interp_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// limitDescriptors leaves the process some more descriptors than it has, for as long as the test.
func limitDescriptors(t *testing.T, more uint64) {
	t.Helper()
	var was unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	next, err := os.Open(os.DevNull) // the lowest that is free
	if err != nil {
		t.Fatal(err)
	}
	now := was
	now.Cur = uint64(next.Fd()) + more
	if err := errors.Join(next.Close(), unix.Setrlimit(unix.RLIMIT_NOFILE, &now)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &was); err != nil {
			t.Error(err)
		}
	})
}

// Where the system has no descriptors left, those of handles that the script has dropped are collected, whatever opens something.
func TestDroppedHandlesGiveTheirDescriptorsBack(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"f": "text\n", "chunk.lua": "return 'chunk'", "module.lua": "return 'module'"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, tt := range []struct {
		name, src, want string
		opts            []interp.Option
	}{
		{name: "io.open", src: `return io.open("f"):read()`, want: "text"},
		{name: "io.lines", src: `for l in io.lines("f") do return l end`, want: "text"},
		{name: "io.input", src: `io.input("f") local s = io.read() io.input():close() return s`, want: "text"},
		{name: "io.tmpfile", src: `return io.type(io.tmpfile())`, want: "file"},
		{name: "os.tmpname", src: `return os.remove(os.tmpname())`, want: "true"},
		{name: "io.popen", src: `local p = io.popen("echo x") local s = p:read() p:close() return s`, want: "x"},
		{name: "os.execute", src: `return os.execute("exit 3") / 256`, want: "3"},
		{name: "read", src: `return #read("f")`, want: "5"},
		{name: "write", src: `return write("g", "abc")`, want: "3"},
		{name: "an atomic write", src: `return write("g", "abc", { atomic = true })`, want: "3"},
		{name: "loadfile", src: `return loadfile("chunk.lua")()`, want: "chunk"},
		{name: "require", src: `package.loaded.module = nil return require("module")`, want: "module"},
		{name: "a tree", src: `return read("f")`, want: "text\n", opts: []interp.Option{interp.WithRoot(root)}},
		{name: "names of a tree", src: `return os.rename("d/a", "d/b")`, want: "true", opts: []interp.Option{interp.WithRoot(root)}},
		{name: "a file system of Go's", src: `return io.open("f"):read()`, want: "text", opts: []interp.Option{interp.WithFS(root.FS())}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := errors.Join(os.RemoveAll(filepath.Join(dir, "d")), os.Mkdir(filepath.Join(dir, "d"), 0o700), os.WriteFile(filepath.Join(dir, "d/a"), nil, 0o600)); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			opts := append([]interp.Option{builtins.Std(), interp.WithDir(dir), interp.WithStdio(nil, &out, &out)}, tt.opts...)
			if len(tt.opts) > 0 {
				opts = append(opts, interp.WithDir(""))
			}
			rt, err := interp.New(opts...)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := rt.Close(); err != nil {
					t.Error(err)
				}
			}()
			limitDescriptors(t, 60)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			vals, err := rt.RunString(ctx, "=t", `
				local held, f = {}, nil
				repeat f = io.open("f") held[#held + 1] = f until not f
				assert(#held >= 10, #held)
				held = nil
				`+tt.src)
			if err != nil || vals.Get(1).String() != tt.want {
				t.Errorf("got %v, %v; printed %q", vals, err, out.String())
			}
		})
	}
}

// A program that drops many handles, of whatever kind, never runs out of descriptors; one that holds them is told, by an error
// that says so.
func TestManyDroppedHandles(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f"), []byte("text\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	rt := newRuntime(t, interp.WithDir(dir))
	limitDescriptors(t, 100)
	vals, err := rt.RunString(context.Background(), "=t", `
		for i = 1, 1000 do for l in io.lines("f") do break end end
		for i = 1, 1000 do io.open("f", "a"):write("x") end
		for i = 1, 100 do io.popen("exit 0") end
		local all = {}
		for i = 1, 150 do all[i] = function() for l in io.lines("f") do sleep(0) break end end end
		local ok, err
		for try = 1, 5 do -- those who wait for a descriptor do so for a tenth of a second, in which a busy machine may give the others no turn
			ok, err = pcall(gather, all)
			if ok then return "well" end
		end
		error(err)`)
	if err != nil || vals.Get(1).String() != "well" {
		t.Fatalf("got %v, %v", vals, err)
	}
	_, err = rt.RunString(context.Background(), "=t", `held = {} while true do held[#held + 1] = assert(io.open("f")) end`)
	if err == nil || !strings.Contains(strings.ToLower(err.Error()), syscall.EMFILE.Error()) {
		t.Errorf("got %v", err)
	}
	_, err = rt.RunString(context.Background(), "=t", `require "none"`)
	if err == nil || !strings.Contains(err.Error(), "module 'none' not found") && !strings.Contains(strings.ToLower(err.Error()), syscall.EMFILE.Error()) {
		t.Errorf("require: %v", err)
	}
}
