package command

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// One Ctrl-C cancels the script, whatever a child does with it, and nothing else is begun: the script would print "next".
func TestTerminalInterrupt(t *testing.T) {
	const handled = `trap 'exit 0' INT; echo ready; while :; do sleep 0.05; done`
	children := []struct{ name, needs, command, typed string }{
		{"one that ends well", "", handled, ""},
		{"in place of the shell", "", `exec sh -c "` + handled + `"`, ""},
		{"node", "node", `exec node -e "process.on('SIGINT', () => process.exit(0)); console.log('ready'); setInterval(() => {}, 1000)"`, ""},
		{"below bash", "bash", `exec bash -c 'echo ready; sleep 100; true'`, ""},
		{"below dash", "dash", `exec dash -c 'echo ready; sleep 100; true'`, ""},
		{"one that ignores it", "", `trap '' INT; echo ready; sleep 100`, ""},
		{"one that had the terminal and died of it", "", `read x; echo ready; read x`, "x\r"},
		{"below bash, with the terminal", "bash", `exec bash -c 'read x; echo ready; cat; true'`, "x\r"},
	}
	works := []struct{ name, code string }{
		{"in turn", `for i = 1, 3 do if i > 1 then print("next") end os.execute(child) end`},
		{"in pcall", `for i = 1, 3 do print(pcall(os.execute, child)) print("next") end`},
		{"in task.retry", `task.retry(function(n) if n > 1 then print("next") end os.execute(child) error("again") end, { delay = 0 })`},
		{"in task.map", `task.map({ 1, 2, 3 }, function(i) if i > 1 then print("next") end os.execute(child) end, { limit = 1 })`},
		{"of popen", `for i = 1, 3 do if i > 1 then print("next") end for l in io.popen(child):lines() do print(l) end end`},
	}
	for i, child := range children {
		for j, work := range works {
			if testing.Short() && i%len(works) != j {
				continue
			}
			t.Run(child.name+", "+work.name, func(t *testing.T) {
				t.Parallel()
				if _, err := exec.LookPath(child.needs); child.needs != "" && err != nil {
					t.Skip(err)
				}
				tm := startOn(t, exec.Command("lull", "-e", "local child = ... "+work.code, child.command), 80, 24)
				tm.typed(child.typed)
				tm.until("ready", func(s string) bool { return strings.Contains(s, "ready") })
				tm.typed(ctrlC)
				tm.ends(130)
				if s := tm.screen(); strings.Contains(s, "next") {
					t.Errorf("it went on:\n%s", s)
				}
			})
		}
	}
}

// A child that has the terminal because it asked may do with Ctrl-C as it likes.
func TestTerminalInterruptIsTheChilds(t *testing.T) {
	tm := startOn(t, exec.Command("lull", "-e", `print(os.execute("trap 'echo mine; exit 3' INT; read x; echo ready; while :; do sleep 0.05; done")) print("on")`), 80, 24)
	tm.typed("x\r")
	tm.shows("ready")
	tm.typed(ctrlC)
	tm.ends(0)
	tm.shows("^Cmine", "768     exit    3", "on")
}

// A second Ctrl-C ends everything at once.
func TestTerminalSecondInterrupt(t *testing.T) {
	tm := startOn(t, exec.Command("lull", "-e", `
		spawn(os.execute, "trap '' INT TERM; echo $$ >pid.new; mv pid.new pid; echo ready; while :; do sleep 0.05; done")
		finally(function() sleep(100) end, function() print("cleaning") sleep(100) print("never") end, 200)`), 80, 24)
	tm.until("ready", func(s string) bool { return strings.Contains(s, "ready") })
	tm.typed(ctrlC)
	tm.shows("^Ccleaning")
	tm.typed(ctrlC)
	tm.ends(130)
	if s := tm.screen(); strings.Contains(s, "never") {
		t.Errorf("on the screen is\n%s", s)
	}
	tm.gone("pid")
}

// gone waits until the process whose number is in a file is not there any more, or nobody has waited for it.
func (tm *terminal) gone(file string) {
	tm.t.Helper()
	tm.await(file+"'s process to end", func() bool {
		pid := tm.pid(file)
		s := tm.state(pid)
		return s == "gone" || s[0] == 'Z'
	})
}

// pid is the number in a file, which somebody writes.
func (tm *terminal) pid(file string) (pid int) {
	tm.t.Helper()
	tm.await("the file "+file, func() bool {
		text, err := os.ReadFile(filepath.Join(tm.cmd.Dir, file))
		if err != nil {
			return false
		}
		_, err = fmt.Sscan(string(text), &pid)
		return err == nil
	})
	return pid
}

// state is what a process does, as ps shows it: T is stopped, + stands behind one in the terminal's foreground. A priority, by nice, is
// left out.
func (tm *terminal) state(pid int) string {
	tm.t.Helper()
	out, err := exec.Command("ps", "-o", "stat=", "-p", fmt.Sprint(pid)).Output()
	if err != nil {
		return "gone"
	}
	return strings.NewReplacer("N", "", "<", "").Replace(strings.TrimSpace(string(out)))
}

// asked waits until the process whose number is in a file has the terminal, and reads from it.
func (tm *terminal) asked(file string) {
	tm.t.Helper()
	tm.await("the terminal to be the child's", func() bool { return tm.state(tm.pid(file)) == "S+" })
}

func (tm *terminal) await(what string, done func() bool) {
	tm.t.Helper()
	for limit := time.Now().Add(patience); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			tm.t.Fatalf("waited in vain for %s; on the screen is\n%s", what, tm.screen())
		}
	}
}

