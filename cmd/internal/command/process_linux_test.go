package command

import (
	"os/exec"
	"strings"
	"testing"
)

// A command with input = io.stdin has the terminal from the start, and Ctrl-C with it, which interrupt = "script" gives to the script
// as well. Others have neither, unless they ask.
func TestTerminalOfProcesses(t *testing.T) {
	const (
		foreground = `ps -o stat= -p $$ | grep -q + && echo in front; `
		deaf       = `trap '' INT; echo ready; while :; do sleep 0.05; done`
		handles    = `trap 'echo mine; exit 0' INT; echo ready; while :; do sleep 0.05; done`
	)
	for _, tt := range []struct {
		name, code, typed string
		status            int
		shows             []string // in this order
		never             string
	}{
		{"in front before it reads", `process.sh { '` + foreground + `read x; echo "got $x"', input = io.stdin } print("line " .. io.read())`, "yours\rmine\r", 0, []string{"in front", "got yours", "line mine"}, ""},
		{"a whole pipeline", `process.run { { "sh", "-c", '` + foreground + `read x; echo "got $x"' }, { "tr", "a-z", "A-Z" }, input = io.stdin }`, "a\r", 0, []string{"IN FRONT", "GOT A"}, ""},
		{"behind without it", `process.sh '` + foreground + `echo ready'`, "", 0, []string{"ready"}, "in front"},
		{"in front once it asks", `process.sh '` + foreground + `read x </dev/tty; ` + foreground + `echo "got $x"'`, "a\r", 0, []string{"in front", "got a"}, ""},
		{"one after the other", `gather(function() process.sh { ': >begun; sleep 0.3; read x; echo "1 $x"', input = io.stdin } end,
			function() repeat sleep(0.01) until fs.exists("begun") process.sh { 'read x; echo "2 $x"', input = io.stdin } end)`, "a\rb\r", 0, []string{"1 a", "2 b"}, ""},
		{"a program that is not there", `print(pcall(process.run, { "no-such", input = io.stdin })) process.sh { '` + foreground + `echo on', input = io.stdin }`, "", 0, []string{"no such program", "in front", "on"}, ""},
		{"Ctrl-C is its own", `print(process.sh { ` + "[[" + handles + "]]" + `, input = io.stdin }.ok) print("on")`, ctrlC, 0, []string{"mine", "true", "on"}, ""},
		{"Ctrl-C ends it, and the script", `process.sh { "echo ready; exec cat", input = io.stdin, check = false } print("next")`, ctrlC, 130, []string{"ready"}, "next"},
		{"Ctrl-C is the script's, too", `pcall(process.sh, { ` + "[[" + handles + "]]" + `, input = io.stdin, interrupt = "script" }) print("next")`, ctrlC, 130, []string{"ready"}, "next"},
		{"Ctrl-C is the script's, though the command is faster", `process.sh { ` + "[[kill -STOP $(ps -o pgid= -p $$); " + handles + "]]" + `, input = io.stdin, interrupt = "script" } print("next")`, ctrlC, 130, []string{"ready", "mine"}, "next"},
		{"one that ignores it", `process.sh { ` + "[[" + deaf + "]]" + `, input = io.stdin, interrupt = "script", check = false } print("next")`, ctrlC, 130, []string{"ready"}, "next"},
		{"one that dies of it", `process.sh { "echo ready; exec cat", input = io.stdin, interrupt = "script", check = false } print("next")`, ctrlC, 130, []string{"ready"}, "next"},
		{"nothing is left that hears", `process.sh { 'read x; echo "got $x"', input = io.stdin, interrupt = "script" }
			local after = 0.2
			repeat
				process.sh { "echo ready; : >begun; exec sleep 60", timeout = after, input = io.stdin, interrupt = "script", check = false }
				after = 3 * after
			until fs.exists("begun") or after > 20
			print("line " .. io.read())`, "a\rb\r", 0, []string{"got a", "ready", "line b"}, ""},
		{"of a conversation", `local p = process.start { "sh", "-c", 'read x; echo "got $x"', input = io.stdin } print(p.stdin, p.stdout:read(), p:wait().ok)`, "a\r", 0, []string{"nil     got a   true"}, ""},
		{"behind, Ctrl-C is the script's", `process.sh { ` + "[[" + handles + "]]" + `, check = false } print("next")`, ctrlC, 130, []string{"ready"}, "next"},
		{"of lines", `for l in process.lines { "sh", "-c", "` + deaf + `" } do print(l) end print("next")`, ctrlC, 130, []string{"ready"}, "next"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tm := startOn(t, exec.Command("lull", "-e", tt.code), 100, 24)
			if tt.typed == ctrlC {
				tm.until("ready", func(s string) bool { return strings.Contains(s, "ready") })
			}
			tm.typed(tt.typed)
			tm.ends(tt.status)
			s := tm.screen()
			for _, want := range tt.shows {
				_, after, ok := strings.Cut(s, want)
				if !ok {
					t.Fatalf("%q is not, or not there, on the screen:\n%s", want, tm.screen())
				}
				s = after
			}
			if tt.never != "" && strings.Contains(tm.screen(), tt.never) {
				t.Errorf("%q is on the screen:\n%s", tt.never, tm.screen())
			}
		})
	}
}

// Ctrl-Z at a command that has the terminal by input = io.stdin stops it, and us; continued, it has the terminal again.
func TestTerminalStopOfAProcess(t *testing.T) {
	tm := startJobs(t, `
lull -e 'process.sh { "echo \$\$ >pid.new; mv pid.new pid; cat; echo end of cat", input = io.stdin, interrupt = "script", timeout = 3600 }'; echo stop 1, $?; there 1; fg; echo status $?`)
	tm.asked("pid")
	tm.typed("one\r")
	tm.shows("one", "one")
	tm.typed("\x1a")
	tm.until("a stop", func(s string) bool { return strings.HasSuffix(s, "\nstop 1, 147") })
	tm.make("1")
	tm.asked("pid")
	tm.typed("two\r")
	tm.until("the answer", func(s string) bool { return strings.HasSuffix(s, "two\ntwo") })
	tm.typed(ctrlD)
	tm.until("the end", func(s string) bool { return strings.HasSuffix(s, "end of cat\nstatus 0") })
	tm.ends(0)
}
