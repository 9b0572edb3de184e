//go:build unix

package file_test

import (
	"os"
	"path/filepath"
	"runtime/pprof"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func mkfifo(t *testing.T, dir string) {
	t.Helper()
	if err := unix.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDevices(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"random bytes", `print(#read("/dev/urandom", 2), #read("/dev/zero", 100000), #read("/dev/null"))`, "2\t100000\t0\n"},
		{"a full disk", `local ok, e = pcall(write, "/dev/full", "x") print(e.message, e.code)`, "write: /dev/full: no space left on device\tENOSPC\n"},
		{"devices are not replaced", `print(write("/dev/null", "x"), select(2, pcall(write, "/dev/null", "x", {atomic = true})).message)`,
			"1\twrite: /dev/null: not a regular file\n"},
		{"reader first", `print(gather(function() return read("fifo") end, function() sleep(0.01) return write("fifo", "hello") end))`, "hello\t5\n"},
		{"writer first", `print(gather(function() sleep(0.01) return read("fifo") end, function() return write("fifo", "hello") end))`, "hello\t5\n"},
		{"more than a pipe holds", `local s = ("x"):rep(300000)
			local got, n = gather(function() return read("fifo") end, function() return write("fifo", s) end) print(got == s, n)`, "true\t300000\n"},
		{"an abandoned read takes nothing", `
			for i = 1, 50 do
				local ok, e = pcall(wait_for, read, 0.001, "fifo")
				assert(e.kind == "timeout")
			end
			print(gather(function() return read("fifo") end, function() return write("fifo", "all of it") end))`, "all of it\t9\n"},
		{"a cancelled writer leaves", `local ok, e = pcall(wait_for, write, 0.02, "fifo", "x") print(e.kind)
			ok, e = pcall(wait_for, read, 0.02, "fifo") print(e.kind)`, "timeout\ntimeout\n"},
		{"nothing to read at once", `print(#read("fifo", 0))`, "0\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			mkfifo(t, dir)
			if out := inDir(t, dir, tt.src); out != tt.want {
				t.Errorf("printed %q, want %q", out, tt.want)
			}
		})
	}
}

// A thousand reads that wait hold no thread each, and stop nobody else.
func TestManyBlockedReads(t *testing.T) {
	dir := t.TempDir()
	mkfifo(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "f"), []byte("fine"), 0o600); err != nil {
		t.Fatal(err)
	}
	threads := pprof.Lookup("threadcreate").Count()
	start := time.Now()
	out := inDir(t, dir, `
		local blocked = {}
		for i = 1, 1000 do
			blocked[i] = spawn(read, "fifo")
			if i % 50 == 0 then read("f") end -- all of them at once would want a thread each to open it
		end
		sleep(0.05)
		print(read("f"))
		for _, t in ipairs(blocked) do t:cancel() end`)
	if out != "fine\n" {
		t.Errorf("printed %q", out)
	}
	if n := pprof.Lookup("threadcreate").Count() - threads; n > 500 {
		t.Errorf("%d more threads", n)
	}
	if d := time.Since(start); d > time.Minute {
		t.Errorf("it took %v", d)
	}
}

func TestModes(t *testing.T) {
	dir := t.TempDir()
	inDir(t, dir, `
		write("new", "x", {mode = "600"})
		write("old", "x", {mode = "644"})
		write("old", "y", {mode = "0640"})
		write("kept", "x", {mode = "604"})
		write("kept", "y", {atomic = true})
		write("set", "x")
		write("set", "y", {atomic = true, mode = "400"})`)
	if err := os.Symlink("kept", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	inDir(t, dir, `write("link", "through", {atomic = true})`)
	for name, want := range map[string]os.FileMode{"new": 0o600, "old": 0o640, "kept": 0o604, "set": 0o400} {
		st, err := os.Stat(filepath.Join(dir, name))
		if err != nil || st.Mode() != want {
			t.Errorf("%s: mode %v, want %v; %v", name, st.Mode(), want, err)
		}
	}
	if st, err := os.Lstat(filepath.Join(dir, "link")); err != nil || st.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v", err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "kept")); err != nil || string(data) != "through" {
		t.Errorf("through the link: %q, %v", data, err)
	}
}
