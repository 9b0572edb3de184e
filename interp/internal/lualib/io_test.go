package lualib_test

import (
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

func verifyTestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script runs source on the machine's clock, in the folder dir, with what in gives on standard input, and returns what it printed.
func script(t *testing.T, dir string, in io.Reader, src string, opts ...interp.Option) string {
	t.Helper()
	out, errw, err := interptest.Once{Name: "t", Stdin: in, Real: true}.Run(t, src, append([]interp.Option{
		builtins.Std(), interp.WithDir(dir), interp.WithEnv([]string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + dir}),
	}, opts...)...)
	if err != nil {
		t.Error(err)
	}
	if errw != "" {
		t.Errorf("standard error: %s", errw)
	}
	return out
}

// update writes anew what the scripts of testdata print; read the diff.
var update = flag.Bool("update", false, "write the .out files of testdata")

// check runs each script of a folder of testdata in a folder of its own, which has the file in.txt, and compares what it prints with the
// file of its name that ends in .out.
func check(t *testing.T, folder string) {
	t.Helper()
	scripts, err := filepath.Glob(filepath.Join("testdata", folder, "*.lua"))
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range scripts {
		name := strings.TrimSuffix(file, ".lua")
		t.Run(filepath.Base(name), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "in.txt"), []byte("one\ntwo\n\n12 0x1F -3e2 x\nlast"), 0o600); err != nil {
				t.Fatal(err)
			}
			got := script(t, dir, strings.NewReader("a\n7 b\nrest\nof it"), string(src))
			if *update {
				if err := os.WriteFile(name+".out", []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name + ".out")
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("printed\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// The wanted output was printed by PUC's lua5.1, but for the names of functions in "bad argument", which pcall hides from it.
func TestFiles(t *testing.T) { check(t, "files") }

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
	_, _, err := interptest.Once{Name: "t", Real: true}.Run(t, `f = io.open("/dev/full", "w") f:write("lost")`, builtins.Std())
	if err == nil || !strings.Contains(err.Error(), "/dev/full: ") {
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
			out, _, err := interptest.Once{Name: "t", Stdin: in.r}.Run(t, `
				local t = spawn(function() io.read() end) sleep(0)
				print(tostring(t):match("waiting.*"), t:cancel()) t:join() print(t:cancelled())
				type_line() print(io.read()) print(io.read())`, builtins.Std(),
				interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "type_line", Fn: func(c *interp.Call) error {
					return c.Block(func(context.Context) error {
						_, err := io.WriteString(in.w, "typed late\nthe next\n")
						return err
					})
				}}}}))
			in.w.Close()
			if want := "waiting in io.read at t:2\ttrue\ntrue\ntyped late\nthe next\n"; err != nil || out != want {
				t.Errorf("printed %q, want %q; %v", out, want, err)
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
	_, _, err = interptest.Once{Name: "t", Real: true}.Run(t, `
		io.stdout:setvbuf("no")
		local ok, why = io.write("x")
		assert(not ok and why == "No space left on device", why)`, builtins.Std(), interp.WithStdio(nil, full, nil))
	if err != nil {
		t.Error(err)
	}
}
