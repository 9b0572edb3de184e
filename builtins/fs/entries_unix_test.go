//go:build unix

package fs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// Nothing takes the place of a FIFO, on the machine's files and in a granted folder.
func TestSpecialFilesStay(t *testing.T) {
	for _, granted := range []bool{false, true} {
		dir := t.TempDir()
		fifo := filepath.Join(dir, "ff")
		if err := unix.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
		where := interp.WithDir(dir)
		if granted {
			root, err := os.OpenRoot(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			where = interp.WithRoot(root)
		}
		rt := interptest.New(t, builtins.Std(), where)
		rt.Check(`
			write("src", "x")
			fs.mkdir("d")
			fs.link("src", "ln")
			fs.link("ff", "lf")
			local function try(fn, ...)
				local ok, err = pcall(fn, ...)
				print(ok, not ok and (err.code or err.message))
			end
			try(fs.copy, "src", "ff")
			try(fs.copy, "src", "ff", { progress = function() end })
			try(fs.copy, "src", "ff", { overwrite = false })
			try(fs.copy, "ln", "ff")
			try(fs.copy, "d", "ff")
			try(fs.move, "src", "ff")
			try(fs.move, "ln", "ff")
			try(fs.link, "src", "ff", { overwrite = true })
			try(fs.link, "src", "ff", { overwrite = true, hard = true })
			try(fs.move, "ff", "ff")
			print(fs.exists("src"), fs.stat("ln", { follow = false }).type, fs.stat("ff").type)
			fs.copy("src", "lf") -- a link is replaced, not what it leads to
			fs.move("ff", "gg")
			print(fs.stat("lf", { follow = false }).type, fs.stat("gg").type, #fs.list("."))`,
			"false\tfs.copy: ff: not a regular file\nfalse\tfs.copy: ff: not a regular file\nfalse\tEEXIST\nfalse\tfs.copy: ff: not a regular file\nfalse\tENOTDIR\n"+
				"false\tfs.move: ff: not a regular file\nfalse\tfs.move: ff: not a regular file\n"+
				"false\tfs.link: ff: not a regular file\nfalse\tfs.link: ff: not a regular file\ntrue\tfalse\n"+
				"file\tlink\tother\nfile\tother\t5\n")
	}
}

// No file is archived onto a FIFO.
func TestArchiveOntoFIFO(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mkfifo(filepath.Join(dir, "a.tar"), 0o600); err != nil {
		t.Fatal(err)
	}
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
	rt.Check(`write("f", "x") print(select(2, pcall(archive.create, "a.tar", { "f" })).message, fs.stat("a.tar").type)`,
		"archive.create: a.tar: not a regular file\tother\n")
}

// A path that ends in .. or . names no entry to remove or move; nothing is touched.
func TestNoNameOfItsOwn(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir()))
	rt.Check(`
		fs.mkdir("aa/b")
		fs.mkdir("real/deep/x")
		fs.mkdir("w")
		fs.link("../real/deep", "w/l")
		for _, name in ipairs { "aa/b/..", "aa/b/../", "aa/.", "w/l/..", "..", ".", "./", "aa/b/..//" } do
			for _, call in ipairs { { fs.remove }, { fs.remove, { recursive = true } }, { fs.move, "to" } } do
				local ok, err = pcall(call[1], name, call[2])
				if ok or not err.message:find("bad argument #1", 1, true) then print(name, ok, err) end
			end
		end
		print(fs.exists("aa/b"), fs.exists("real/deep/x"), fs.remove("aa/b/../b"), fs.remove("w/l/../deep/x"), fs.exists("real/deep"))`,
		"dir\tdir\ttrue\ttrue\tdir\n")
}

