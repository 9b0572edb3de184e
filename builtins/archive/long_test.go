package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// long is whether the tests of this file do as much as they promise; .ci/long sets it.
var long = flag.Bool("long", false, "stream a GiB, and list a million members")

// Large files go through archives in memory that does not grow with them.
func TestLongStreams(t *testing.T) {
	size := 48 << 20
	if *long {
		size = 1 << 30
	}
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "big"))
	if err != nil {
		t.Fatal(err)
	}
	b := bufio.NewWriter(f)
	for i, n := 0, 0; n < size; i++ {
		line := fmt.Sprintf("line %d of a file that is packed about as well as a log is\n", i*7919)
		if n+len(line) > size {
			line = strings.Repeat("\n", size-n)
		}
		if _, err := b.WriteString(line); err != nil {
			t.Fatal(err)
		}
		n += len(line)
	}
	if err := errors.Join(b.Flush(), f.Close()); err != nil {
		t.Fatal(err)
	}
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir), interp.WithLimits(interp.Limits{Memory: 64 << 20}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	patient(t, rt, fmt.Sprintf(`
		local sum = hash.file("sha256", "big")
		for _, ending in ipairs { "tar", "tar.gz", "tar.zst", "zip" } do
			archive.create("a." .. ending, { "big" })
			archive.extract("a." .. ending, "out")
			local same = hash.file("sha256", "out/big") == sum
			fs.remove("out", { recursive = true })
			local n = 0
			if ending ~= "zip" then
				local s = archive.open("a." .. ending)
				for piece in function() return s:read(65536) end do n = n + #piece end
				s:close()
			end
			print(ending, same, n >= %d, archive.list("a." .. ending)[1].size)
			fs.remove("a." .. ending)
		end`, size), fmt.Sprintf("tar\ttrue\ttrue\t%[1]d\ntar.gz\ttrue\ttrue\t%[1]d\ntar.zst\ttrue\ttrue\t%[1]d\nzip\ttrue\tfalse\t%[1]d\n", size))
	runtime.ReadMemStats(&after)
	if more := int64(after.HeapSys - before.HeapSys); more > 150<<20 {
		t.Errorf("the process holds %d MiB more", more>>20)
	}
}

// An archive of very many members ends at the bound, before they are all read; with another bound all are there.
func TestLongLists(t *testing.T) {
	members := 5000
	if *long {
		members = 1_000_000
	}
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "many.tgz"))
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	w := tar.NewWriter(z)
	for i := range members {
		if err := w.WriteHeader(&tar.Header{Name: fmt.Sprint("m", i), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	if f, err = os.Create(filepath.Join(dir, "many.zip")); err != nil {
		t.Fatal(err)
	}
	p := zip.NewWriter(f)
	for i := range members {
		if _, err := p.CreateHeader(&zip.FileHeader{Name: fmt.Sprint("m", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(p.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
	patient(t, rt, fmt.Sprintf(`
		for _, name in ipairs { "many.tgz", "many.zip" } do
			local ok, err = pcall(archive.extract, name, "out", { max_files = %d })
			print(ok, err.kind, #fs.list("out") <= %[1]d)
			print(#archive.list(name, { max_files = math.huge }))
			fs.remove("out", { recursive = true })
		end`, members/10), strings.Repeat(fmt.Sprintf("false\tlimit\ttrue\n%d\n", members), 2))
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
