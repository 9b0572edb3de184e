package fs_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/builtins/file"
	"github.com/lull-lua/lull/builtins/fs"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// In a tree that a host has granted, everything stays in it: no link, no .. and no absolute name leads out.
func TestTree(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("makes links")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"secret": "outside", "tree/a": "one", "tree/sub/b": "two"} {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../secret", filepath.Join(dir, "tree", "out")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("..", filepath.Join(dir, "tree", "up")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(filepath.Join(dir, "tree"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	rt := interptest.New(t, builtins.Std(), interp.WithRoot(root))
	rt.Check(`
		local function paths(...) local all = {} for p in fs.walk(...) do all[#all + 1] = p end return table.concat(all, " ") end
		print(paths("."))
		print(paths("", { type = "file" }))
		print(pcall(fs.list, "/") == false, fs.exists("a"), fs.exists("sub"), fs.stat("a").size)
		for _, fn in ipairs { "stat", "list", "walk", "copy", "chmod", "touch", "size", "realpath" } do
			for _, name in ipairs { "out", "up/secret", "../secret", "`+dir+`/secret" } do
				local ok, err = pcall(fs[fn], name, fn == "chmod" and "600" or "x")
				if ok then print(fn, name, ok) end
			end
		end
		fs.mkdir("new/deep")
		fs.copy("a", "new/c")
		fs.move("new/c", "new/d")
		fs.link("d", "new/l")
		fs.replace("a", function(f) f:write("three") end)
		print(read("a"), read("new/l"), fs.realpath("new/l"), fs.realpath("sub/../a"), fs.cwd(), fs.abs("x"))
		print(fs.copy("sub", "sub2"), paths("sub2"), fs.remove("sub2", { recursive = true }), fs.exists("sub2"))
		print(fs.remove("up"), fs.remove("out"), fs.exists("out"))
		local path = fs.temp({}, function(p) write(p .. "/x", "y") return p end)
		print(fs.exists(path), #fs.glob("**/*"), pcall(fs.usage, ".") == false)`,
		"./a ./out ./sub ./sub/b ./up\na sub/b\ntrue\tfile\tdir\t3\ncopy\tout\ttrue\nthree\tone\tnew/d\ta\t.\tx\n3\tsub2/b\ttrue\tfalse\ntrue\ttrue\tfalse\nfalse\t8\ttrue\n")
}

func TestReadOnlyTree(t *testing.T) {
	tree := fstest.MapFS{"a": {Data: []byte("one")}, "sub/b": {Data: []byte("two"), Mode: 0o640}}
	rt := interptest.New(t, interp.WithModule(fs.Module()), interp.WithModule(file.Module()), interp.WithFS(tree))
	rt.Check(`
		for p, e in fs.walk(".", { stat = true }) do print(p, e.type, e.size) end
		print(fs.stat("sub/b").mode, fs.exists("none"), fs.size("sub"), fs.glob("*/b")[1], fs.realpath("sub/../a"))
		for _, call in ipairs { { "mkdir", "x" }, { "remove", "a" }, { "copy", "a", "b" }, { "move", "a", "b" }, { "link", "a", "b" }, { "chmod", "a", "600" }, { "touch", "a" }, { "replace", "a", function() end }, { "temp" } } do
			local ok, err = pcall(fs[call[1]], call[2], call[3])
			if ok or err.code ~= "EROFS" then print(call[1], ok, err) end
		end`, "./a\tfile\t3\n./sub\tdir\t0\n./sub/b\tfile\t3\n640\tfalse\t3\tsub/b\ta\n")
}

