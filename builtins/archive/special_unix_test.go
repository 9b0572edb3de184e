//go:build unix

package archive_test

import (
	"path/filepath"
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