// A slash at the end of a link or a file is an error: it is neither removed nor passed over in silence.
func TestSlashAtTheEnd(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir()))
	rt.Check(`
		fs.mkdir("t/e")
		write("t/f", "x")
		fs.link("t", "ll")
		fs.link("nowhere", "broken")
		for _, name in ipairs { "ll/", "t/f/", "broken/", "ll//" } do
			for _, call in ipairs { { fs.remove }, { fs.remove, { recursive = true } }, { fs.move, "to" } } do
				local ok, err = pcall(call[1], name, call[2])
				if ok or err.code ~= "ENOTDIR" and err.code ~= "ENOENT" then print(name, ok, err) end
			end
		end
		print(select(2, pcall(fs.remove, "ll/")).message)
		print(fs.exists("t/f"), fs.exists("ll"), fs.remove("t/e/"), fs.remove("none/"), fs.remove("ll"), fs.remove("t/", { recursive = true }))`,
		"fs.remove: ll/: not a directory\nfile\tdir\ttrue\tfalse\ttrue\ttrue\n")
}

// One of two hard links to a file goes when it is moved to the other, and one that is moved to itself stays.
func TestMoveOntoHardLink(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir()))
	rt.Check(`
		write("ms", "text")
		fs.link("ms", "ms2", { hard = true })
		fs.mkdir("d")
		fs.link("d", "l")
		print(pcall(fs.move, "ms", "ms2", { overwrite = false }) == false, fs.exists("ms"))
		fs.move("ms", "ms2")
		print(fs.exists("ms"), read("ms2"), fs.stat("ms2").nlink)
		fs.link("ms2", "d/ms2", { hard = true })
		fs.move("d/ms2", "l/ms2")
		fs.move("d/ms2", "./d//ms2")
		print(read("d/ms2"), fs.stat("ms2").nlink)
		fs.move("l/ms2", "./")
		print(fs.exists("d/ms2"), read("ms2"), fs.stat("ms2").nlink, #fs.list("."), #fs.list("d"))`,
		"true\tfile\nfalse\ttext\t1\ntext\t2\nfalse\ttext\t1\t3\t0\n")
}

// A folder is not copied into itself, and nothing is made then, unless exclude leaves the place out.
func TestCopyIntoItself(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir()))
	rt.Check(`
		fs.mkdir("ee/sub")
		write("ee/sub/f", "x")
		fs.link("ee/sub", "way")
		for _, to in ipairs { "ee/", "ee/ee", "ee/sub/", "ee/sub/x", "way/x", "way/", "./ee/../ee/x" } do
			local ok, err = pcall(fs.copy, "ee", to)
			print(ok, not ok and err.message)
		end
		print(pcall(fs.copy, "ee", "ee/new/x", { parents = true }) == false, pcall(fs.copy, "ee", "ee/copy", { exclude = "other" }) == false)
		fs.remove("ee/copy", { recursive = true })
		print(#fs.list("ee"), #fs.list("ee/sub"), fs.copy("ee", "ee/copy", { exclude = "copy" }), read("ee/copy/sub/f"), fs.exists("ee/copy/copy"))
		print(fs.copy("ee/sub", "ee/twin"), fs.copy("ee/sub", "eee"))`,
		strings.Repeat("false\tfs.copy: ee: a folder cannot be copied into itself\n", 7)+"true\ttrue\n1\t1\t1\tx\tfalse\n1\t1\n")
}

// An error of a lock is one of fs.lock.
func TestLockNamesItself(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir()))
	rt.Check(`
		fs.mkdir("d")
		for _, method in ipairs { "acquire", "try_acquire", "locked", "with" } do
			local l = fs.lock("d")
			print(select(2, pcall(l[method], l, function() end)).message)
		end`, strings.Repeat("fs.lock: d: is a directory\n", 4))
}

// A folder whose place a link takes while its tree is removed is not followed.
func TestRemoveMeetsLinks(t *testing.T) {
	for _, granted := range []bool{false, true} {
		removeMeetsLinks(t, granted)
	}
}

func removeMeetsLinks(t *testing.T, granted bool) {
	dir := t.TempDir()
	where := interp.WithDir(dir)
	if granted {
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		where = interp.WithRoot(root)
	}
	rt := interptest.New(t, builtins.Std(), where)
	rt.Check(`
		for i = 1, 50 do write("safe/b/f" .. i, "x", { parents = true }) end
		fs.link("safe", "link")`, "")
	a, link := filepath.Join(dir, "t", "a"), filepath.Join(dir, "link")
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() { // the folder and the link change places, all the time
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				_ = exchange(a, link) // there is nothing to exchange when it is removed
			}
		}
	}()
	rt.Check(`
		for n = 1, 30 do
			pcall(fs.remove, "link", { recursive = true })
			pcall(fs.link, "safe", "link")
			for i = 1, 50 do pcall(write, "t/a/b/f" .. i, "x", { parents = true }) end
			pcall(fs.remove, "t", { recursive = true })
			assert(#fs.list("safe/b") >= 50, n)
		end`, "")
	close(stop)
	<-stopped
}

