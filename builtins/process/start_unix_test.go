//go:build unix

package process_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lull-lua/lull/interp"
)

func TestConversations(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ name, src, want string }{
		{"there and back", `local p = process.start "cat" for i = 1, 3 do p.stdin:write(i, "\n") print(p.stdout:read()) end
			p.stdin:close() print(p.stdout:read(), p.stderr:read("*a"), p:wait().status, p:done())`, "1\n2\n3\nnil\t\t0\ttrue\n"},
		{"fields", `local p = process.start { "cat", input = "x", stdout = "capture", stderr = "null" } print(p.stdin, p.stdout, p.stderr, p.none, p.pid > 0) print(p:wait().stdout, tostring(p))
			print(pcall(function() p.pid = 1 end))`, "nil\tnil\tnil\tnil\ttrue\nx\tprocess cat\nfalse\tt:2: a process.started has no fields to set: keep what belongs to it in a table, t[process.started] = ...\n"},
		{"ends with its task", `local p await(spawn(function() p = process.start { "sleep", "60" } end)) print(p:done(), process.kill(p.pid))`, "true\tfalse\n"},
		{"goes to who awaits it", `local p = await(spawn(process.start, "cat")) p.stdin:write("x") p.stdin:close() print(p.stdout:read("*a"))`, "x\n"},
		{"kept", `local p await(spawn(function() p = process.start { "sleep", "60", keep = true } end)) print(p:done())`, "false\n"},
		{"an attempt's", `print(pcall(task.retry, function() p = process.start { "sleep", "60" } error("x", 0) end, { attempts = 1 })) print(p:done())`, "false\tx\ntrue\n"},
		{"killed", `local p = process.start { "sleep", "60" } print(p:kill("SIGUSR1")) local e = select(2, pcall(p.wait, p)) print(e.kind, e.signal, p:kill(), pcall(p.kill, p, "NO"))`,
			"true\nexit\tUSR1\tfalse\tfalse\tt:1: bad argument #1 to 'kill' (there is no signal 'NO' here)\n"},
		{"its time", soon + `local e = soon(function(after)
				local p = process.start { "sh", "-c", "echo x; sleep 60", timeout = after }
				return { stdout = p.stdout:read("*a"), kind = select(2, pcall(p.wait, p)).kind }
			end, "x") print(e.stdout, e.kind)`, "x\n\ttimeout\n"},
		{"several wait", `local p = process.start { "cat", check = false } local a, b = spawn(p.wait, p), spawn(p.wait, p) sleep(0) p.stdin:close() print(await(a).ok, await(b).ok)`, "true\ttrue\n"},
		{"a waiter that is cancelled leaves it alone", `local p = process.start "cat" print(pcall(wait_for, p.wait, 0.05, p)) print(p:done())`, "false\tt:1: wait_for: timed out after 0.05 s\nfalse\n"},
		{"one that reads no more", `local p = process.start "true" p:wait() print(select(2, pcall(p.stdin.write, p.stdin, ("x"):rep(100000))).code)`, "EPIPE\n"},
		{"a grandchild that holds the pipe", soon + `local e = soon(function(after)
				local p = process.start { "sh", "-c", "sleep 60 & echo hi", timeout = after }
				return { stdout = p.stdout:read("*a"), kind = select(2, pcall(p.wait, p)).kind }
			end, "hi") print(e.stdout, e.kind)`, "hi\n\ttimeout\n"},
		{"a grandchild that holds the pipe of one that is killed", `local p = process.start { "sh", "-c", "trap '' TERM; setsid sleep 3 & trap - TERM; echo hi; sleep 60" } print(p.stdout:read()) p:kill() print(p.stdout:read("*a"), select(2, pcall(p.wait, p)).signal)`, "hi\n\tTERM\n"},
		{"a time-out after the end", soon + `local r = soon(function(after)
				local p = process.start { "echo", "hi", timeout = after } sleep(after + 0.3)
				return { stdout = p.stdout:read("*a"), ok = p:wait().ok }
			end, "hi") print(r.stdout, r.ok)`, "hi\n\ttrue\n"},
		{"a sink of its own", `local got = {} local p = process.start { "sh", "-c", "read a; echo $a; echo $a", stdout = function(l) got[#got + 1] = l end } p.stdin:write("x\n") p:wait() print(#got, got[2])`, "2\tx\n"},
		{"too much", `local p = process.start { "yes", stdout = "capture", max_output = 1000 } print(select(2, pcall(p.wait, p)).kind, p:done())`, "limit\ttrue\n"},
		{"lines", `for l in process.lines { "printf", "a\n\nb" } do print("<" .. l .. ">") end for n in process.lines({ "printf", "1 2" }, "*n") do print(n * 2) end`, "<a>\n<>\n<b>\n2\n4\n"},
		{"lines of one that fails", `print(pcall(function() for l in process.lines { "sh", "-c", "echo x; exit 3" } do print(l) end end))`, "x\nfalse\tt:1: process.lines: sh -c 'echo x; exit 3': exit status 3\n"},
		{"lines that are left", `for l in process.lines { "yes" } do print(l) break end local n, p = process.lines { "yes" } print(n()) p:close() print(p:done())`, "y\ny\ntrue\n"},
		{"lines that are dropped", `local pids = {} for i = 1, 20 do local n, p = process.lines { "yes" } n() pids[i] = p.pid end
			local function left() for _, pid in ipairs(pids) do if process.kill(pid, "CONT") then return true end end end
			for i = 1, 2000 do collectgarbage() sleep(0.02) if not left() then break end end print(left())`, "\n"},
		{"streams of a dropped process stay open", `local pid do local p = process.start { "sh", "-c", "sleep 0.3; echo x; sleep 60" } pid = p.pid end
			for i = 1, 10 do collectgarbage() sleep(0.05) end print(process.kill(pid, "CONT"))`, "true\n"},
		{"what comes is passed on at once", `local a = process.start { "sh", "-c", "echo one; read x; echo two $x" } local b = process.start { "cat", input = a.stdout }
			print(b.stdout:read()) a.stdin:write("x\n") print(b.stdout:read(), b.stdout:read(), a:wait().ok, b:wait().ok)`, "one\ntwo x\tnil\ttrue\ttrue\n"},
		{"a source that has more to say than anybody reads", `local n = 0 local p = process.start { "true", input = function() n = n + 1 if n > 1 then sleep(math.huge) end return "x" end } print(p:wait().ok)`, "true\n"},
		{"stopped, and let go on", `local p = process.start "cat" local function state() return (process.read { "ps", "-o", "stat=", "-p", p.pid }):sub(1, 1) end
			p:kill("STOP") repeat sleep(0.01) until state() == "T" p:kill("CONT") repeat sleep(0.01) until state() ~= "T" p.stdin:write("x\n") print(p.stdout:read())
			p:kill("STOP") print(pcall(wait_for, p.wait, 0.1, p)) p:kill() print(select(2, pcall(p.wait, p)).signal)`, "x\nfalse\tt:3: wait_for: timed out after 0.1 s\nTERM\n"},
		{"closed under who waits", `for i = 1, 20 do local p = process.start { "sleep", "60", check = false } local t = spawn(p.wait, p) sleep(i % 2 / 1000) p:close() local r = await(t) io.write(r.signal == "TERM" and "." or "no") end`, "...................."},
		{"lines that a task returns", `local next = await(spawn(function() return (process.lines { "sh", "-c", "echo a; sleep 0.1; echo b" }) end)) print(next(), next(), next())
			local all = await(spawn(function() return { process.lines { "echo", "x" } } end)) print(all[1](), all[1](), all[2]:done())
			for _, n in ipairs { gather(function() return (process.lines { "echo", "y" }) end, function() return (process.lines { "echo", "z" }) end) } do print(n()) end
			local n = await(spawn(function() local n = process.lines { "sleep", "60" } return function() return n() end end)) print(pcall(n))`,
			"a\tb\tnil\nx\tnil\ttrue\ny\nz\nfalse\tt:4: process.lines: sleep 60: it was closed, or its task has ended\n"},
		{"in virtual time a passive one", `local p = process.start { "cat", passive = true } print(p.pid > 0)`, "true\n"},
		{"variables", `write("e", "A=1\r\nexport B = 'x # y' # z\nC=\"a\\n\\$\nb\"\n#\n\nD.E-F=\n") print(process.load_env("e"), process.env.A, process.env.B, process.env.C, process.env["D.E-F"])
			for _, bad in ipairs { "x", "1A=2", "A='x", 'A="x\ny', "A='x' y", "=1" } do write("e", "OK=1\n" .. bad) local e = select(2, pcall(process.load_env, "e")) io.write(e.kind, e.line, " ") end`,
			"4\t1\tx # y\ta\n$\nb\t\nparse2 parse2 parse2 parse2 parse2 parse2 "},
		{"bad signals", `print(pcall(process.kill, 0)) print(pcall(process.kill, -1)) print(pcall(process.kill, 2^30, "NO"))`,
			"false\tt:1: bad argument #1 to 'kill' (the number of a process expected, from 1 on; a group is ended by whoever has started it)\nfalse\tt:1: bad argument #1 to 'kill' (the number of a process expected, from 1 on; a group is ended by whoever has started it)\nfalse\tt:1: bad argument #2 to 'kill' (there is no signal 'NO' here)\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := lull(t, tt.src, interp.WithDir(dir)); got != tt.want {
				t.Errorf("printed %q, want %q", got, tt.want)
			}
		})
	}
}

