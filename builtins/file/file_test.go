package file_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/bits"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// inDir runs a script whose relative paths are in a new folder, on the real clock, and returns what it printed.
func inDir(t *testing.T, dir, src string) string {
	t.Helper()
	out := &strings.Builder{}
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, out, out), interp.WithDir(dir))
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

func TestFiles(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"write returns the bytes, read gives them", `print(write("f", "one\0two"), #read("f"), read("f", 3), #read("f", 0))`, "7\t7\tone\t0\n"},
		{"write replaces", `write("f", "long text") write("f", "x") print(read("f"))`, "x\n"},
		{"append adds", `write("f", "a", {append = true}) write("f", "b", {append = true}) print(read("f"))`, "ab\n"},
		{"a number is written as text", `print(write("f", 1.5), read("f"))`, "3\t1.5\n"},
		{"atomic writes a new file", `print(write("f", "x", {atomic = true}), read("f"))`, "1\tx\n"},
		{"n may be huge", `write("f", "abc") print(read("f", 1e300), read("f", math.huge), read("f", "2"))`, "abc\tabc\tab\n"},
		{"n", `for _, n in ipairs{-1, 1.5, 0/0, -math.huge, "x"} do print(select(2, pcall(read, "f", n)).message) end`,
			"bad argument #2 to 'read' (the number of bytes is negative)\n" +
				"bad argument #2 to 'read' (integer expected, got 1.5)\n" +
				"bad argument #2 to 'read' (integer expected, got nan)\n" +
				"bad argument #2 to 'read' (the number of bytes is negative)\n" +
				"bad argument #2 to 'read' (number expected, got string)\n"},
		{"a missing file", `local ok, e = pcall(read, "no/such") print(e.kind, e.message, e.path, e.code)`,
			"io\tread: no/such: no such file or directory\tno/such\tENOENT\n"},
		{"a folder", `for _, f in ipairs{function() read(".") end, function() write(".", "") end, function() write(".", "", {atomic = true}) end} do
				local ok, e = pcall(f) print(e.message, e.code) end`,
			"read: .: is a directory\tEISDIR\nwrite: .: is a directory\tEISDIR\nwrite: .: is a directory\tEISDIR\n"},
		{"no name", `print(select(2, pcall(read, "")).code, select(2, pcall(write, "", "")).code)`, "ENOENT\tENOENT\n"},
		{"a NUL byte", `print(select(2, pcall(read, "a\0b")).message) print(select(2, pcall(write, "a\0b", "")).message)`,
			"bad argument #1 to 'read' (the path contains a NUL byte)\nbad argument #1 to 'write' (the path contains a NUL byte)\n"},
		{"options", `for _, o in ipairs{{apend = true}, {true}, {append = 1}, {mode = "9"}, {mode = ""}, {mode = "1777"}, {mode = {}}, {append = true, atomic = true}, 7} do
				print(select(2, pcall(write, "f", "", o)).message) end`,
			"bad argument #3 to 'write' (unknown option 'apend', did you mean 'append'? there are: append, atomic, mode, parents)\n" +
				"bad argument #3 to 'write' (unknown option '1'; there are: append, atomic, mode, parents)\n" +
				"bad argument #3 to 'write' (option 'append': boolean expected, got number)\n" +
				"bad argument #3 to 'write' (option 'mode': octal digits such as \"600\" expected, got \"9\")\n" +
				"bad argument #3 to 'write' (option 'mode': octal digits such as \"600\" expected, got \"\")\n" +
				"bad argument #3 to 'write' (option 'mode': octal digits such as \"600\" expected, got \"1777\")\n" +
				"bad argument #3 to 'write' (option 'mode': string expected, got table)\n" +
				"bad argument #3 to 'write' (options 'append' and 'atomic' exclude each other)\n" +
				"bad argument #3 to 'write' (table expected, got number)\n"},
		{"a large file", `local s = ("x"):rep(3000000) print(write("f", s), read("f") == s, #read("f", 2999999), write("f", s, {atomic = true}), #read("f"))`,
			"3000000\ttrue\t2999999\t3000000\t3000000\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if out := inDir(t, dir, tt.src); out != tt.want {
				t.Errorf("printed\n%s\nwant\n%s", out, tt.want)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if e.Name() != "f" {
					t.Errorf("%s is left behind", e.Name())
				}
			}
		})
	}
}

