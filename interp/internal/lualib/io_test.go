package lualib_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

func verifyTestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script runs source on a runtime whose folder is dir, with what in gives on standard input, and returns what it printed.
func script(t *testing.T, dir string, in io.Reader, src string, opts ...interp.Option) string {
	t.Helper()
	var out, errw bytes.Buffer
	opts = append([]interp.Option{
		builtins.Std(), interp.WithStdio(in, &out, &errw), interp.WithDir(dir),
		interp.WithEnv([]string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + dir}),
	}, opts...)
	rt, err := interp.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = rt.RunString(context.Background(), "=t", src); err != nil {
		t.Error(err)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	if errw.Len() > 0 {
		t.Errorf("standard error: %s", errw.String())
	}
	return out.String()
}

type row struct{ name, src, want string }

// check runs each row in a folder of its own, which has the file in.txt.
func check(t *testing.T, rows []row) {
	t.Helper()
	for _, tt := range rows {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "in.txt"), []byte("one\ntwo\n\n12 0x1F -3e2 x\nlast"), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := script(t, dir, strings.NewReader("a\n7 b\nrest\nof it"), tt.src); got != tt.want {
				t.Errorf("printed\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// The wanted output was printed by PUC's lua5.1, but for the names of functions in "bad argument", which pcall hides from it.
func TestFiles(t *testing.T) {
	check(t, []row{
		{"formats", `local f = io.open("in.txt") print(f:read()) print(f:read("*l", "*l", "*n", "*n", "*n", "*n")) print(f:read(2, 0, "*a")) print(f:read("*a"), f:read("*l"), f:read(0), f:read(5))`,
			"one\ntwo\t\t12\t31\t-300\tnil\nx\n\t\tlast\n\tnil\tnil\tnil\n"},
		{"a number that is none ends a read", `local f = io.open("in.txt") print(f:read("*n", "*l")) print(f:read())`, "nil\none\n"},
		{"standard input", `print(io.read()) print(io.read("*n", "*l")) print(io.stdin:read(2)) for l in io.lines() do print(l) end print(io.read("*a"), io.read("*l"))`, "a\n7\t b\nre\nst\nof it\n\tnil\n"},
		{"lines", `for l in io.lines("in.txt") do io.write("[", l, "]") end print()
			local f = io.open("in.txt") for l in f:lines() do if l == "two" then break end end print(f:read("*a")) print(f:close())
			local it = io.lines("in.txt") for i = 1, 5 do it() end print(it()) print(pcall(it))`,
			"[one][two][][12 0x1F -3e2 x][last]\n\n12 0x1F -3e2 x\nlast\ntrue\nnil\nfalse\tfile is already closed\n"},
		{"write, seek, read", `local f = io.open("x", "w+") print(f:write("hello ", 12.5, "\n")) print(f:seek(), f:seek("set"), f:read("*l"), f:seek("end"), f:seek("set", 2), f:read(3), f:seek("cur", -1), f:read(1))
			print(f:seek("set", -1)) print(f:write("X")) print(f:seek("set") , f:read("*a")) print(f:close())`,
			"true\n11\t0\thello 12.5\t11\t2\tllo\t4\to\nnil\tInvalid argument\t22\ntrue\n0\thelloX12.5\n\ntrue\n"},
		{"append", `for i = 1, 2 do local f = io.open("x", "a") f:write(i) f:close() end print(io.open("x"):read("*a"))`, "12\n"},
		{"line buffering", `local f = io.open("x", "w") f:setvbuf("line") f:write("a") print(io.open("x"):read("*a")) f:write("b\n") print(io.open("x"):read("*a"))
			f:setvbuf("no") f:write("c") print(io.open("x"):read("*a")) f:setvbuf("full", 3) f:write("de") print(io.open("x"):read("*a")) f:write("f") print(io.open("x"):read("*a"))`,
			"\nab\n\nab\nc\nab\nc\nab\ncdef\n"},
		{"errors have C's texts and numbers", `print(io.open("none")) print(io.open("none/x", "w")) print(io.open(".", "w")) print(io.open("."):read())
			print(io.open("in.txt"):write("x")) print(io.open("x", "w"):read()) print(os.remove("none")) print(os.rename("none", "x2")) os.execute("mkdir d; touch d/f") print(os.remove("d"))`,
			"nil\tnone: No such file or directory\t2\nnil\tnone/x: No such file or directory\t2\nnil\t.: Is a directory\t21\nnil\tIs a directory\t21\n" +
				"nil\tBad file descriptor\t9\nnil\tBad file descriptor\t9\nnil\tnone: No such file or directory\t2\nnil\tnone: No such file or directory\t2\nnil\td: Directory not empty\t39\n"},
		{"closed files", `local f = io.open("in.txt") print(io.type(f), io.type(io.stdout), io.type(1)) print(f:close()) print(tostring(f), io.type(f)) print(pcall(f.read, f)) print(pcall(f.close, f)) print(pcall(function() f:seek() end))`,
			"file\tfile\tnil\ntrue\nfile (closed)\tclosed file\nfalse\tattempt to use a closed file\nfalse\tattempt to use a closed file\nfalse\tt:1: attempt to use a closed file\n"},
		{"standard files stay open", `print(io.close()) print(io.stdin:close()) print(pcall(io.lines, "none"))`,
			"nil\tcannot close standard file\nnil\tcannot close standard file\nfalse\tbad argument #1 to '?' (none: No such file or directory)\n"},
		{"input and output", `print(io.input("in.txt") == io.input(), io.read()) io.output("x") io.write("to x") io.close() print(pcall(io.write, "y")) io.output(io.stdout) io.write("back\n")
			io.input():close() print(pcall(io.read)) print(io.open("x"):read("*a"))`,
			"true\tone\nfalse\tstandard output file is closed\nback\nfalse\tstandard input file is closed\nto x\n"},
		{"bad arguments", `print(pcall(io.read, "x")) print(pcall(io.read, "*x")) print(pcall(io.open, "x", {})) print(pcall(io.stdout.seek, io.stdout, "foo")) print(pcall(function() io.stdout.write() end)) print(pcall(function() io.stdout:write({}) end))`,
			"false\tbad argument #1 to '?' (invalid option)\nfalse\tbad argument #1 to '?' (invalid format)\nfalse\tbad argument #2 to '?' (string expected, got table)\nfalse\tbad argument #2 to '?' (invalid option 'foo')\nfalse\tt:1: bad argument #1 to 'write' (FILE* expected, got no value)\nfalse\tt:1: bad argument #1 to 'write' (string expected, got table)\n"},
		{"a full disk", `local f = io.open("/dev/full", "w") print(f:write("x")) print(f:flush()) print(f:write("x"), f:close())`, "true\nnil\tNo space left on device\t28\ntrue\tnil\tNo space left on device\t28\n"},
		{"a temporary file and a name", `local f = io.tmpfile() f:write("x") f:seek("set") print(f:read("*a")) local n = os.tmpname() print(io.open(n):read("*a"), n:match("lua_") ~= nil, os.remove(n))`, "x\n\ttrue\ttrue\n"},
		{"a path with a NUL byte", `print(select("#", io.open("a\0b")), select(3, io.open("a\0b")))`, "3\t22\n"},
		{"large", `local s = ("0123456789"):rep(300000) local f = io.open("x", "w") f:write(s) f:close() local f = io.open("x") print(f:read("*a") == s) f:seek("set") print(#f:read(2999999), f:read(1), f:read(1))`, "true\n2999999\t9\tnil\n"},
	})
}

// The table of fopen's modes is what PUC's lua5.1 prints with GNU's C library, for a file that holds "old" and for none.
func TestModes(t *testing.T) {
	const modes = `
		local function try(mode, old)
			os.remove("f")
			if old then local f = io.open("f", "w") f:write("old") f:close() end
			local f, e, code = io.open("f", mode)
			if not f then return code .. " " .. e end
			f:seek("set")
			local read = f:read("*a")
			f:seek("set")
			local ok = f:write("X") and f:flush()
			f:close()
			return (read or "-") .. (ok and "+" or "-") .. io.open("f"):read("*a")
		end
		for mode in (...):gmatch("%S+") do
			mode = mode:gsub("%%0", "\0"):gsub("%%e", "")
			print((mode:gsub("%z", "%%0")), try(mode, true), try(mode, false))
		end`
	const none, no, is = "22 f: Invalid argument", "2 f: No such file or directory", "17 f: File exists"
	var all []string
	want := ""
	for _, tt := range []struct{ modes, old, new string }{
		{"r rt rb rx re rw ra r%0+", "old-old", no},
		{"r+ rt+ r+t rb+ r+b r+x", "old+Xld", no},
		{"w wt wb wr we", "-+X", "-+X"},
		{"w+ wb+ w+b", "+X", "+X"},
		{"wx wbx wxb", is, "-+X"},
		{"w+x wx+", is, "+X"},
		{"a at", "-+oldX", "-+X"},
		{"a+ a+b", "old+oldX", "+X"},
		{"ax", is, "-+X"},
		{"%e z R b x +r %0r", none, none},
	} {
		for _, mode := range strings.Fields(tt.modes) {
			all = append(all, mode)
			want += strings.TrimPrefix(mode, "%e") + "\t" + tt.old + "\t" + tt.new + "\n"
		}
	}
	src := strings.Replace(modes, "(...)", "(\""+strings.Join(all, " ")+"\")", 1)
	if got := script(t, t.TempDir(), nil, src); got != want {
		t.Errorf("printed\n%swant\n%s", got, want)
	}
}

func TestOpenFilesAreWrittenAtTheEnd(t *testing.T) {
	dir := t.TempDir()
	script(t, dir, nil, `f = io.open("x", "w") f:write("kept")`)
	if got, err := os.ReadFile(filepath.Join(dir, "x")); err != nil || string(got) != "kept" {
		t.Errorf("%q, %v", got, err)
	}
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	if _, err = rt.RunString(context.Background(), "=t", `f = io.open("/dev/full", "w") f:write("lost")`); err != nil {
		t.Error(err)
	}
	if err := rt.Close(); err == nil || !strings.Contains(err.Error(), "/dev/full: ") {
		t.Errorf("Close told %v of what could not be written", err)
	}
}

// A read of standard input that was given up loses nothing, whatever standard input is.
func TestAbandonedRead(t *testing.T) {
	pr, pw := io.Pipe()
	fr, fw, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer fr.Close()
	br, bw, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer br.Close()
	br.Fd() // makes it one that blocks, as a terminal is that others gave us
	for _, in := range []struct {
		name string
		r    io.Reader
		w    io.WriteCloser
	}{{"a reader", pr, pw}, {"a pipe", fr, fw}, {"a pipe that blocks", br, bw}} {
		t.Run(in.name, func(t *testing.T) {
			var out bytes.Buffer
			rt, err := interp.New(builtins.Std(), interp.WithStdio(in.r, &out, nil), interp.WithVirtualTime(),
				interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "type_line", Fn: func(c *interp.Call) error {
					return c.Block(func(context.Context) error {
						_, err := io.WriteString(in.w, "typed late\nthe next\n")
						return err
					})
				}}}}))
			if err != nil {
				t.Fatal(err)
			}
			_, err = rt.RunString(context.Background(), "=t", `
				local t = spawn(function() io.read() end) sleep(0)
				print(tostring(t):match("waiting.*"), t:cancel()) t:join() print(t:cancelled())
				type_line() print(io.read()) print(io.read())`)
			if err != nil {
				t.Error(err)
			}
			if err := rt.Close(); err != nil {
				t.Error(err)
			}
			in.w.Close()
			if got, want := out.String(), "waiting in io.read at t:2\ttrue\ntrue\ntyped late\nthe next\n"; got != want {
				t.Errorf("printed %q, want %q", got, want)
			}
		})
	}
}

func TestReadersTakeTurns(t *testing.T) {
	pr, pw := io.Pipe()
	go func() {
		for _, s := range []string{"li", "ne 1\nl", "ine 2\nline 3", "\n"} {
			io.WriteString(pw, s)
		}
		pw.Close()
	}()
	got := script(t, t.TempDir(), pr, `for i = 1, 4 do spawn(function() print(i, io.read()) end) end`)
	if want := "1\tline 1\n2\tline 2\n3\tline 3\n4\tnil\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

func TestWriteErrorOfStandardOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, full, nil))
	if err != nil {
		t.Fatal(err)
	}
	vals, err := rt.RunString(context.Background(), "=t", `io.stdout:setvbuf("no") return io.write("x")`)
	if err := errors.Join(err, rt.Close()); err != nil {
		t.Error(err)
	}
	if s, _ := vals.Get(2).Text(); s != "No space left on device" {
		t.Errorf("io.write returned %v", vals)
	}
}