// Names that are no UTF-8 are names like others.
func TestAnyBytes(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("names are text elsewhere")
	}
	rt := interptest.New(t, builtins.Std(), interp.WithDir(t.TempDir()))
	rt.Check(`
		local name = "\255\254 \n'\"$(x)*[]{}\\é"
		write(name, "x")
		fs.mkdir("d" .. name)
		fs.copy(name, "d" .. name .. "/" .. name)
		print(fs.list(".")[2] == name, #fs.glob(fs.escape(name)), #fs.glob("**/" .. fs.escape(name)), fs.exists("d" .. name .. "/" .. name))
		local n = 0
		for p, e in fs.walk(".") do n = n + 1 assert(fs.stat(p)) end
		print(n, fs.remove("d" .. name, { recursive = true }), #fs.list("."))`, "true\t1\t2\tfile\n3\ttrue\t1\n")
}

// Holes stay holes, and whatever is in a file arrives.
func TestSparse(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("holes are known on Linux")
	}
	dir := t.TempDir()
	p := filepath.Join(dir, "sparse")
	f, err := os.Create(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{0, 10 << 20, 50<<20 + 123} {
		if _, err := f.WriteAt([]byte(strings.Repeat("x", 5000)), at); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Truncate(200 << 20); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
	rt.Check(`print(fs.copy("sparse", "copy"), hash.file("sha256", "sparse") == hash.file("sha256", "copy"))`, "209715200\ttrue\n")
	if was, is := blocks(t, p), blocks(t, filepath.Join(dir, "copy")); is > 2*was+100 {
		t.Errorf("the copy has %d blocks, the file %d", is, was)
	}
}

// A reader, while a file is replaced, has the old text or the new one.
func TestReplaceUnderReaders(t *testing.T) {
	dir := t.TempDir()
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
	rt.Check(`
		local a, b = ("a"):rep(1e5), ("b"):rep(1e5)
		write("f", a)
		local seen, done = {}, false
		group(function(g)
			for _ = 1, 100 do g:spawn(function()
				while not done do
					local text = read("f")
					seen[text == a and "a" or text == b and "b" or "half"] = true
				end
			end) end
			for i = 1, 50 do
				fs.replace("f", function(f)
					local text = i % 2 == 0 and a or b
					f:write(text:sub(1, 5e4))
					f:flush()
					f:write(text:sub(5e4 + 1))
				end)
			end
			done = true
		end)
		print(seen.half, seen.a or seen.b, #fs.list("."))`, "nil\ttrue\t1\n")
}

// Arbitrary patterns and paths are matched, or bad arguments; a name escaped matches itself.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{"*", "**/a", "[!a-z]", "{a,b{c,d}}", "\\", "[]a]", "a/**/b", "\xff*", "{", "***", "**/**", "[a-", "{,}"} {
		f.Add(s, "a/b")
	}
	rt := interptest.New(f, interp.WithModule(fs.Module()), interp.WithSystem())
	if _, err := rt.Run(`
		function check(pattern, path)
			local ok, err = pcall(fs.match, pattern, path)
			if not ok then assert(tostring(err):find("bad argument #1 to 'match'", 1, true), err) end
			local name = path:gsub("/", "")
			assert(fs.match(fs.escape(name), name), name)
			assert(fs.match("**", path:gsub("^/+", "")))
			assert(fs.match("*" .. fs.escape(name) .. "*", name))
		end`); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, pattern, path string) {
		if strings.ContainsRune(path, 0) {
			return
		}
		if _, err := rt.Call(t.Context(), "check", pattern, path); err != nil {
			t.Fatalf("%q, %q: %v", pattern, path, err)
		}
	})
}

// Ten thousand files made at once are told of, each once, or the batch says that there was more.
func TestWatchManyFiles(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the system's queue is another")
	}
	dir := t.TempDir()
	rt := interptest.New(t, builtins.Std(), interp.WithDir(dir))
	rt.Check(`
		local w = fs.watch(".")
		for i = 1, 10000 do fs.touch("f" .. i) end
		local seen, n, overflow = {}, 0, false
		while n < 10000 do
			local batch = w:get()
			overflow = overflow or batch.overflow
			for _, c in ipairs(batch) do
				if not seen[c.path] then seen[c.path], n = true, n + 1 end
			end
		end
		print(n)`, "10000\n")
}
