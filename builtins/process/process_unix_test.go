//go:build unix

package process_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// lull runs a script in real time, with the machine's PATH, and returns what it prints. Nothing may be left behind.
func lull(t *testing.T, src string, opts ...interp.Option) string {
	t.Helper()
	before := goleak.IgnoreCurrent()
	var out safe
	opts = append([]interp.Option{builtins.Std(), interp.WithStdio(nil, &out, &out), interp.WithEnv([]string{"PATH=" + os.Getenv("PATH"), "HOME=/"})}, opts...)
	rt, err := interp.New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.RunString(t.Context(), "=t", src); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	goleak.VerifyNone(t, before)
	return out.String()
}

type safe struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safe) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safe) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestCommands(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "tool"), []byte("#!/bin/sh\necho tool in $(basename \"$PWD\"): \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, src, want string }{
		{"ours, in order", `print("a") process.run { "echo", "b" } print("c")`, "a\nb\nc\n"},
		{"words", `print((process.read { "printf", "<%s>", "a b", 1, 1.5, 2^53, { "x", { "y" }, {} }, false, "" }))`, "<a b><1><1.5><9007199254740992><x><y><>\n"},
		{"handles that fail", `local full, mem = io.open("/dev/full", "w"), io.open("/proc/self/mem")
			for _, cmd in ipairs { { "seq", "100000", stdout = full }, { "sh", "-c", "seq 100000 >&2", stderr = { full, "capture" } }, { "cat", input = mem }, { "cat", input = function() return {} end } } do
				local e = select(2, pcall(process.run, cmd)) print(e.kind, e.code, (e.message)) end`,
			"io\tENOSPC\tprocess.run: stdout: no space left on device\nio\tENOSPC\tprocess.run: stderr: no space left on device\nio\tEIO\tprocess.run: input: input/output error\n" +
				"error\tnil\tprocess.run: input: the source returned a table, where a string or nil is expected\n"},
		{"numbers that are none", `print((process.read { "echo", 1/0, -1/0, 0/0, 1e300 }))`, "inf -inf nan 1e+300\n"},
		{"a stage that is not there", `for _, cmd in ipairs { { { "cat" }, { "no such program" } }, { { "cat" }, { "cat" }, { "cat", cwd = "nowhere" } }, { "no such program" } } do
				local e = select(2, pcall(process.run, cmd)) print(e.code, e.stage) end`, "ENOENT\t2\nENOENT\t3\nENOENT\tnil\n"},
		{"a string alone", `print((process.read "pwd") == (process.read { "pwd" }))`, "true\n"},
		{"nothing to read", `print(#process.read { "cat" })`, "0\n"},
		{"a text to read", `print((process.read { "cat", input = "x\n\n" }), (process.read { "cat", input = 12 }))`, "x\t12\n"},
		{"a function to read", `local n = 0 print((process.read { "cat", input = function() n = n + 1 return n < 4 and ("x"):rep(n) or nil end }))`, "xxxxxx\n"},
		{"a handle to read", `local f = io.tmpfile() f:write("from a file") f:seek("set") print((process.read { "cat", input = f }))`, "from a file\n"},
		{"what raises while it is read", `print(pcall(process.run, { "cat", input = function() error("no more", 0) end }))`, "false\tno more\n"},
		{"lines", `process.run { "printf", "a\n\nlast", stdout = function(l) print("<" .. l .. ">") end }`, "<a>\n<>\n<last>\n"},
		{"a sink that waits", `process.run { "sh", "-c", "echo a; echo b", stdout = function(l) sleep(0.01) print(l) end }`, "a\nb\n"},
		{"a sink that raises", `print(pcall(process.run, { "yes", stdout = function(l) error("enough", 0) end }))`, "false\tenough\n"},
		{"a handle", `local f = io.tmpfile() process.run { "echo", "x", stdout = f } f:seek("set") print(f:read("*a"))`, "x\n\n"},
		{"a file", `process.run { "echo", "x", stdout = { file = "f" } } process.run { "echo", "y", stdout = { file = "f", append = true }, cwd = "sub" } print(read("f"))`, "x\ny\n\n"},
		{"several", `local r = process.run { "echo", "x", stdout = { "inherit", "capture", { file = "g" }, function(l) print("line " .. l) end } } print(r.stdout == read("g"), #r.stdout)`,
			"x\nline x\ntrue\t2\n"},
		{"stderr into the same", `print((process.read { "sh", "-c", "echo a; echo b >&2; echo c", stderr = "stdout" }))`, "a\nb\nc\n"},
		{"both apart", `local r = process.run { "sh", "-c", "echo a; echo b >&2", stdout = "capture", stderr = "capture" } print(r.stdout .. r.stderr)`, "a\nb\n\n"},
		{"null", `print(process.run { "echo", "x", stdout = "null", stderr = "null" }.stdout)`, "nil\n"},
		{"folder and program", `print((process.read { "./tool", "x", cwd = "." }), (process.read { "../tool", cwd = "sub" }))`, "tool in DIR: x\ttool in sub:\n"},
		{"found by the call's PATH", `print((process.read { "tool", env = { PATH = process.env.PWD_ .. ":" .. process.env.PATH } }))`, "tool in DIR:\n"},
		{"the environment", `process.env.A, process.env.N = "a", 1.5 print(os.getenv("A"), os.getenv("N"), os.getenv("NONE"))
			print((process.read { "sh", "-c", "echo $A $B $N", env = { B = 2, N = false } }))
			process.env.A = nil print(os.getenv("A"), (process.read { "env", clear_env = true, env = { X = "y" } }))`, "a\t1.5\tnil\na 2\nnil\tX=y\n"},
		{"what is no variable", `for _, bad in ipairs { { "X", {} }, { "X", true }, { "A=B", "x" }, { "X", "\0" }, { 1, "x" } } do
			process.env[bad[1]] = bad[2] print(select(2, pcall(process.run, "true")).message) process.env[bad[1]] = nil end print(process.run "true".ok)`,
			"process.run: process.env: X: string or number expected, got table\nprocess.run: process.env: X: string or number expected, got boolean\nprocess.run: process.env: \"A=B\" is no name of a variable\nprocess.run: process.env: X contains a NUL byte\nprocess.run: process.env: \"1\" is no name of a variable\ntrue\n"},
		{"a shell", `print(process.sh { 'echo "$0 $1 $#"', "a b", 2, stdout = "capture" }.stdout, process.run { "echo $0", shell = "bash", stdout = "capture" }.stdout)`, "sh a b 2\n\tbash\n\n"},
		{"a shell that stops at an error", `print(pcall(process.sh, "false; echo not here"))`, "false\tt:1: process.sh: /bin/sh -ec 'false; echo not here' sh: exit status 1\n"},
		{"a shell of one's own", `print((process.read { 'echo "$0"', "x", shell = { "sh", "-c" } }))`, "x\n"},
		{"failures", `local e = select(2, pcall(process.run, { "sh", "-c", "echo said; echo why >&2; exit 7", stdout = "capture", stderr = "capture" }))
			print(e.kind, e.status, e.signal, e.stdout, e.stderr, #e.cmd, e.stage) print(e.message)`,
			"exit\t7\tnil\tsaid\n\twhy\n\t3\tnil\nprocess.run: sh -c 'echo said; echo why >&2; exit 7': exit status 7: why\n"},
		{"read keeps the end of stderr", `local e = select(2, pcall(process.read, { "sh", "-c", "echo why >&2; exit 1" })) print(e.stderr, e.message)`, "why\nwhy\n\tprocess.read: sh -c 'echo why >&2; exit 1': exit status 1: why\n"},
		{"too much is an error with what is known", `local e = select(2, pcall(process.run, { "yes", stdout = "capture", max_output = 100000 })) print(e.kind, #e.stdout, e.cmd[1], e.signal == "TERM" or e.signal == "PIPE", e.stderr)`, "limit\t65536\tyes\ttrue\tnil\n"},
		{"what cannot start empties no file", `write("p", "precious")
			for _, cmd in ipairs { { "echo", cwd = "none" }, { "echo", cwd = "p" }, { "no-such-program" }, { { "echo" }, { "cat", cwd = "none" } } } do
				cmd.stdout = { file = "p" } print(select(2, pcall(process.run, cmd)).code, read("p")) end`, "ENOENT\tprecious\nENOTDIR\tprecious\nENOENT\tprecious\nENOENT\tprecious\n"},
		{"signals", `local e = select(2, pcall(process.run, { "sh", "-c", "kill -9 $$" })) print(e.kind, e.status, e.signal, e.message)
			local r = process.run { "sh", "-c", "kill -TERM $$", check = false } print(r.ok, r.status, r.signal)`,
			"exit\tnil\tKILL\tprocess.run: sh -c 'kill -9 $$': killed by SIGKILL\nfalse\tnil\tTERM\n"},
		{"what is good", `print(process.run { "sh", "-c", "exit 1", check = { 0, 1 } }.status, process.run { "false", check = false }.ok, pcall(process.run, { "true", check = { 1 } }))`,
			"1\tfalse\tfalse\tt:1: process.run: true: exit status 0\n"},
		{"pipelines", `print((process.read { { "printf", "b\na\n" }, { "sort" }, { "tr", "a-z", "A-Z" } }))
			print((process.read { { "sh", "-c", "echo $X", env = { X = "1" } }, { "sh", "-c", "cat; echo $Y; basename $PWD", cwd = "sub" }, env = { Y = "2" } }))`, "A\nB\n1\n2\nsub\n"},
		{"a pipeline that reads no more", `local r = process.run { { "yes" }, { "head", "-n", "1" }, stdout = "capture" } print(r.ok, r.stdout, r.statuses[1], r.statuses[2])`, "true\ty\n\tPIPE\t0\n"},
		{"a stage that fails", `local e = select(2, pcall(process.run, { { "sh", "-c", "exit 3" }, { "sh", "-c", "cat; exit 4" }, { "cat" } })) print(e.stage, e.status, table.concat(e.statuses, " "), e.cmd[3])
			print(process.run { { "sh", "-c", "exit 3", check = { 3 } }, { "cat" } }.ok)`, "2\t4\t3 4 0\tcat; exit 4\nfalse\n"},
		{"a victim is no failure of its own", `local e = select(2, pcall(process.run, { { "yes" }, { "sh", "-c", "exit 5" } })) print(e.stage, e.status)`, "2\t5\n"},
		{"not there", `local e = select(2, pcall(process.run, { "no-such-program" })) print(e.kind, e.code, e.path, e.message)
			e = select(2, pcall(process.run, { "true", cwd = "none" })) print(e.code, e.path:match("none"))
			e = select(2, pcall(process.run, { { "yes" }, { "no-such" } })) print(e.code, e.path) print(select(2, pcall(process.run, "ls -l")).message)`,
			"io\tENOENT\tno-such-program\tprocess.run: no-such-program: no such program in the folders of PATH\nENOENT\tnone\nENOENT\tno-such\nprocess.run: ls -l: no such program in the folders of PATH; a string alone is the name of a program: use a list, { \"program\", \"argument\" }, or process.sh for a shell\n"},
		{"not to be run", `write("plain", "x") print(select(2, pcall(process.run, { "./plain" })).code, select(2, pcall(process.run, { "./sub" })).code, process.which("./plain"))`, "EACCES\tEACCES\tnil\n"},
		{"time", soon + `local e = soon(function(after) process.run { "sh", "-c", "echo so far; sleep 60", stdout = "capture", timeout = after } end, "so far") print(e.kind, e.stdout, e.signal, (e.message:gsub("[%d.]+ s$", "0.2 s")))
			local r = process.run { "sleep", "60", timeout = 0.1, check = false } print(r.ok, r.timed_out, r.signal)`,
			"timeout\tso far\n\tTERM\tprocess.run: sh -c 'echo so far; sleep 60': timed out after 0.2 s\nfalse\ttrue\tTERM\n"},
		{"too much", `local e = select(2, pcall(process.run, { "yes", stdout = "capture", max_output = 10000 })) print(e.kind, e.message)`, "limit\tprocess.run: yes: more than 10000 bytes of output: max_output bounds what is captured\n"},
		{"echo", `process.run { "true", "a b", echo = true, env = { SECRET = "s" } } process.env.LULL_ECHO = 1 process.run { { "true" }, { "cat" } }`, "+ true 'a b'\n+ true | cat\n"},
		{"quote", `for _, v in ipairs { "", "a", "it's", "$x", "a\nb", "-n", "é" } do print((process.read { "sh", "-c", "printf %s " .. process.quote(v) }) == v, process.quote(v)) end print(process.quote { "a", 1, { "b c" }, false })`,
			"true\t''\ntrue\ta\ntrue\t'it'\\''s'\ntrue\t'$x'\ntrue\t'a\nb'\ntrue\t-n\ntrue\t'é'\na 1 'b c'\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := lull(t, tt.src, interp.WithDir(dir), interp.WithEnv([]string{"PATH=" + os.Getenv("PATH"), "PWD_=" + dir}))
			if got = strings.ReplaceAll(got, filepath.Base(dir), "DIR"); got != tt.want {
				t.Errorf("printed %q, want %q", got, tt.want)
			}
		})
	}
}

