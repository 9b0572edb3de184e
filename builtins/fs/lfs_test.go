package fs_test

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// lfsScript does with lfs what published code does, and prints nothing that differs from run to run.
const lfsScript = `
	local lfs = require "lfs"
	local function try(fn, ...) local r = { pcall(fn, ...) } for i = 1, 4 do r[i] = tostring(r[i]) end print((table.concat(r, " "):gsub("^(%S+) %S+:%d+: ", "%1 "))) end
	print(lfs._VERSION)
	try(lfs.mkdir, "d") try(lfs.mkdir, "d") try(lfs.mkdir, "none/d")
	local f = io.open("d/f", "w") f:write("text") f:close()
	try(lfs.touch, "d/f", 1e9) print(lfs.attributes("d/f", "modification"), lfs.attributes("d/f", "access"))
	try(lfs.touch, "d/f", 1e9, 1e9 + 5) print(lfs.attributes("d/f").modification, lfs.attributes("d/f").access)
	try(lfs.touch, "none/f")
	try(lfs.link, "f", "d/soft", true) try(lfs.link, "d/f", "d/hard") try(lfs.link, "d/none", "d/x")
	print(lfs.attributes("d/f", "nlink"), lfs.attributes("d/soft", "mode"), lfs.symlinkattributes("d/soft", "mode"), lfs.symlinkattributes("d/soft").target, lfs.symlinkattributes("d/soft", "target"))
	try(lfs.symlinkattributes, "d/f", "target") try(lfs.symlinkattributes, "none") print(lfs.symlinkattributes("d/f").target)
	local t = { extra = 1 }
	print(lfs.attributes("d/f", t) == t, t.extra, t.size, t.mode, t.permissions, lfs.attributes("/dev/null", "mode"))
	try(lfs.attributes, "none") try(lfs.attributes, "d", "nothing")
	local names = {}
	for name in lfs.dir("d") do names[#names + 1] = name end
	table.sort(names) print(table.concat(names, " "))
	local next, object = lfs.dir("d")
	print(type(next(object)), type(object:next()), object:close()) print(pcall(object.next, object) == false)
	try(lfs.dir, "none")
	local lock = lfs.lock_dir("d")
	try(function() return (select(2, lfs.lock_dir("d"))) end) print(lfs.symlinkattributes("d/lockfile.lfs", "mode"))
	print(lfs.lock_dir("d", 0) ~= nil) lock:free() print(lfs.symlinkattributes("d/lockfile.lfs", "mode") == nil)
	try(lfs.rmdir, "d") try(lfs.rmdir, "d/f") os.remove("d/f") os.remove("d/soft") os.remove("d/hard") try(lfs.rmdir, "d") try(lfs.rmdir, "d")
	try(lfs.setmode, io.stdout, "binary") print(lfs.currentdir())
`

// The results and messages are those of LuaFileSystem itself where that is there, and those that it has given where not.
func TestSameAsLuaFileSystem(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("messages are those of Linux")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
	if _, err := rt.Run(lfsScript); err != nil {
		t.Fatal(err)
	}
	is := strings.ReplaceAll(rt.Output(), dir, "DIR")
	want := is
	if lua, err := exec.LookPath("lua5.1"); err == nil && exec.Command(lua, "-e", `assert(require("lfs")._VERSION == "LuaFileSystem 1.8.0")`).Run() == nil {
		cmd := exec.Command(lua, "-")
		cmd.Dir, cmd.Stdin = t.TempDir(), strings.NewReader(lfsScript)
		if cmd.Dir, err = filepath.EvalSymlinks(cmd.Dir); err != nil {
			t.Fatal(err)
		}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		want = strings.ReplaceAll(string(out), cmd.Dir, "DIR")
	}
	if is != want || !strings.Contains(is, "cannot obtain information from file 'none': No such file or directory 2") {
		t.Errorf("printed\n%s\nLuaFileSystem prints\n%s", is, want)
	}
}

// A lock that its task has left is free when the task ends; one that is passed on is not.
func TestLockDirEndsWithItsTask(t *testing.T) {
	interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir())).Check(`
		local lfs = require "lfs"
		await(spawn(function() assert(lfs.lock_dir(".")) end))
		local lock = await(spawn(function() return (lfs.lock_dir(".")) end))
		print(lfs.lock_dir("."))
		lock:free()
		lock:free()
		print(#fs.list("."), lfs.lock_dir(".") ~= nil)`, "nil\tFile exists\n0\ttrue\n")
}