// A process that is not ours gets a signal.
func TestKillOthers(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if got := lull(t, `print(process.kill(`+strconv.Itoa(cmd.Process.Pid)+`, "term"))`); got != "true\n" {
		t.Error(got)
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "terminated") {
		t.Error(err)
	}
}

// A folder of PATH that we may not look into has no programs for us.
func TestFolderThatIsNotOurs(t *testing.T) {
	if os.Geteuid() == 0 {
		if runtime.GOOS != "linux" {
			t.Skip("root may look everywhere")
		}
		dir, err := os.MkdirTemp("/tmp", "lull-test") // that of the test is in a folder of root's
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		if err := os.Chmod(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		c := exec.Command("/proc/self/exe", "-test.run=^TestFolderThatIsNotOurs$", "-test.v")
		c.Dir, c.Env = "/", append(os.Environ(), "TMPDIR="+dir)
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestFolderThatIsNotOurs") {
			t.Errorf("as nobody: %v\n%s", err, out)
		}
		return
	}
	closed := t.TempDir()
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(closed, 0o700)
	got := lull(t, `print(select(2, pcall(process.run, { "no-such-program" })).code, (process.read { "echo", "x" }))`, interp.WithEnv([]string{"PATH=" + closed + ":" + os.Getenv("PATH")}))
	if got != "ENOENT\tx\n" {
		t.Error(got)
	}
}

// A detached command survives the runtime, which does not wait for it.
func TestDetached(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	began := time.Now()
	got := lull(t, `print(process.start { "sh", "-c", 'sleep 0.5; echo here', stdout = { file = process.env.F }, detach = true } > 0)
		print(pcall(process.start, { "true", stdout = "capture", detach = true }))`, interp.WithEnv([]string{"PATH=" + os.Getenv("PATH"), "F=" + file}))
	if !strings.HasPrefix(got, "true\nfalse\t") {
		t.Error(got)
	}
	if took := time.Since(began); took > 400*time.Millisecond {
		t.Logf("it took %v", took)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if b, _ := os.ReadFile(file); string(b) == "here\n" {
			return
		}
	}
	t.Error("it is gone")
}