func TestBadCommands(t *testing.T) {
	for _, tt := range []struct{ cmd, want string }{
		{`{}`, "the command is empty"},
		{`{ false }`, "the command is empty"},
		{`{ "a", nil, "b" }`, "the list has a hole: item 2 is nil"},
		{`{ "a", true }`, "argument 1 of the command: string, number, list or false expected, got boolean"},
		{`{ "a", "b\0c" }`, "argument 1 of the command contains a NUL byte"},
		{`{ "a", { "b", print } }`, "argument 1 of the command: argument 1 of the command: string, number, list or false expected, got function"},
		{`{ "" }`, "the name of the program is empty"},
		{`""`, "the name of the program is empty"},
		{`{ "a", timout = 1 }`, "unknown option 'timout', did you mean 'timeout'?"},
		{`{ "a", timeout = 0 }`, "option 'timeout': a number of seconds above 0, or false expected, got 0"},
		{`{ "a", timeout = 0/0 }`, "option 'timeout': a number of seconds above 0, or false expected, got nan"},
		{`{ "a", check = "x" }`, "option 'check': true, false or a list of statuses expected, got string"},
		{`{ "a", check = {} }`, "option 'check': true, false or a list of statuses expected, got table"},
		{`{ "a", kill_signal = "BANG" }`, `option 'kill_signal': the name of a signal, such as "TERM", expected`},
		{`{ "a", kill_after = -1 }`, "option 'kill_after': a number of seconds from 0 on expected, got -1"},
		{`{ "a", max_output = 0/0 }`, "option 'max_output': a number of bytes from 0 on expected, got nan"},
		{`{ "a", stdout = "x" }`, `option 'stdout': "inherit", "capture", "null", { file = path }, a handle, a function or a list of several expected, got "x"`},
		{`{ "a", stdout = "stdout" }`, `option 'stdout': "inherit"`},
		{`{ "a", stdout = {} }`, `option 'stdout': "inherit"`},
		{`{ "a", stdout = { file = "x", append = true, mode = 1 } }`, `option 'stdout': unknown name 'mode'; there are: append, file`},
		{`{ "a", stderr = { "stdout", "capture" } }`, `option 'stderr': "null" and "stdout" stand alone, not in a list with others`},
		{`{ "a", stdout = { "capture", "captur" } }`, `option 'stdout': item 2 of the list: "inherit"`},
		{`{ "a", stdout = (function() local f = io.tmpfile() f:close() return f end)() }`, "t:1: bad argument #1 to 'run' (option 'stdout': the file is closed)"},
		{`{ "a", stderr = { "inherit", (function() local f = io.tmpfile() f:close() return f end)() } }`, "option 'stderr': item 2 of the list: the file is closed"},
		{`{ "a", input = (function() local f = io.tmpfile() f:close() return f end)() }`, "option 'input': the file is closed"},
		{`{ "a", input = {} }`, "option 'input': string, file handle or function expected, got table"},
		{`{ "a", env = "x" }`, "option 'env': a table expected, got string"},
		{`{ "a", env = { ["A=B"] = "x" } }`, `option 'env': "A=B" is no name of a variable`},
		{`{ "a", env = { A = {} } }`, "option 'env': A: string, number or false expected, got table"},
		{`{ "a", env = { A = "\0" } }`, "option 'env': A contains a NUL byte"},
		{`{ "a", cwd = "\0" }`, "option 'cwd': the path contains a NUL byte"},
		{`{ "a", interrupt = "child", input = io.stdin }`, `option 'interrupt': "script" expected, got "child"`},
		{`{ "a", interrupt = "script" }`, "option 'interrupt': it is for a command that has the terminal, by input = io.stdin"},
		{`{ "echo %1", "x", shell = "cmd" }`, `option 'shell': "cmd" takes no arguments, which it would read as code: give them by env`},
		{`{ "echo", { 1 }, shell = "pwsh" }`, `option 'shell': "pwsh" takes no arguments`},
		{`{ "a", shell = "fish" }`, `option 'shell': true, "bash", "pwsh", "cmd" or a list expected`},
		{`{ { "a" }, "b" }`, "stage 2: a list of the program and its arguments expected, got string"},
		{`{ { "a" }, {} }`, "stage 2: the command is empty"},
		{`{ { "a", timeout = 1 } }`, "stage 1: unknown option 'timeout'; a stage has cwd, env and check"},
		{`{ { "a" }, shell = true }`, "a pipeline is not for a shell"},
		{`{ "a", detach = true }`, "option 'detach' is process.start's"},
		{`12`, ""},
		{`"sleep", "5"`, `bad argument #2 to 'run' (a command is one value: use a list, process.run { "program", "argument", timeout = 1 })`},
		{`{ "sleep", "5" }, { timeout = 1 }`, "bad argument #2 to 'run' (a command is one value"},
		{`(function() local d = { "true" } d[2] = d return d end)()`, "t:1: bad argument #1 to 'run' (the list of the command contains itself)\n"},
		{`(function() local d = { "true" } d[2] = { "x", { d } } return d end)()`, "t:1: bad argument #1 to 'run' (the list of the command contains itself)\n"},
		{`(function() local d = { "cat" } d[2] = { d } return { { "true" }, d } end)()`, "(the list of the command contains itself)\n"},
		{`(function() local d = {} for i = 1, 200 do d = { "true", d } end return d end)()`, "(the list of the command is nested too deep)\n"},
		{`print`, "list expected, got function"},
	} {
		got := lull(t, `local e = select(2, pcall(process.run, `+tt.cmd+`)) print(e)`)
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.cmd, got, tt.want)
		}
	}
}

