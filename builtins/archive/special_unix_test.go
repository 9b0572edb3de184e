//go:build unix

package archive_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// No member takes the place of a FIFO, whatever it is itself.
func TestSpecialFilesStay(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, map[string]string{"src/ff": "x"})
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
	rt.Check(`
		archive.create("file.tar", { ff = "src/ff" })
		archive.create("file.zip", { ff = "src/ff" })
		fs.link("none", "src/l")
		archive.create("link.tar", { ff = "src/l" })
		fs.mkdir("d")
		archive.create("dir.tar", { ff = "d" })`, "")
	if err := unix.Mkfifo(filepath.Join(dir, "d", "ff"), 0o600); err != nil {
		t.Fatal(err)
	}
	rt.Check(`
		for _, a in ipairs { "file.tar", "file.zip", "link.tar" } do
			local ok, err = pcall(archive.extract, a, "d")
			print(ok, err.kind, err.path, err.message:match("not a .*"))
		end
		print(pcall(archive.extract, "dir.tar", "d") == false, fs.stat("d/ff").type)`,
		"false\tio\td/ff\tnot a regular file\nfalse\tio\td/ff\tnot a regular file\nfalse\tio\td/ff\tnot a regular file\ntrue\tother\n")
}

// A sparse member, in each of GNU's forms, stays sparse.
func TestSparseMembers(t *testing.T) {
	if out, err := exec.Command("tar", "--version").Output(); err != nil || !strings.Contains(string(out), "GNU tar") {
		t.Skip("GNU tar is not here")
	}
	dir := t.TempDir()
	const size = 256 << 20
	f, err := os.Create(filepath.Join(dir, "f"))
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{0, 100 << 20} {
		if _, err := f.WriteAt([]byte("data"), at); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.Truncate(size), f.Close()); err != nil {
		t.Fatal(err)
	}
	for i, form := range []string{"--format=gnu", "--format=pax --sparse-version=0.0", "--format=pax --sparse-version=0.1", "--format=pax --sparse-version=1.0"} {
		name := fmt.Sprintf("a%d.tar", i)
		cmd := exec.Command("tar", append(strings.Fields(form), "-S", "-cf", name, "f")...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
		rt.Check(fmt.Sprintf(`print(archive.extract(%q, "out%d"), fs.size("out%[2]d/f")) print(hash.file("sha256", "out%[2]d/f") == hash.file("sha256", "f"))`, name, i), "1\t268435456\ntrue\n")
		var st syscall.Stat_t
		if err := syscall.Stat(filepath.Join(dir, fmt.Sprintf("out%d/f", i)), &st); err != nil || st.Blocks*512 > 1<<20 {
			t.Errorf("%s: %d blocks, %v", form, st.Blocks, err)
		}
	}
}
