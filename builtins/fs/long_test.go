package fs_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// long is whether the tests of this file do as much as they promise; .ci/long sets it.
var long = flag.Bool("long", false, "walk a million files, and copy a GiB")

// A walk of very many files takes no more memory than one of some.
func TestLongWalk(t *testing.T) {
	folders, files := 20, 100
	if *long {
		folders, files = 2000, 500
	}
	dir := t.TempDir()
	for d := range folders {
		in := filepath.Join(dir, fmt.Sprint("d", d/50), fmt.Sprint("d", d))
		if err := os.MkdirAll(in, 0o700); err != nil {
			t.Fatal(err)
		}
		for f := range files {
			if f, err := os.OpenFile(filepath.Join(in, fmt.Sprint("file", f, ".txt")), os.O_CREATE|os.O_WRONLY, 0o600); err != nil || f.Close() != nil {
				t.Fatal(err)
			}
		}
	}
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir), interp.WithLimits(interp.Limits{Memory: 16 << 20}))
	before := held()
	patient(t, rt, `
		local n = 0
		for path, e in fs.walk(".", { type = "file" }) do n = n + 1 end
		print(n)`, fmt.Sprintln(folders*files))
	if more := held() - before; more > 50<<20 {
		t.Errorf("the process holds %d MiB more", more>>20)
	}
}

// held is how much memory the process has from the system for its heap.
func held() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapSys)
}

// Within the system's files a copy is the system's: it takes far less calls than the bytes would through memory.
func TestLongCopy(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("counts the system's calls")
	}
	size := int64(64 << 20)
	if *long {
		size = 1 << 30
	}
	dir := t.TempDir()
	piece := make([]byte, 1<<20)
	for i := range piece {
		piece[i] = byte(i ^ i>>8)
	}
	f, err := os.Create(filepath.Join(dir, "big"))
	if err != nil {
		t.Fatal(err)
	}
	for at := int64(0); at < size; at += int64(len(piece)) {
		if _, err := f.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
	calls, memory := reads(t), held()
	patient(t, rt, `print(fs.copy("big", "copy"))`, fmt.Sprintln(size))
	if n := reads(t) - calls; n > 1000+2*int(size>>20) {
		t.Errorf("%d reads for %d MiB", n, size>>20)
	}
	if more := held() - memory; more > 50<<20 {
		t.Errorf("the process holds %d MiB more", more>>20)
	}
	patient(t, rt, `print(hash.file("sha256", "big") == hash.file("sha256", "copy"))`, "true\n")
}

// reads is how many calls the process has made of the system to read.
func reads(t *testing.T) (n int) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Skip(err)
	}
	var rchar, wchar int64
	if _, err := fmt.Sscanf(string(text), "rchar: %d\nwchar: %d\nsyscr: %d", &rchar, &wchar, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// patient is Check without its bound of time.
func patient(t *testing.T, rt *interptest.Runtime, src, want string) {
	t.Helper()
	if _, err := rt.RunString(context.Background(), "=test", src); err != nil {
		t.Error(err)
	}
	if got := rt.Output(); got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}
