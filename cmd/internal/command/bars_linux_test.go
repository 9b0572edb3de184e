package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// onTerminal runs a script on a terminal, in which wait(name) waits for a file that the test makes.
func onTerminal(t *testing.T, columns int, script string, flags ...string) *terminal {
	script = "local function wait(name) while not fs.exists(name) do sleep(0.02) end end " + script
	return startOn(t, exec.Command("lull", append(flags, "-e", script)...), columns, 12)
}

func has(parts ...string) func(string) bool {
	return func(screen string) bool {
		for _, p := range parts {
			if !regexp.MustCompile("(?m)" + p).MatchString(screen) {
				return false
			}
		}
		return true
	}
}

// Bars stand below what is printed, on a narrow and a wide terminal, and leave nothing behind.
func TestBarsOnATerminal(t *testing.T) {
	for columns, bar := range map[int]string{20: `^copy  50%\nother  0$`, 200: `^copy \[=+> +\]  50% 5/10 files.*\nother  0$`} {
		tm := onTerminal(t, columns, `
			local b = progress.bar { total = 10, label = "copy", unit = "files" }
			local other = progress.bar { label = "other" }
			b:set(5)
			io.write("half a line")
			wait "one"
			print(" is done")
			wait "two"
			b:close() other:close()
			print("end")`)
		tm.until("a bar below an unfinished line", has(`^half a line$`, bar))
		tm.make("one")
		tm.until("a bar below the line that is done", has(`is done\n`, bar))
		tm.make("two")
		tm.until("no bar", func(s string) bool { return strings.HasSuffix(s, "end") && !strings.Contains(s, "copy") })
	}
}

// A terminal that changes its size has the bar as wide as it is then.
func TestBarOnATerminalThatIsResized(t *testing.T) {
	tm := onTerminal(t, 80, `local b = progress.bar { total = 10, label = "copy" } b:set(5) print("first") wait "go" print("last")`)
	tm.until("a bar", has(`^first\ncopy \[=+> +\]  50% 5/10`))
	tm.resize(24, 12)
	tm.until("a narrow bar", has(`^copy +50% 5/10$`))
	tm.make("go")
	tm.until("the end", func(s string) bool { return strings.HasSuffix(s, "last") && !strings.Contains(s, "5/10") })
}

// While a program writes to the terminal itself there is no bar, and what it has written stays.
func TestBarMakesWayForAProcess(t *testing.T) {
	tm := onTerminal(t, 80, `
		local b = progress.bar { total = 4, label = "bar" }
		b:add()
		wait "start"
		process.run { "sh", "-c", "printf 'no end of line'; read x <&0; printf partial", input = io.stdin }
		b:add()
		wait "go"`)
	tm.until("the bar", has(`^bar \[=+> +\] +25%`))
	tm.make("start")
	tm.until("what the process wrote", func(s string) bool { return strings.HasSuffix(s, "no end of line") })
	tm.typed("\n")
	tm.until("the bar below that", has(`^no end of line\npartial\nbar \[=+> +\] +50%`))
}

// The output of others while a person types does not tear the line, and comes after it.
func TestPrintingWhileSomebodyTypes(t *testing.T) {
	tm := onTerminal(t, 80, `
		spawn(function() wait "go" print("first") log.info("second") io.stderr:write("third\n") write("printed", "") end)
		print("hello " .. term.ask("Name?"))`)
	tm.until("the question", has(`Name\?$`))
	tm.typed("jo")
	tm.until("what is typed", has(`^Name\? jo$`))
	tm.make("go")
	tm.await("what is written beside", func() bool {
		_, err := os.Stat(filepath.Join(tm.cmd.Dir, "printed"))
		return err == nil
	})
	tm.typed("hn\n")
	tm.until("the answer", has(`^Name\? john\nfirst\n.* INFO second task=.*\nthird\nhello john$`))
}

