//go:build unix

package fs_test

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// A file to which the system has refused to write replaces nothing, though the function has not looked what its writes have returned.
func TestReplaceRefused(t *testing.T) {
	const inChild = "LULL_TEST_REPLACE_REFUSED"
	if os.Getenv(inChild) == "" { // the bound is the process's: go test writes files as well
		cmd := exec.Command(os.Args[0], "-test.run=^TestReplaceRefused$")
		cmd.Env = append(os.Environ(), inChild+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	rt := interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir()))
	var was unix.Rlimit
	if err := unix.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(syscall.RLIMIT_FSIZE, &unix.Rlimit{Cur: 8 << 10, Max: was.Max}); err != nil { // a disk that is full after 8 KiB
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
			t.Error(err)
		}
	}()
	rt.Check(`
		write("f", "old")
		local function try(fn)
			local ok, err = pcall(fs.replace, "f", fn)
			print(ok, err.code, err.path, read("f"), #fs.list("."))
		end
		try(function(h) for i = 1, 4 do h:write(("x"):rep(5000)) end end)
		try(function(h) h:setvbuf("no") for i = 1, 4 do h:write(("x"):rep(5000)) end end)
		try(function(h) h:write(("x"):rep(9000)) h:seek("set", 0) h:write("begins well") end)
		try(function(h) h:write(("x"):rep(9000)) h:close() end)
		try(function(h) h:write(("x"):rep(5000), ("x"):rep(4000)) end) -- refused when it is closed
		print(fs.replace("f", function(h) h:write("new") return 1 end), read("f"))`,
		"false\tEFBIG\tf\told\t1\nfalse\tEFBIG\tf\told\t1\nfalse\tEFBIG\tf\told\t1\nfalse\tEFBIG\tf\told\t1\nfalse\tEFBIG\tf\told\t1\n1\tnew\n")
}

// Folders that what worked in a temporary folder has locked go with it.
func TestTempUnlocks(t *testing.T) {
	if asNobody(t) {
		return
	}
	dir := t.TempDir()
	interptest.New(t, builtins.Std(), interp.WithDir(dir)).Check(`
		fs.temp({ dir = "." }, function(tmp)
			for _, mode in ipairs { "000", "500", "300" } do
				local top = fs.mkdir(tmp .. "/" .. mode .. "/sub/deep")
				write(tmp .. "/" .. mode .. "/sub/f", "x")
				for _, below in ipairs { "/sub/deep", "/sub", "" } do fs.chmod(tmp .. "/" .. mode .. below, mode) end
			end
			fs.mkdir("outside/in", { mode = "700" })
			fs.chmod("outside", "500")
			fs.link("../outside", tmp .. "/000-link")
		end)
		print(#fs.list("."), fs.stat("outside").mode, fs.exists("outside/in"))
		fs.chmod("outside", "700")`, "1\t500\tdir\n")
	if all, err := os.ReadDir(dir); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}

// Several that remove a tree at once have all removed it: none sees the others.
func TestRemoveAtOnce(t *testing.T) {
	interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir())).Check(`
		for i = 1, 50 do
			for j = 1, 20 do write("t/" .. j % 3 .. "/sub/" .. j, "x", { parents = true }) end
			task.map({ 1, 2, 3, 4 }, function() fs.remove("t", { recursive = true }) end)
			if fs.exists("t") then print("it is there") end
		end
		print("ok")`, "ok\n")
}

// A link that leads to itself is a link that leads nowhere for a walk that follows links, and its folder's.
func TestWalkMeetsLinkLoop(t *testing.T) {
	interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir())).Check(`
		fs.mkdir("d/sub")
		fs.link("b", "d/a")
		fs.link("a", "d/b")
		fs.link("nowhere", "d/c")
		fs.link("..", "d/sub/up")
		for _, stat in ipairs { true, false } do
			for path, e in fs.walk("d", { follow = true, stat = stat }) do io.write(path, " ", e.type, "; ") end
		end`, "d/a link; d/b link; d/c link; d/sub dir; d/sub/up dir; d/a link; d/b link; d/c link; d/sub dir; d/sub/up dir; ")
}

// A folder that is moved below itself, and one whose new place is taken on another file system, are told with the names that the script knows.
func TestMoveErrors(t *testing.T) {
	interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir())).Check(`
		fs.mkdir("d/sub")
		print(select(2, pcall(fs.move, "d", "d/e")).message)
		print(select(2, pcall(fs.move, "d", "d/sub/")).message)
		print(fs.exists("d/sub"))`, "fs.move: d: a folder cannot be moved into itself\nfs.move: d: a folder cannot be moved into itself\ndir\n")
}

// A file that cannot be read is what the error of its copy is about.
func TestCopyUnreadable(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no file here is known to fail")
	}
	interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir())).Check(`
		for _, opts in ipairs { {}, { progress = function() end } } do
			local err = select(2, pcall(fs.copy, "/proc/self/mem", "m", opts)) -- address 0 is nobody's
			print(err.path, err.code, #fs.list("."))
		end`, "/proc/self/mem\tEIO\t0\n/proc/self/mem\tEIO\t0\n")
}

// A file with holes that loses its end while it is copied is an error, and no copy with zeros in the place of what is gone.
func TestCopyOfWhatBecomesShorter(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("holes are looked for on Linux alone")
	}
	dir := t.TempDir()
	interptest.New(t, builtins.Std(), interp.WithDir(dir)).Check(`
		for _, cut in ipairs { 70, 10 } do -- within the last hole, and within what is left to copy
			local f = io.open("f", "w")
			f:seek("set", 8 * 2^20)
			f:write(("x"):rep(32 * 2^20))
			f:seek("set", 80 * 2^20)
			f:close()
			process.run { "truncate", "-s", 80 * 2^20, "f" }
			local done = false
			local ok, err = pcall(fs.copy, "f", "copy", { progress = function()
				if not done then done = true process.run { "truncate", "-s", cut * 2^20, "f" } end
			end })
			print(ok, tostring(err):match("[^ ]+: it became.*"), fs.exists("copy"), #fs.list("."))
			fs.remove("f")
		end`, strings.Repeat("false\tf: it became shorter while it was copied\tfalse\t1\n", 2))
}