// A thousand strings of any bytes come back as they were: as arguments, to a shell, in the environment, through a pipe.
func TestStringsSurvive(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"'", `"`, "$(rm x)", "`", "\\", "\n", "\r", "*", "~", "!", "$1", "${HOME}", ";", "&", "|", ">", "#", "%s", "%", " ", "\t", "-n", "--", "é", "\xff", "\x80", "\x01", "a", "{a,b}", "=", "[", "\x7f"}
	var list strings.Builder
	for range 1000 {
		var s strings.Builder
		for range rnd.IntN(12) {
			s.WriteString(pieces[rnd.IntN(len(pieces))])
		}
		fmt.Fprintf(&list, "%s,", luaQuote(s.String()))
	}
	got := lull(t, `
		local all = { `+list.String()+` }
		local n = 0
		for from = 1, #all, 50 do
			local some, env, script = {}, {}, "printf '%s\\0'"
			for i = from, from + 49 do
				some[#some + 1] = all[i]
				env["V" .. i] = all[i]
				script = script .. ' "$V' .. i .. '"'
			end
			local want = table.concat(some, "\0") .. "\0"
			local function ends(cmd) cmd.stdout = "capture" return process.run(cmd).stdout end
			assert(ends { "printf", "%s\\0", some } == want, "list")
			assert(ends { "printf '%s\\0' \"$@\"", some, shell = true } == want, "sh")
			assert(ends { script, env = env, shell = true } == want, "env")
			assert(ends { "cat", input = want } == want, "input")
			assert(ends { "printf '%s\\0' " .. process.quote(some), shell = true } == want, "quote")
			n = n + #some
		end
		print(n)`)
	if got != "1000\n" {
		t.Errorf("%s", got)
	}
}

func luaQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		fmt.Fprintf(&b, "\\%03d", s[i])
	}
	b.WriteByte('"')
	return b.String()
}

// soon is a script's function soon(fn, ready): it calls fn with a time-out, and returns what that returns or raises; with a longer one where
// the command had not come to print ready before it. A machine that has other things to do may be slow with it.
const soon = `
	local function soon(fn, ready)
		local after = 0.2
		while true do
			local _, r = pcall(fn, after)
			if after > 10 or r.stdout and r.stdout:find(ready, 1, true) then return r end
			after = 3 * after
		end
	end `

// A call comes to its end, and soon, whatever a process does.
func TestStubbornProcesses(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"one that ignores TERM", soon + `local r = soon(function(after) return process.run { "sh", "-c", "trap '' TERM; echo on; while :; do sleep 0.01; done", timeout = after, kill_after = 0.1, check = false, stdout = "capture" } end, "on") print(r.signal)`, "KILL\n"},
		{"one that ignores TERM, for longer than there is", soon + `for _, kill_after in ipairs { 60, 2^62, math.huge } do
				local began
				local e = soon(function(after) began = now() process.run { "sh", "-c", "trap '' TERM; echo on; while :; do sleep 0.01; done", timeout = after, kill_after = kill_after, stdout = "capture" } end, "on")
				print(e.kind, e.signal, e.stdout, now() - began > 1)
			end`, "timeout\tKILL\ton\n\ttrue\ntimeout\tKILL\ton\n\ttrue\ntimeout\tKILL\ton\n\ttrue\n"},
		{"one that tidies up", soon + `local e = soon(function(after) process.run { "sh", "-c", "trap 'echo bye; exit 0' TERM; echo on; while :; do sleep 0.01; done", timeout = after, stdout = "capture", stderr = "null" } end, "on") print(e.kind, e.stdout)`, "timeout\ton\nbye\n\n"},
		{"a signal of one's own", soon + `local r = soon(function(after) return process.run { "sh", "-c", "trap 'exit 9' USR1; echo on; while :; do sleep 0.01; done", timeout = after, kill_signal = "SIGUSR1", check = false, stdout = "capture", stderr = "null" } end, "on") print(r.status)`, "9\n"},
		{"a grandchild that holds the pipe", soon + `local e = soon(function(after) process.read { "sh", "-c", "sleep 60 & echo hi", timeout = after } end, "hi") print(e.kind, e.stdout)`, "timeout\thi\n\n"},
		{"a grandchild that holds the pipe of one that is cancelled", `print(pcall(wait_for, process.read, 0.3, { "sh", "-c", "sleep 60 & echo hi" }))`, "false\tt:1: wait_for: timed out after 0.3 s\n"},
		{"a grandchild that prints too much", `local e = select(2, pcall(process.read, { "sh", "-c", "(sleep 0.4; exec yes) & echo hi", max_output = 1000 })) print(e.kind, e.status)`, "limit\t0\n"},
		{"a grandchild that holds standard error alone", `print((process.read { "sh", "-c", "sleep 60 >/dev/null & echo hi" })) process.run { "sh", "-c", "sleep 60 &" }`, "hi\n"},
		{"a grandchild that prints later", `
			local cmd = { "sh", "-c", "(sleep 0.5; echo late) & echo soon" }
			local function with(name, v) return { cmd, [name] = v } end
			print((process.read(cmd)))
			print(process.run(with("stdout", "capture")).stdout)
			process.run(with("stdout", function(l) print("got " .. l) end))
			process.run(with("prefix", "> "))
			for l in process.lines(cmd) do print("line " .. l) end
			local p = process.start(cmd) print(p.stdout:read("*a"), p:wait().ok)`,
			"soon\nlate\nsoon\nlate\n\ngot soon\ngot late\n> soon\n> late\nline soon\nline late\nsoon\nlate\n\ttrue\n"},
		{"a grandchild that ignores TERM", `print(pcall(wait_for, process.read, 0.2, { "sh", "-c", "(trap '' TERM; sleep 60) & sleep 60", kill_after = 0.1 }))`, "false\tt:1: wait_for: timed out after 0.2 s\n"},
		{"one that closes its input early", `print(process.run { "true", input = ("x"):rep(10000000) }.ok, process.run { "head", "-c", "1", input = function() return "xxxx" end, stdout = "capture" }.stdout)`, "true\tx\n"},
		{"a source that waits for ever", `print(process.run { "true", input = function() sleep(math.huge) end }.ok)`, "true\n"},
		{"one that is stopped", `local r = process.run { "sh", "-c", "kill -STOP $$", timeout = 0.2, check = false } print(r.timed_out)`, "true\n"},
		{"os.exit in the middle of a pipeline", `spawn(process.run, { { "sleep", "60" }, { "cat" }, { "cat" } }) sleep(0.1) os.exit(0)`, ""},
		{"a task that is cancelled", `local t = spawn(process.run, { "sleep", "60" }) sleep(0.1) t:cancel() print(pcall(await, t))`, "false\tt:1: task 'process.run' was cancelled\n"},
		{"a filter whose input waits for its output", `
			local q, out = sync.queue(), {}
			q:put("1\n")
			process.run { "sed", "-u", "s/$/!/", input = function() return q:get() end, stdout = function(l)
				out[#out + 1] = l
				if #out < 5 then q:put(#out + 1 .. "\n") else q:close() end
			end }
			print(table.concat(out, " "))`, "1! 2! 3! 4! 5!\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			if got := lull(t, tt.src); got != tt.want {
				t.Errorf("printed %q, want %q", got, tt.want)
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// The end of a run, whatever brings it about, ends all stages of its pipelines, one that ignores TERM as well, and what they have started.
func TestPipelinesEnd(t *testing.T) {
	for _, tt := range []struct{ name, end string }{
		{"os.exit", `os.exit(0)`},
		{"stop", `stop(0)`},
		{"a cancelled task", `runs:cancel() runs:join()`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			lull(t, `
				pipeline = {
					{ "sh", "-c", 'echo $$ >a.new; mv a.new a; trap "" TERM; while :; do sleep 0.01; done' },
					{ "sh", "-c", '(trap "" TERM; exec sleep 60) & echo $! >b.new; mv b.new b; wait' },
					{ "sh", "-c", 'echo $$ >c.new; mv c.new c; exec cat' },
					kill_after = 0.05, stderr = "null",
				}
				runs = spawn(process.run, pipeline)
				repeat sleep(0.01) until fs.exists("a") and fs.exists("b") and fs.exists("c")
				`+tt.end, interp.WithDir(dir))
			for _, name := range []string{"a", "b", "c"} {
				b, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
				if err != nil {
					t.Fatal(err)
				}
				there := func() (string, bool) {
					stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
					return string(stat), err == nil && !strings.Contains(string(stat), ") Z ") || err != nil && syscall.Kill(pid, 0) == nil
				}
				// A grandchild is not ours to wait for: it was killed, and is gone when the system gets to it.
				end := time.Now().Add(40 * time.Second)
				for stat, alive := there(); alive; stat, alive = there() {
					if time.Now().After(end) {
						t.Errorf("%s, process %d, is still there: %s", name, pid, stat)
						break
					}
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
}

// A passive process does not hold a virtual clock, whatever is waited for of it; any other does.
func TestPassive(t *testing.T) {
	got := lull(t, `
		local p = process.start { "cat", passive = true }
		print(pcall(wait_for, p.wait, 3600, p), now())
		print(pcall(wait_for, p.stdout.read, 3600, p.stdout), now())
		p.stdin:write("x\n")
		print(p.stdout:read())
		print(pcall(wait_for, process.run, 3600, { "sleep", "60", passive = true }), now())
		local q = spawn(process.run, { "sleep", "0.2", timeout = 0.1 })
		print(await(q).ok, now() < 20000)`, interp.WithVirtualTime())
	want := "false\t3600\nfalse\t7200\nx\nfalse\t10800\ntrue\ttrue\n"
	if got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// Ten children that print at once: no line is two tasks'.
func TestPrefix(t *testing.T) {
	got := lull(t, `
		local n = {}
		for i = 1, 10 do n[i] = i end
		task.map(n, function(i)
			process.sh { 'for j in 1 2 3 4 5 6 7 8 9 10; do printf "%s" "$1"; printf "%s\n" "$1$1$1" >&2; printf "%s\n" "$1$1"; done; printf last', i, prefix = "[" .. i .. "] " }
		end)`)
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	if len(lines) != 10*(10+10+1) {
		t.Errorf("%d lines", len(lines))
	}
	for _, l := range lines {
		var i int
		var rest string
		if _, err := fmt.Sscanf(l, "[%d] %s", &i, &rest); err != nil || rest != "last" && rest != strings.Repeat(fmt.Sprint(i), 3) {
			t.Errorf("%q", l)
		}
	}
}

// 500 children, 50 at once.
func TestManyChildren(t *testing.T) {
	got := lull(t, `
		local n = {}
		for i = 1, 500 do n[i] = i end
		local out = task.map(n, function(i) return (process.read { "echo", i }) end, { limit = 50 })
		local sum = 0
		for _, v in ipairs(out) do sum = sum + v end
		print(sum)`)
	if got != "125250\n" {
		t.Error(got)
	}
}

// Programs can be started as soon as they are written, though other children are being forked meanwhile, which have them open for a moment. One
// that stays open is an error.
func TestProgramsJustWritten(t *testing.T) {
	got := lull(t, `
		local dir = fs.temp()
		task.map({ 1, 2, 3, 4, 5, 6, 7, 8 }, function(k)
			for i = 1, 60 do
				local path = dir .. "/" .. k .. "-" .. i
				write(path, "#!/bin/sh\nexit 0\n", { mode = "755" })
				process.run { path }
			end
		end)
		local f = io.open(dir .. "/open", "w")
		f:write("#!/bin/sh\n")
		f:flush()
		fs.chmod(dir .. "/open", "755")
		local ok, err = pcall(process.run, { dir .. "/open" })
		print(ok, ok or err.code)`)
	if runtime.GOOS == "linux" && got != "false\tETXTBSY\n" {
		t.Error(got)
	}
}

// 500 children that run at once do not hold a thread each.
func TestChildrenHoldNoThreads(t *testing.T) {
	if _, err := os.ReadDir("/proc/self/task"); err != nil {
		t.Skip("only Linux shows them: ", err)
	}
	threads := func() int {
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			t.Fatal(err)
		}
		return len(tasks)
	}
	before := threads()
	during := 0
	got := lull(t, `
		local all, tasks = {}, {}
		for i = 1, 500 do
			all[i] = process.start { "cat", stdout = "null", stderr = "null" }
			tasks[i] = spawn(function() return all[i]:wait().ok end)
		end
		sleep(0.1)
		count()
		for _, p in ipairs(all) do p.stdin:close() end
		local ok = 0
		for _, t in ipairs(tasks) do if await(t) then ok = ok + 1 end end
		print(ok)`, interp.WithFunc("count", func() { during = threads() }))
	if got != "500\n" {
		t.Error(got)
	}
	if during-before > 60 {
		t.Errorf("%d threads before, %d while 500 children run", before, during)
	}
}

// A GB goes through in flat memory, both ways.
func TestFlatMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	var peak uint64
	stop := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		var m runtime.MemStats
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
	})
	got := lull(t, `
		local piece, n = ("x"):rep(2^20), 0
		local got = process.read { "wc", "-c", input = function() n = n + 1 if n <= 1024 then return piece end end }
		print(tonumber(got) == 2^30)
		local bytes = 0
		process.run { "head", "-c", "1073741824", "/dev/zero", stdout = setmetatable and io.open("/dev/null", "w") }
		print("done")`)
	close(stop)
	watch.Wait()
	if got != "true\ndone\n" {
		t.Errorf("%q", got)
	}
	if peak > 64<<20 {
		t.Errorf("%d MB of memory", peak>>20)
	}
}

// A command that the process has left in the background goes on.
func TestBackgroundIsLeft(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	lull(t, `process.sh { '(sleep 0.3; echo here >"$1") >/dev/null 2>&1 &', ... or process.env.F }`, interp.WithEnv([]string{"PATH=" + os.Getenv("PATH"), "F=" + file}))
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(file); err == nil {
			return
		}
	}
	t.Error("it is gone")
}

// Processes count as files, and a sandbox has none.
func TestLimitsAndGrants(t *testing.T) {
	rt, err := interp.New(builtins.Std(), interp.WithLimits(interp.Limits{Files: 5}))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunString(t.Context(), "=t", `for i = 1, 20 do process.run { "true" } end`); err != nil {
		t.Error(err)
	}
	if _, err := rt.RunString(t.Context(), "=t", `for i = 1, 20 do spawn(process.run, { "sleep", "60" }) end sleep(10)`); err == nil || !strings.Contains(err.Error(), "Files (5)") {
		t.Error(err)
	}
	small, err := interp.New(builtins.Std(), interp.WithLimits(interp.Limits{Memory: 4 << 20}))
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	if _, err := small.RunString(t.Context(), "=t", `process.run { "yes", stdout = "capture" }`); err == nil || !strings.Contains(err.Error(), "more than 4194304 bytes of output") {
		t.Error(err)
	}
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, opts := range [][]interp.Option{{builtins.Safe()}, {builtins.Std(), interp.WithRoot(root)}} {
		rt, err := interp.New(opts...)
		if err != nil {
			t.Fatal(err)
		}
		vals, err := rt.RunString(t.Context(), "=t", `return process == nil, (pcall(require, "process"))`)
		if err != nil || !vals.Get(1).Truth() || vals.Get(2).Truth() {
			t.Errorf("%v %v", vals, err)
		}
		rt.Close()
	}
}