// Nothing that a script does in a granted folder reaches what is outside, while a link to there and a folder change places.
func TestTreeMeetsLinks(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"tree/a", "outside/a"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	secret := filepath.Join(dir, "outside", "f")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../outside", filepath.Join(dir, "tree", "link")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(filepath.Join(dir, "tree"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				_ = exchange(filepath.Join(dir, "tree", "a"), filepath.Join(dir, "tree", "link")) // one of them may not be there
			}
		}
	}()
	rt := interptest.New(t, builtins.Std(), interp.WithRoot(root))
	rt.Check(`
		for n = 1, 100 do
			pcall(write, "a/f", "mine")
			pcall(write, "a/new", "mine", { atomic = true })
			local ok, text = pcall(read, "a/f")
			assert(not ok or text == "mine" or text == "", text)
			pcall(fs.chmod, "a/f", "666")
			pcall(fs.touch, "a/f", { mtime = 0 })
			pcall(fs.copy, "a", "copy" .. n)
			pcall(fs.copy, "a/f", "a/g")
			pcall(fs.move, "a/g", "a/h")
			for p in fs.walk(".", { follow = true, on_error = function() end }) do assert(not p:find("outside"), p) end
			pcall(fs.remove, "a/a", { recursive = true })
			pcall(fs.remove, "a/f")
			pcall(archive.create, "x.tar", { "a" })
			pcall(archive.extract, "x.tar", "a")
			for _, d in ipairs(fs.list(".")) do if d:find("^copy") then fs.remove(d, { recursive = true }) end end
		end`, "")
	close(stop)
	<-stopped
	st, err := os.Stat(secret)
	text, terr := os.ReadFile(secret)
	if err != nil || terr != nil || string(text) != "secret" || st.Mode().Perm() != 0o600 || st.ModTime().Unix() == 0 {
		t.Errorf("the secret is %q, %v; %v %v", text, st, err, terr)
	}
	left, err := os.ReadDir(filepath.Join(dir, "outside"))
	if err != nil || len(left) != 2 {
		t.Errorf("outside is %v, %v", left, err)
	}
}

// Links that lead in a circle are errors to what follows them, and links to what lists them: as those that lead nowhere are.
func TestLinkLoops(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir()))
	rt.Check(`
		fs.mkdir("d")
		fs.link("self", "d/self")
		fs.link("b", "d/a")
		fs.link("a", "d/b")
		fs.link(".", "d/here")
		local function try(fn, ...)
			local ok, err = pcall(fn, ...)
			return ok and tostring(err) or err.code
		end
		print(try(fs.stat, "d/self"), try(fs.exists, "d/a"), try(fs.list, "d/a"), try(fs.realpath, "d/b"), try(read, "d/self"), try(fs.size, "d/self"), try(write, "d/a", "x", { atomic = true }))
		print(fs.stat("d/self", { follow = false }).type, fs.readlink("d/a"), fs.copy("d", "copy"), fs.readlink("copy/self"))
		for p, e in fs.walk("d") do io.write(p, " ", e.type, ", ") end
		print()
		for p, e in fs.walk("d", { follow = true, on_error = function(p, err) io.write("(", p, " ", err.code, ") ") end }) do io.write(p, " ", e.type, ", ") end
		print()
		print(#fs.glob("d/**"), #fs.glob("d/**", { follow = true }), fs.size("d"), archive.create("d.tar", { "d" }), fs.remove("d", { recursive = true }))`,
		`ELOOP	ELOOP	ELOOP	ELOOP	ELOOP	ELOOP	ELOOP
link	b	0	self
d/a link, d/b link, d/here link, d/self link, `+`
d/a link, d/b link, d/here dir, d/self link, `+`
4	4	0	5	true
`)
}
