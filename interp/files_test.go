package interp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// list is a script that prints the names of a table.
const list = `
	local function list(t) local names = {} for name in pairs(t) do names[#names + 1] = name end table.sort(names) return table.concat(names, " ") end `

// Files that were not granted are not there.
func TestGrants(t *testing.T) {
	safe := []interp.Option{builtins.Safe(), interp.WithEnv([]string{"SECRET=1"}), interp.WithArgs("s", "arg")}
	for _, tt := range []struct {
		name string
		opts []interp.Option
		src  string
		want string
	}{
		{"os", safe, list + `return list(os)`, "clock date difftime time"},
		{"io", safe, list + `return list(io)`, "close flush input lines output read stderr stdin stdout type write"},
		{"globals", safe, `return tostring(dofile or loadfile or read or write)`, "nil"},
		{"builtins are there", safe, `return type(gather) .. type(task.map) .. type(sync.queue)`, "functionfunctionfunction"},
		{"io.lines", safe, `return select(2, pcall(io.lines, "x"))`, "bad argument #1 to '?' (x: The host has granted no files)"},
		{"io.input", safe, `return select(2, pcall(io.input, "/etc/passwd"))`, "bad argument #1 to '?' (/etc/passwd: The host has granted no files)"},
		{"io.output", safe, `return select(2, pcall(io.output, "x"))`, "bad argument #1 to '?' (x: The host has granted no files)"},
		{"require", safe, `return select(2, pcall(require, "x"))`, "module 'x' not found:\n\tno field package.preload['x']"},
		{"require, by a path of its own", safe, `package.path = "/etc/?" return select(2, pcall(require, "passwd"))`,
			"module 'passwd' not found:\n\tno field package.preload['passwd']\n\tno file '/etc/passwd'"},
		{"nothing at all", nil, list + `return list(os) .. tostring(spawn or dofile)`, "clock date difftime timenil"},
		{"the system", []interp.Option{interp.WithSystem()}, list + `return list(os)`, "clock date difftime execute exit getenv remove rename setlocale time tmpname"},
		{"a tree alone", []interp.Option{interp.WithFS(fstest.MapFS{})}, list + `return list(os) .. tostring(io.popen)`, "clock date difftime remove rename setlocale time tmpnamenil"},
		{"processes beside a tree", []interp.Option{interp.WithFS(fstest.MapFS{}), builtins.Std()},
			`local ok, e = pcall(os.execute, "true") return os.execute() .. e.message`, "0os.execute: the host has granted no processes"},
		{"popen beside a tree", []interp.Option{builtins.Std(), interp.WithFS(fstest.MapFS{})},
			`return select(2, pcall(io.popen, "true")).message`, "io.popen: the host has granted no processes"},
		{"no environment by itself", []interp.Option{builtins.Std()}, `return tostring(os.getenv("PATH") or os.getenv("HOME")) .. tostring(arg)`, "nilnil"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt, err := interp.New(tt.opts...)
			if err != nil {
				t.Fatal(err)
			}
			defer rt.Close()
			vals, err := rt.RunString(t.Context(), "=t", tt.src)
			if got := vals.Get(1).String(); got != tt.want || err != nil {
				t.Errorf("returned %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestWrongTrees(t *testing.T) {
	root := openRoot(t, t.TempDir())
	for _, tt := range []struct {
		opt  interp.Option
		want string
	}{
		{interp.WithFS(nil), "the fs.FS is nil"},
		{interp.WithRoot(nil), "the *os.Root is nil"},
		{interp.WithFS(os.DirFS(".")), "os.OpenRoot"},
		{interp.Combine(interp.WithRoot(root), interp.WithDir("..")), "a folder in the tree"},
		{interp.Combine(interp.WithDir("/tmp"), interp.WithRoot(root)), "a folder in the tree"},
	} {
		rt, err := interp.New(tt.opt)
		if err == nil {
			rt.Close()
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v; want %q", err, tt.want)
		}
	}
}

func openRoot(t testing.TB, dir string) *os.Root {
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

// in runs a script in a tree and returns what it printed.
func in(t *testing.T, tree interp.Option, src string, opts ...interp.Option) string {
	t.Helper()
	var out bytes.Buffer
	rt, err := interp.New(append([]interp.Option{builtins.Std(), tree, interp.WithStdio(nil, &out, &out)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.RunString(context.Background(), "=t", src); err != nil {
		t.Error(err)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	return out.String()
}

func TestTree(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"write and read", `print(write("a.txt", "hello"), read("a.txt"), read("sub/in.txt"))`, "5\thello\tinside\n"},
		{"replaced at once", `write("sub/in.txt", "new", {atomic = true}) print(read("sub/in.txt"))`, "new\n"},
		{"through a link that stays", `write("link", "new", {atomic = true}) print(read("sub/in.txt"))`, "new\n"},
		{"append", `write("x", "a") write("x", "b", {append = true, mode = "600"}) print(read("x"))`, "ab\n"},
		{"io", `local f = assert(io.open("x", "w")) f:write("one\ntwo\n") f:close()
			for l in io.lines("x") do io.write(l, ";") end
			local f = io.open("x", "r+") f:seek("set", 4) f:write("TWO") f:close() print(read("x"))`, "one;two;one\nTWO\n\n"},
		{"io.output", `io.output("x") io.write("y") io.close() io.output(io.stdout) io.input("x") print(io.read("*a"))`, "y\n"},
		{"require", `print(require "mod", dofile("mod.lua"), loadfile("mod.lua")())`, "module\tmodule\tmodule\n"},
		{"os", `write("x", "1") print(os.rename("x", "y"), os.remove("y"), os.remove("y"))`, "true\ttrue\tnil\ty: No such file or directory\t2\n"},
		{"tmpname", `local n = os.tmpname() write(n, "x") print(n:match("^lua_%x+$") ~= nil, read(n), os.remove(n))`, "true\tx\ttrue\n"},
		{"tmpfile", `local f = io.tmpfile() f:write("abc") f:seek("set") print(f:read("*a")) f:close()`, "abc\n"},
		{"no name", `print(io.open("")) print(select(2, pcall(read, "")).code)`, "nil\t: No such file or directory\t2\nENOENT\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			grow(t, dir)
			if got := in(t, interp.WithRoot(openRoot(t, dir)), tt.src); got != tt.want {
				t.Errorf("printed %q, want %q", got, tt.want)
			}
		})
	}
	dir := t.TempDir()
	grow(t, dir)
	if got := in(t, interp.WithRoot(openRoot(t, dir)), `print(read("in.txt"), read("../mod.lua"))`, interp.WithDir("sub")); got != "inside\treturn 'module'\n" {
		t.Errorf("in a folder of the tree: printed %q", got)
	}
	if got := in(t, interp.WithFS(openRoot(t, dir).FS()), `print(read("sub/in.txt"), select(2, pcall(write, "x", "y")).code)`); got != "inside\tEROFS\n" && runtime.GOOS != "windows" {
		t.Errorf("a Root that can only be read: printed %q", got)
	}
}

// grow fills a folder with what the tests find there.
func grow(t testing.TB, dir string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"sub/in.txt": "inside", "mod.lua": "return 'module'"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("sub/in.txt", filepath.Join(dir, "link")); err != nil {
		t.Skip(err) // Windows, without the right to
	}
}

// A file beside the tree is neither read nor changed, whatever a script calls it.
func TestNothingLeadsOutOfATree(t *testing.T) {
	outside := t.TempDir()
	dir := filepath.Join(outside, "tree")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	grow(t, dir)
	secret := filepath.Join(outside, "secret")
	for _, link := range []struct{ to, name string }{
		{secret, "absolute"}, {"../secret", "relative"}, {"../..", "up"}, {outside, "sub/folder"}, {"absolute", "chain"}, {"/dev/zero", "zero"}, {"loop", "loop"}, {"../new", "dangling"},
	} {
		if err := os.Symlink(link.to, filepath.Join(dir, link.name)); err != nil {
			t.Fatal(err)
		}
	}
	names := []string{secret, "../secret", "sub/../../secret", "absolute", "relative", "chain", "sub/folder/secret", "up/tree/../secret", "./../secret", "..//secret", "/etc/passwd",
		"/proc/self/environ", "/dev/zero", "zero", "/dev/stdin", "loop", "//etc/passwd", "sub/folder", "..", "/", "dangling"}
	var src strings.Builder
	src.WriteString("local names = {")
	for _, n := range names {
		fmt.Fprintf(&src, "%q,", n)
	}
	src.WriteString(`}
		local function refused(what, name, ok, ...)
			if ok and (...) then print(what, name, ...) end
		end
		local mine = {absolute = 1, relative = 1, chain = 1, zero = 1, loop = 1, dangling = 1, ["sub/folder"] = 1}
		local handle = io.open("mine", "w") if handle then handle:close() end
		for _, n in ipairs(names) do
			refused("read", n, pcall(read, n))
			refused("write", n, pcall(write, n, "x"))
			refused("append", n, pcall(write, n, "x", {append = true}))
			refused("mode", n, pcall(write, n, "x", {mode = "777"}))
			refused("atomic", n, pcall(write, n, "x", {atomic = true}))
			refused("open", n, pcall(function() local f = io.open(n) return f and f:read("*a") end))
			refused("create", n, pcall(function() local f = io.open(n, "w") return f and f:write("x") end))
			refused("update", n, pcall(function() local f = io.open(n, "a+") return f and f:write("x") end))
			refused("lines", n, pcall(io.lines, n))
			refused("input", n, pcall(io.input, n))
			refused("output", n, pcall(io.output, n))
			refused("dofile", n, pcall(dofile, n))
			refused("loadfile", n, pcall(loadfile, n))
			if not mine[n] then -- a link in the tree is the script's own, to move and remove
				refused("rename to", n, pcall(os.rename, "mine", n))
				refused("rename", n, pcall(os.rename, n, "theirs"))
				refused("remove", n, pcall(os.remove, n))
			end
			package.path = n
			refused("require", n, pcall(require, "x"))
		end`)
	check := func(name string, tree interp.Option) {
		if err := os.WriteFile(secret, []byte("print('stolen') return 'stolen'"), 0o600); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(in(t, tree, src.String())) {
			t.Errorf("%s: got through: %s", name, line)
		}
		if data, err := os.ReadFile(secret); err != nil || string(data) != "print('stolen') return 'stolen'" {
			t.Errorf("%s: the file outside is now %q, %v", name, data, err)
		}
		if entries, err := os.ReadDir(outside); err != nil || len(entries) != 2 {
			t.Errorf("%s: outside there is now %v, %v", name, entries, err)
		}
	}
	root := openRoot(t, dir)
	check("fs.FS", interp.WithFS(root.FS()))
	check("Root", interp.WithRoot(root))
}

// A link that changes while it is followed leads nowhere but into the tree.
func TestRacesDoNotLeadOutOfATree(t *testing.T) {
	outside := t.TempDir()
	dir := filepath.Join(outside, "tree")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	grow(t, dir)
	secret := filepath.Join(outside, "secret")
	if err := os.WriteFile(secret, []byte("stolen"), 0o600); err != nil {
		t.Fatal(err)
	}
	flip := filepath.Join(dir, "flip")
	stop := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			next := flip + ".next"
			switch i % 3 {
			case 0:
				os.Symlink("../secret", next)
			case 1:
				os.Symlink("sub/in.txt", next)
			case 2:
				os.WriteFile(next, []byte("plain"), 0o600)
			}
			os.Rename(next, flip)
		}
	})
	out := in(t, interp.WithRoot(openRoot(t, dir)), `
		for i = 1, 2000 do
			local ok, s = pcall(read, "flip") if ok and s == "stolen" then print("read", s) end
			pcall(write, "flip", "overwritten")
			pcall(write, "flip", "overwritten", {atomic = true})
		end`)
	close(stop)
	others.Wait()
	if out != "" {
		t.Errorf("printed %q", out)
	}
	if data, err := os.ReadFile(secret); err != nil || string(data) != "stolen" {
		t.Errorf("the file outside is now %q, %v", data, err)
	}
}

func TestReadOnlyTree(t *testing.T) {
	tree := fstest.MapFS{
		"a.txt":   {Data: []byte("one\ntwo\n")},
		"mod.lua": {Data: []byte("return ...")},
		"dev":     {Data: []byte("x"), Mode: fs.ModeDevice | fs.ModeCharDevice | 0o666},
	}
	for _, tt := range []struct{ src, want string }{
		{`print(read("a.txt"), read("./a.txt", 3), read("x/../a.txt", 3))`, "one\ntwo\n\tone\tone\n"},
		{`for l in io.lines("a.txt") do io.write(l, ";") end`, "one;two;"},
		{`local f = io.open("a.txt") f:seek("set", 4) print(f:read(), f:seek("end"), f:write("x"), f:close())`, "two\t8\tnil\ttrue\n"},
		{`print(require "mod", dofile("mod.lua"))`, "mod\n"},
		{`for _, m in ipairs{"w", "a", "r+", "w+"} do print(select(2, io.open("a.txt", m))) end`, strings.Repeat("a.txt: Read-only file system\t30\n", 4)},
		{`print(select(2, pcall(write, "b.txt", "x")).message, select(2, pcall(write, "a.txt", "x", {atomic = true})).code)`, "write: b.txt: read-only file system\tEROFS\n"},
		{`print(select(2, os.remove("a.txt")), select(2, os.rename("a.txt", "b.txt")))`, "a.txt: Read-only file system\ta.txt: Read-only file system\t30\n"},
		{`print(select(2, pcall(os.tmpname)))`, "unable to generate a unique filename: "},
		{`print(select(2, pcall(read, "dev")).message)`, "read: dev: neither a regular file nor a folder: devices, pipes and sockets are not granted\n"},
		{`print(select(2, pcall(read, "../a.txt")).message, select(2, io.open("/a.txt")))`, "read: ../a.txt: path escapes from parent\t/a.txt: Path escapes from parent\t0\n"},
		{`local f = io.open("a.txt") f = nil collectgarbage() collectgarbage() print(select(2, pcall(read, "no")).code)`, "ENOENT\n"},
	} {
		if got := in(t, interp.WithFS(tree), tt.src); got != tt.want && !(strings.HasSuffix(tt.want, ": ") && strings.HasPrefix(got, tt.want)) {
			t.Errorf("%s\nprinted %q\nwant    %q", tt.src, got, tt.want)
		}
	}
}

// A script of a stranger's, with files of its own.
func ExampleWithRoot() {
	dir, err := os.MkdirTemp("", "plugin")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer root.Close()
	rt := must(interp.New(builtins.Std(), interp.WithRoot(root), interp.WithStdio(nil, os.Stdout, nil)))
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "=plugin", `
		write("notes.txt", "hello")
		print(read("notes.txt"))
		read("../../etc/passwd")`)
	fmt.Println(err)
	// Output:
	// hello
	// plugin:4: read: ../../etc/passwd: path escapes from parent
}

// A file system that is compiled into the program.
func ExampleWithFS() {
	tree := fstest.MapFS{"greeting.lua": {Data: []byte(`return "hello"`)}} // an embed.FS, in earnest
	rt := must(interp.New(builtins.Std(), interp.WithFS(tree), interp.WithStdio(nil, os.Stdout, nil)))
	defer rt.Close()
	_, err := rt.RunString(context.Background(), "=main", `
		print(require "greeting")
		write("greeting.lua", "")`)
	fmt.Println(err)
	var e *interp.Error
	fmt.Println(errors.As(err, &e), e.Kind)
	// Output:
	// hello
	// main:3: write: greeting.lua: read-only file system
	// true io
}

// oddTree is a file system with the faults of one that nobody has tested.
type oddTree string

type oddFile struct {
	fs.File
	fault string
}

func (o oddTree) Open(string) (fs.File, error) {
	if o == "no file" {
		return nil, nil
	}
	f, err := fstest.MapFS{"x": {Data: []byte("12345")}}.Open("x")
	return &oddFile{f, string(o)}, err
}

func (f *oddFile) Stat() (fs.FileInfo, error) {
	if f.fault == "no info" {
		return nil, nil
	}
	return f.File.Stat()
}

func (f *oddFile) Read(p []byte) (int, error) {
	switch f.fault {
	case "no progress":
		return 0, nil
	case "less than nothing":
		return -1, nil
	case "too much":
		return len(p) + 1, nil
	}
	return f.File.Read(p[:min(len(p), 1)])
}

// A faulty file system of the host's is an error of the call that met it, no panic and no loop.
func TestOddTrees(t *testing.T) {
	for fault, want := range map[string]string{
		"no file": "opened nothing", "no info": "says nothing about it", "no progress": "ultiple Read calls return no data",
		"less than nothing": "read -1 of", "too much": "file system read", "short reads": "12345",
	} {
		rt, err := interp.New(builtins.Std(), interp.WithFS(oddTree(fault)))
		if err != nil {
			t.Fatal(err)
		}
		for _, src := range []string{
			`return read("x")`, `local f = assert(io.open("x")) return assert(f:read("*a"))`, `return assert(loadfile("x"))`, `for l in io.lines("x") do return l end`,
		} {
			vals, err := rt.RunString(context.Background(), "=t", src)
			got := vals.Get(1).String()
			if err != nil {
				got = err.Error()
			}
			if strings.Contains(src, "loadfile") && fault == "short reads" {
				continue
			}
			if !strings.Contains(got, want) || strings.Contains(got, "panicked") {
				t.Errorf("%s: %s: %s", fault, src, got)
			}
		}
		if err := rt.Close(); err != nil {
			t.Errorf("%s: %v", fault, err)
		}
	}
}

// countingTree has one file of a megabyte of spaces, and counts what is read of it.
type countingTree struct{ read atomic.Int64 }

type countingFile struct {
	fs.File
	tree *countingTree
}

func (c *countingTree) Open(string) (fs.File, error) {
	f, err := fstest.MapFS{"x": {Data: bytes.Repeat([]byte(" "), 1<<20)}}.Open("x")
	return &countingFile{f, c}, err
}

func (f *countingFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	f.tree.read.Add(int64(n))
	return n, err
}

// Reads take memory on goroutines of their own: the limit is asked before they do.
func TestReadsUnderLimits(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		limit     bool
		most      int64 // bytes that are read
	}{
		{"one", `assert(#read("x") == 1048576) assert(#read("x", 100000) == 100000) assert(#read("x", 10) == 10)`, false, 4 << 20},
		{"one after the other", `for i = 1, 100 do assert(#read("x") == 1048576) end`, false, 200 << 20},
		{"many at once", `local t = {} for i = 1, 500 do t[i] = function() return read("x") end end gather(t)`, true, 16 << 20},
		{"a chunk", `dofile("x")`, true, 1 << 19},
		{"a module", `require("x")`, true, 1 << 19},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tree := &countingTree{}
			rt, err := interp.New(builtins.Std(), interp.WithFS(tree), interp.WithLimits(interp.Limits{Memory: 8 << 20}))
			if err != nil {
				t.Fatal(err)
			}
			defer rt.Close()
			_, err = rt.RunString(context.Background(), "=t", tt.src)
			if errors.Is(err, interp.ErrLimit) != tt.limit || !tt.limit && err != nil {
				t.Error(err)
			}
			if n := tree.read.Load(); n > tt.most {
				t.Errorf("%d bytes were read", n)
			}
		})
	}
}