func TestQuestions(t *testing.T) {
	tm := onTerminal(t, 80, `
		local b = progress.bar { total = 4, label = "bar" }
		local name = term.ask("Name?", { default = "bob" })
		local secret = term.ask("Secret:", { secret = true })
		local n = term.ask("Number?", { check = function(s) return tonumber(s), "that is none" end })
		local item, i = term.choose("Which?", { "apple", "banana", "avocado" })
		print(name, #secret, n, item, i, term.confirm("Sure?"))
		print(pcall(term.ask, "More?"))`)
	for _, step := range []struct{ shown, typed string }{
		{`Name\? \[bob\]$`, "\n"},
		{`Secret:$`, "hidden\n"},
		{`Number\?$`, "x\n"},
		{`that is none\nNumber\?$`, "7\n"},
		{` 1  apple\n 2  banana\n 3  avocado\nWhich\?$`, "a\n"},
		{`2 of them begin so.*\nWhich\?$`, "ba\n"},
		{`Sure\? \[y/n\]$`, "perhaps\n"},
		{`y or n, please\nSure\? \[y/n\]$`, "Y\n"},
		{`bob +6 +7 +banana +2 +true\nMore\?$`, "\x04"},
	} {
		tm.until(step.shown, has(step.shown))
		if strings.Contains(step.shown, "Secret") && tm.echoes() {
			t.Error("a secret is shown as it is typed")
		}
		tm.typed(step.typed)
	}
	tm.until("the end of the input", has(`false.*standard input has ended`))
	if strings.Contains(tm.written(), "hidden") || !tm.echoes() {
		t.Error("a secret was shown, or typing does not show any more")
	}
}

// echoes reports whether the terminal shows what is typed.
func (tm *terminal) echoes() bool {
	state, err := unix.IoctlGetTermios(int(tm.keys.Fd()), unix.TCGETS)
	return err == nil && state.Lflag&unix.ECHO != 0
}

// Typing shows again, whatever ends a question for a secret.
func TestTypingShowsAgain(t *testing.T) {
	for name, script := range map[string]string{
		"ctrl-c": `term.ask("Secret:", { secret = true })`,
		"killed": `finally(function() term.ask("Secret:", { secret = true }) end, function() print("cleaning") sleep(100) end, 200)`,
	} {
		t.Run(name, func(t *testing.T) {
			tm := onTerminal(t, 80, script)
			tm.until("the question", has(`Secret:$`))
			if tm.echoes() {
				t.Error("a secret is shown as it is typed")
			}
			tm.typed("\x03")
			if name == "killed" {
				tm.until("the cleanup", has("cleaning"))
				tm.typed("\x03")
			}
			_ = tm.cmd.Wait() // by a signal
			if !tm.echoes() {
				t.Error("typing does not show")
			}
		})
	}
}

// A bar of a task that goes on is there while something is evaluated, and never in the way of the prompt.
func TestBarInTheREPL(t *testing.T) {
	tm := startTerminal(t, 80, 20)
	tm.typed("b = progress.bar { total = 10, label = \"bar\" } b:set(5)\r")
	tm.until("a prompt", func(s string) bool { return strings.HasSuffix(s, "b:set(5)\n>") })
	tm.typed("io.write(\"mid \") while not fs.exists(\"go\") do sleep(0.02) end\r")
	tm.until("the bar", has(`^mid$\nbar \[=+> +\]  50%`))
	tm.make("go")
	tm.until("a prompt without it", func(s string) bool { return strings.HasSuffix(s, "\n>") && !strings.Contains(s, "50%") })
	tm.typed("1 + 1\r")
	tm.until("the value", func(s string) bool { return strings.HasSuffix(s, "> 1 + 1\n2\n>") })
}

func TestStylesOnATerminal(t *testing.T) {
	const script = `io.write(term.style("a" .. term.style("b", "bright red") .. "c", "bold on blue"), tostring(term.is_terminal()), " ", (term.size()))`
	for env, want := range map[string]string{
		"X=1": "\x1b[1;44ma\x1b[91mb\x1b[0m\x1b[1;44mc\x1b[0mtrue 80", "NO_COLOR=1": "abctrue 80", "NO_COLOR=": "\x1b[1;44ma\x1b[91mb\x1b[0m\x1b[1;44mc\x1b[0mtrue 80",
		"TERM=dumb": "abctrue 80",
	} {
		tm := startOn(t, exec.Command("lull", "-e", script), 80, 12, env)
		<-tm.closed
		if got := tm.written(); got != want {
			t.Errorf("%s: %q, want %q", env, got, want)
		}
	}
}

// --progress stands below the output, on a narrow and a wide terminal, and leaves nothing behind.
func TestProgressOnATerminal(t *testing.T) {
	for _, columns := range []int{20, 200} {
		tm := onTerminal(t, columns, `
			task.map({ "web", "db" }, function(name)
				if name == "db" then return end
				print("one") wait "go" print("two") wait "end"
			end)`, "--progress")
		tm.until("the progress", has(`^one\nmap  1/2  50%`, `^ +\d\.\ds  web  `, `2 running,`))
		tm.make("go")
		tm.until("the progress below", has(`^one\ntwo\nmap  1/2`))
		tm.make("end")
		tm.until("the end", func(s string) bool { return s == "one\ntwo" })
		<-tm.closed
	}
}