// startJobs starts a script of a shell with job control, in which there NAME waits for a file of that name. Where the script goes on,
// its job was stopped or has ended.
func startJobs(t *testing.T, script string) *terminal {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip(err)
	}
	return startOn(t, exec.Command("bash", "-c", `set -m; there() { while ! test -e "$1"; do sleep 0.01; done; }; `+script+`
printf '\0'; there "$`+seenFile+`"`), 80, 60)
}

// make makes an empty file.
func (tm *terminal) make(name string) {
	tm.t.Helper()
	if err := os.WriteFile(filepath.Join(tm.cmd.Dir, name), nil, 0o600); err != nil {
		tm.t.Fatal(err)
	}
}

// Ctrl-Z stops the children, then Lull; continuing resumes them, and deadlines do not count the time in between.
func TestTerminalStop(t *testing.T) {
	tm := startJobs(t, `
cat >job.lua <<'end'
local function there(name) local f = io.open(name) return f and f:close() end
local child = spawn(os.execute, "echo $$ >pid.new; mv pid.new pid; while :; do sleep 0.02; done")
repeat sleep(0.01) until there("pid")
print("ready")
print(pcall(wait_for, function() repeat sleep(0.01) until there("go") return "in time" end, 8))
child:cancel()
end
lull --timeout 8 job.lua; echo status $?; there go; fg; echo status $?`)
	tm.shows("ready")
	tm.typed("\x1a")
	tm.until("that it was stopped", func(s string) bool { return strings.HasSuffix(s, "\nstatus 147") })
	tm.await("the child's stop", func() bool { // in D vfork waits for a child that is stopped
		return strings.ContainsAny(tm.state(tm.pid("pid")), "TD")
	})
	time.Sleep(8500 * time.Millisecond) // more than the deadlines
	tm.make("go")
	tm.ends(0)
	tm.shows("true    in time", "status 0")
	tm.gone("pid")
}

// A child that has the terminal is stopped by its own Ctrl-Z, and we with it; and a background job that wants the terminal stops.
func TestTerminalJobs(t *testing.T) {
	tm := startJobs(t, `
lull -e 'print(os.execute("echo $$ >pid.new; mv pid.new pid; cat; echo end of cat"))'; echo stop 1, $?; there 1; fg; echo stop 2, $?; there 2
bg; while jobs | grep -q Running; do sleep 0.01; done; echo stop 3; there 3; fg; echo status $?
rm pid; lull -e 'print(pcall(os.execute, "echo $$ >pid.new; mv pid.new pid; cat"))' & there pid; while jobs | grep -q Running; do sleep 0.01; done; echo stop 4; there 4; fg; echo status $?`)
	answers := func(word string) {
		tm.asked("pid")
		tm.typed(word + "\r")
		tm.shows(word, word)
	}
	answers("one")
	tm.typed("\x1a")
	tm.until("a stop", func(s string) bool { return strings.HasSuffix(s, "\nstop 1, 147") })
	tm.make("1")
	answers("two")
	tm.typed("\x1a")
	tm.until("a stop", func(s string) bool { return strings.HasSuffix(s, "\nstop 2, 147") })
	tm.make("2")
	tm.until("a stop", func(s string) bool { return strings.HasSuffix(s, "\nstop 3") })
	tm.make("3")
	answers("three")
	tm.typed(ctrlD)
	tm.until("the end", func(s string) bool { return strings.Contains(s, "\nend of cat\n0       exit    0\nstatus 0") })
	tm.until("a stop", func(s string) bool { return strings.HasSuffix(s, "\nstop 4") })
	tm.make("4")
	answers("four")
	tm.typed(ctrlC)
	tm.ends(0)
	if s := tm.screen(); !strings.HasSuffix(s, "status 130") || strings.Contains(s, "false") {
		t.Errorf("on the screen is\n%s", s)
	}
}

// Nobody would continue what is stopped: Ctrl-Z does nothing.
func TestTerminalStopOfAnOrphan(t *testing.T) {
	tm := startOn(t, exec.Command("lull", "-e", `os.execute("echo ready; while ! test -e go; do sleep 0.02; done; echo on")`), 80, 24)
	tm.shows("ready")
	tm.typed("\x1a")
	tm.shows("ready", "^Z")
	tm.make("go")
	tm.ends(0)
	tm.shows("ready", "^Zon")
}

// At the REPL's prompt the terminal is the prompt's; a child gets it while something is evaluated.
func TestTerminalChildrenOfTheREPL(t *testing.T) {
	tm := startTerminal(t, 80, 40)
	tm.typed(`p = io.popen("echo $$ >pid.new; mv pid.new pid; read x </dev/tty; echo heard $x; read x </dev/tty; echo then $x")` + "\r")
	tm.typed("'mine'\r")
	tm.shows(`"mine"`, ">")
	tm.typed("p:read()\r")
	tm.asked("pid")
	tm.typed("first\r")
	tm.shows("first", `"heard first"`, ">")
	tm.typed("'mine again'\r")
	tm.shows(`"mine again"`, ">")
	tm.typed("p:read()\r")
	tm.asked("pid")
	tm.typed("second\r")
	tm.shows("second", `"then second"`, ">")
	tm.typed("os.execute('echo $$ >pid.new; mv pid.new pid; read x; echo ready; read x')\r")
	tm.asked("pid")
	tm.typed("\r")
	tm.until("ready", func(s string) bool { return strings.HasSuffix(s, "\nready") })
	tm.typed(ctrlC)
	tm.shows("^C", "cancelled", ">")
	tm.typed(ctrlD)
	tm.ends(0)
}