// A write that is cancelled while it waits its turn, or in the middle, is over when its retry begins, and an atomic one
// leaves the old file.
func TestCancelledWrite(t *testing.T) {
	dir := t.TempDir()
	out := inDir(t, dir, `
		local big = ("x"):rep(64 * 1024 * 1024)
		write("f", "old")
		for i = 1, 20 do
			local t = spawn(write, "f", big, {atomic = true})
			sleep(0.001 * i)
			if t:cancel() then
				t:join()
				local now = read("f")
				if now ~= "old" and now ~= big then print("neither the old file nor the new", #now) end
				write("f", "old")
				sleep(0.01)
				if read("f") ~= "old" then print("still written") end
			end
		end`)
	if out != "" {
		t.Error(out)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left: %v, %v", entries, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "f")); err != nil {
		t.Error(err)
	}
}

// A text that is longer than a string may be is an error that says so, never a string that was cut.
func TestReadTooMuch(t *testing.T) {
	dir := t.TempDir()
	for name, size := range map[string]int64{"most": 1 << (26 + bits.UintSize/16), "more": 1<<30 + 1} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.Truncate(size), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	long := fmt.Sprintf("it has more than %d bytes, the most that a string may have; read(path, n) reads its beginning, a file of io.open all of it in pieces", 1<<(26+bits.UintSize/16)) // interp: MaxText
	if out, want := inDir(t, dir, `
		for _, n in ipairs { false, 2^30 + 1, 2^31, 1e300 } do
			local ok, e = pcall(read, "more", n or nil)
			print(e.kind, e.path, e.message)
		end
		print(#read("more", 10), #read("most", 10))`), strings.Repeat("limit\tmore\tread: more: "+long+"\n", 4)+"10\t10\n"; out != want {
		t.Errorf("printed %q\nwant    %q", out, want)
	}
}

// growing is a file that has more than it had when somebody asked for its size.
type growing struct{ files fstest.MapFS }

func (g growing) Open(name string) (fs.File, error) {
	f, err := g.files.Open(name)
	return grown{f}, err
}

type grown struct{ fs.File }

func (g grown) Stat() (fs.FileInfo, error) { return &fixedSize{9000}, nil }

type fixedSize struct{ size int64 }

func (f *fixedSize) Name() string       { return "f" }
func (f *fixedSize) Size() int64        { return f.size }
func (f *fixedSize) Mode() fs.FileMode  { return 0o600 }
func (f *fixedSize) ModTime() time.Time { return time.Time{} }
func (f *fixedSize) IsDir() bool        { return false }
func (f *fixedSize) Sys() any           { return nil }

// A file that grows while it is read is read to its end, also where memory is limited and its size was asked for before.
func TestReadGrowingFile(t *testing.T) {
	const long = 200_000
	rt, err := interp.New(builtins.Std(), interp.WithFS(growing{fstest.MapFS{"f": {Data: make([]byte, long)}}}), interp.WithLimits(interp.Limits{Memory: 64 << 20}))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	vals, err := rt.RunString(context.Background(), "=t", `return #read("f"), #read("f", 50000)`)
	if err != nil || vals.Get(1).String() != "200000" || vals.Get(2).String() != "50000" {
		t.Errorf("got %v, %v", vals, err)
	}
}

// With parents, write makes the folders that are missing, and without none.
func TestWriteParents(t *testing.T) {
	dir := t.TempDir()
	out := inDir(t, dir, `
		print(select(2, pcall(write, "d/x", "1")).code)
		print(write("d/x", "1", { parents = true }), read("d/x"), write("d/x", "2", { parents = true, append = true }), read("d/x"))
		print(write("e/f/x", "3", { parents = true, atomic = true }), read("e/f/x"), write("y", "4", { parents = true }), read("y"))
		print(select(2, pcall(write, "y/z/x", "5", { parents = true })).code)`)
	if want := "ENOENT\n1\t1\t1\t12\n1\t3\t1\t4\nENOTDIR\n"; out != want {
		t.Errorf("printed %q, want %q", out, want)
	}
}
