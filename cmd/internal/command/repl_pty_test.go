//go:build unix

package command

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"golang.org/x/sys/unix"
)

// terminal is a person at a terminal in which the command runs: types, and reads the screen.
type terminal struct {
	t    *testing.T
	cmd  *exec.Cmd
	keys *os.File
	vt   vt10x.Terminal

	mu      sync.Mutex
	raw     bytes.Buffer // all that was written
	changed chan struct{}
	closed  chan struct{} // when nothing more will be written
	seen    string        // the file that is there once all that was written has been read: see awaitReader
}

// seenFile is the variable of the environment that has the name of a terminal's seen.
const seenFile = "LULL_TEST_SEEN"

// awaitReader waits until all that this process has written to its terminal has been read, if it is the first of a session, with whose end
// the system drops the rest: it writes a zero byte, and waits for the terminal's file.
func awaitReader() {
	name := os.Getenv(seenFile)
	if sid, err := unix.Getsid(0); name == "" || err != nil || sid != os.Getpid() {
		return
	}
	if _, _, err := pty.Getsize(os.Stdout); err != nil { // no terminal
		return
	}
	if _, err := os.Stdout.Write([]byte{0}); err != nil { // nobody reads any more
		return
	}
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(time.Millisecond) {
		if _, err := os.Stat(name); err == nil {
			return
		}
	}
}

// startTerminal starts the REPL in a folder of its own, on a terminal of so many columns and rows.
func startTerminal(t *testing.T, columns, rows int, env ...string) *terminal {
	t.Helper()
	tm := startOn(t, exec.Command("lull"), columns, rows, env...)
	tm.until("a prompt", func(s string) bool {
		return regexp.MustCompile(`^Lull .*:help(.|\n)*\n>$`).MatchString(s)
	})
	return tm
}

// startOn starts a command in a folder of its own, on a terminal.
func startOn(t *testing.T, cmd *exec.Cmd, columns, rows int, env ...string) *terminal {
	t.Helper()
	dir := t.TempDir()
	tm := &terminal{t: t, vt: vt10x.New(vt10x.WithSize(columns, rows)), changed: make(chan struct{}, 1), closed: make(chan struct{})}
	tm.cmd, tm.seen = cmd, filepath.Join(t.TempDir(), "seen")
	tm.cmd.Dir = dir
	tm.cmd.Env = append([]string{
		"TERM=xterm", "HOME=" + dir, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "GORACE=atexit_sleep_ms=0", seenFile + "=" + tm.seen,
	}, env...)
	master, err := pty.StartWithSize(tm.cmd, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)})
	if err != nil {
		t.Fatal(err)
	}
	// A file of our own, whose Close ends a read: the library's is one that blocks.
	fd, err := unix.FcntlInt(master.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	master.Close()
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	tm.keys = os.NewFile(uintptr(fd), "terminal")
	t.Cleanup(func() {
		tm.cmd.Process.Kill()
		tm.keys.Close()
		<-tm.closed
	})
	go tm.read()
	return tm
}

// read shows what the command writes.
func (tm *terminal) read() {
	defer close(tm.closed)
	screen := bufio.NewReader(io.TeeReader(tm, lockedWriter{tm}))
	for tm.vt.Parse(screen) == nil {
		select {
		case tm.changed <- struct{}{}:
		default:
		}
	}
}

// Read reads what the command writes, without the zero byte behind which there is no more.
func (tm *terminal) Read(p []byte) (int, error) {
	n, err := tm.keys.Read(p)
	shown := bytes.ReplaceAll(p[:n], []byte{0}, nil)
	if len(shown) == n {
		return n, err
	}
	if err := os.WriteFile(tm.seen, nil, 0o600); err != nil {
		return 0, err
	}
	return copy(p, shown), err
}

type lockedWriter struct{ tm *terminal }

func (w lockedWriter) Write(p []byte) (int, error) {
	w.tm.mu.Lock()
	defer w.tm.mu.Unlock()
	return w.tm.raw.Write(p)
}

// written is all that the command has written so far.
func (tm *terminal) written() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.raw.String()
}

// screen is what there is to see: without the blanks at the ends of lines, and the empty lines below.
func (tm *terminal) screen() string {
	lines := strings.Split(tm.vt.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// typed sends keys.
func (tm *terminal) typed(keys string) {
	tm.t.Helper()
	if _, err := io.WriteString(tm.keys, keys); err != nil {
		tm.t.Fatal(err)
	}
}

// patience is how long a screen may take to look as it should.
const patience = time.Minute

// until waits until the screen is as wanted.
func (tm *terminal) until(what string, wanted func(screen string) bool) {
	tm.t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	ended := tm.closed
	for !wanted(tm.screen()) {
		select {
		case <-tm.changed:
		case <-ended:
			ended = nil // one more look
		case <-limit.C:
			tm.t.Fatalf("the screen does not come to have %s:\n%s", what, tm.screen())
		}
		if ended == nil && !wanted(tm.screen()) {
			tm.t.Fatalf("it ended, and the screen does not have %s:\n%s", what, tm.screen())
		}
	}
}

// shows waits until the screen ends in the given lines.
func (tm *terminal) shows(lines ...string) {
	tm.t.Helper()
	want := strings.Join(lines, "\n")
	tm.until(fmt.Sprintf("%q at its end", want), func(screen string) bool {
		return screen == want || strings.HasSuffix(screen, "\n"+want)
	})
}

// ends waits for the command's end.
func (tm *terminal) ends(status int) {
	tm.t.Helper()
	kill := time.AfterFunc(patience, func() { tm.cmd.Process.Kill() })
	defer kill.Stop()
	tm.cmd.Wait()
	<-tm.closed
	if got := tm.cmd.ProcessState.ExitCode(); got != status {
		tm.t.Fatalf("exit status %d, want %d; on the screen is\n%s", got, status, tm.screen())
	}
}

const (
	ctrlA, ctrlC, ctrlD, ctrlE, ctrlG, ctrlK, ctrlL = "\x01", "\x03", "\x04", "\x05", "\x07", "\x0b", "\x0c"
	ctrlO, ctrlR, ctrlU                             = "\x0f", "\x12", "\x15"
	up, down, left, del, backspace                  = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[3~", "\x7f"
	pageUp, pageDown                                = "\x1b[5~", "\x1b[6~"
	pasteBegin, pasteEnd                            = "\x1b[200~", "\x1b[201~"
)

func TestTerminalEditing(t *testing.T) {
	tm := startTerminal(t, 80, 40)
	tm.typed("1 + 1\r")
	tm.shows("> 1 + 1", "2", ">")
	tm.typed("12" + left + left + "3" + del + "\r") // 32
	tm.shows("> 32", "32", ">")

	// A line longer than the terminal is wide, and a terminal that becomes another.
	long := `"` + strings.Repeat("0123456789", 10) + `"`
	tm.typed("#" + long)
	tm.shows("> #"+long[:77], long[77:])
	tm.resize(60, 40)
	tm.typed("..'x'")
	tm.shows("> #"+long[:57], long[57:]+"..'x'")
	tm.typed(ctrlA + del + ctrlE + ":len()" + ctrlA + "(" + ctrlE + backspace + backspace + backspace + backspace + backspace + backspace + "):len()\r")
	tm.shows("101", ">")
	tm.resize(80, 40)

	// Ctrl-C clears the line.
	tm.typed("no line" + ctrlC)
	tm.shows("> no line^C", ">")
	tm.typed("if true then\r" + ctrlC)
	tm.shows("> if true then", "  ^C", ">") // the keys came at once, as where somebody pastes
	tm.typed("'left'\r")
	tm.shows("> 'left'", `"left"`, ">")
	tm.typed(ctrlD)
	tm.ends(0)
}

// resize gives the terminal another size.
func (tm *terminal) resize(columns, rows int) {
	tm.t.Helper()
	tm.vt.Resize(columns, rows)
	conn, err := tm.keys.SyscallConn()
	if err == nil {
		conn.Control(func(fd uintptr) {
			err = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(columns), Row: uint16(rows)})
		})
	}
	if err != nil {
		tm.t.Fatal(err)
	}
}

func TestTerminalCompletion(t *testing.T) {
	tm := startTerminal(t, 60, 60)
	for _, tt := range []struct{ before, typed, shows string }{
		{"", "gath", "> gather"},
		{"", "loca", "> local"},
		{"", "string.rev", "> string.reverse"},
		{"local config = {server = {port = 1}}", "config.ser", "> config.server"},
		{"", "config.server.po", "> config.server.port"},
		{"", "conf", "> config"},
		{"t = spawn(sleep, 0)", "t:canc", "> t:cancel"}, // cancel, cancelled
		{"q = sync.queue()", "q:try_g", "> q:try_get"},
		{"s = 'x'", "s:up", "> s:upper"},
		{"", "('x'):low", "> ('x'):lower"},
		{"", ":ta", "> :tasks"},
		{"", ":doc task.as", "> :doc task.as_completed"},
		{"write('notes.txt', 'x')", "read('not", "> read('notes.txt"},
		{"write('jobs.lua', 'return 1')", `require("jo`, `> require("jobs`},
		{"", ":load jo", "> :load jobs.lua"},
		{"", "print(config.server.po", "> print(config.server.port"},
		{"", "x = 'no names in strings gath", "> x = 'no names in strings gath"},
	} {
		if tt.before != "" {
			tm.typed(tt.before + "\r")
			tm.until("a prompt after "+tt.before, func(s string) bool {
				return strings.Contains(s, tt.before+"\n") && strings.HasSuffix(s, "\n>")
			})
		}
		tm.typed(tt.typed + "\t")
		tm.shows(tt.shows)
		tm.typed(ctrlU)
		tm.until("an empty prompt", func(s string) bool { return strings.HasSuffix(s, "\n>") })
	}

	// Several: all are shown, and the line stays.
	tm.typed("menu = { barrier = 1, condition = 2, event = 3, limiter = 4, lock = 5, queue = 6, semaphore = 7 }\r")
	tm.typed("task.as\t\t" + ctrlU + "menu.\t")
	tm.shows("barrier    event      lock       semaphore", "condition  limiter    queue", "> menu.")
	tm.typed(ctrlC + ctrlD)
	tm.ends(0)
}

func TestTerminalTasks(t *testing.T) {
	tm := startTerminal(t, 80, 40)
	tm.typed("e = sync.event()\r")
	tm.typed("spawn(function() e:wait() print('tick') io.write('no end') print() error('lost') end):name('worker')\r")
	tm.shows(`"worker"`, ">")
	tm.typed("spawn(function() sleep(0.3) e:set() end) _ = nil\r")
	tm.typed("'half a line")
	tm.shows("tick", "no end", "lull: task 'worker' failed: repl2:1: lost", "> 'half a line")
	tm.typed("'\r")
	tm.shows(`"half a line"`, ">")

	// Ctrl-C cancels what runs, and nothing else.
	tm.typed("t = spawn(sleep, 100)\r")
	tm.typed("finally(function() print('wait') sleep(100) end, function() print('cleaned') end)\r")
	tm.shows("wait")
	tm.typed(ctrlC)
	tm.shows("^C", "cleaned", "cancelled", ">")
	tm.typed("t:done()\r")
	tm.shows("> t:done()", "false", ">")
	tm.typed("print('busy') while true do end\r")
	tm.shows("busy")
	tm.typed(ctrlC)
	tm.shows("^C", "cancelled", ">")
	tm.typed(":tasks\r")
	tm.until("the task", func(s string) bool {
		return regexp.MustCompile(`\n> :tasks\n\d+ 'sleep'  waiting in sleep, for [\d.]+m?s\nended:\n  \d+ 'repl3:1'  returned\n  2 'worker'  failed: repl2:1: lost\n>$`).MatchString(s)
	})

	// Ctrl-\ prints the same as SIGQUIT does, above the line that is typed, which stays.
	tm.typed("'half")
	tm.typed("\x1c")
	tm.until("the tasks above the line", func(s string) bool {
		return regexp.MustCompile(`\nlull: repl \(process \d+\): 2 tasks\n(  .*\n)+> 'half$`).MatchString(s)
	})
	tm.typed("'\r")
	tm.shows(`"half"`, ">")

	// Twice within a second leaves.
	tm.typed(ctrlC + ctrlC)
	tm.ends(0)
	if s := tm.screen(); !strings.HasSuffix(s, "\n> ^C\n> ^C") {
		t.Errorf("on the screen is\n%s", s)
	}
}

// Ctrl-D cancels what is left, and says what it waits for.
func TestTerminalLeaving(t *testing.T) {
	tm := startTerminal(t, 80, 40)
	tm.typed("spawn(function() finally(function() sleep(100) end, function() sleep(0.8) print('cleaned') end) end) _ = 1\r")
	tm.typed("'ready'\r")
	tm.shows(`"ready"`, ">")
	tm.typed(ctrlD)
	tm.ends(0)
	tm.shows("> ^D", "waiting for tasks to clean up; Ctrl-C leaves at once", "cleaned")
}

func TestTerminalPaste(t *testing.T) {
	tm := startTerminal(t, 80, 260)
	var b strings.Builder
	b.WriteString("local t = {\n")
	for i := range 198 {
		fmt.Fprintf(&b, "\t[%d] = 'row %d',\n", i, i)
	}
	b.WriteString("}")
	tm.typed(pasteBegin + b.String() + pasteEnd)
	tm.until("the last line", func(s string) bool { return strings.Contains(s, "[197] = 'row 197'") && strings.HasSuffix(s, "\n  }") })
	tm.typed("\rt[7], t[197]\r")
	tm.shows("> t[7], t[197]", `"row 7" "row 197"`, ">")
	tm.typed(ctrlD)
	tm.ends(0)
	history, err := os.ReadFile(filepath.Join(tm.cmd.Dir, ".local/state/lull/history"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(history, []byte("\n")); n != 2 {
		t.Errorf("the paste and a line are %d entries of the history", n)
	}
}

func TestTerminalHistory(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "lull", "history")
	env := "XDG_STATE_HOME=" + dir
	one, two := startTerminal(t, 80, 40, env), startTerminal(t, 80, 40, env)
	one.typed("'from one'\r")
	one.shows(`"from one"`, ">")
	two.typed("'from two'\r")
	two.shows(`"from two"`, ">")
	one.typed("if true then\rprint('several') end\r" + ctrlD)
	one.ends(0)
	two.typed(" 'a secret, behind a blank'\r" + ctrlD)
	two.ends(0)

	three := startTerminal(t, 80, 40, "LULL_HISTORY="+file)
	three.typed(up)
	three.shows("> if true then", "  print('several') end")
	three.typed(ctrlC + ctrlR + "from")
	three.shows("> 'from two'", "bck-i-search: from")
	three.typed(ctrlR)
	three.shows("> 'from one'", "bck-i-search: from")
	three.typed("\r")
	three.shows(`"from one"`, ">")
	three.typed(ctrlD)
	three.ends(0)
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := "'from one'\n'from two'\nif true then\\nprint('several') end\n'from one'\n"; string(got) != want {
		t.Errorf("the history is\n%swant\n%s", got, want)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: the history is for the person alone", info.Mode(), err)
	}
}

// A paste is what was pasted: its control characters are seen as such, and are in the string. One that cannot be kept says so.
func TestTerminalPasteWithControls(t *testing.T) {
	tm := startTerminal(t, 80, 40)
	tm.typed(pasteBegin + "#'b\x01\x1b[31m\u0085\ue001'" + pasteEnd)
	tm.shows("> #'b\ufffd\ufffd[31m\ufffd\ue001'")
	tm.typed("\r")
	tm.shows("12", ">")
	tm.typed(pasteBegin + "'Gr\xfc\xdfe'" + pasteEnd)
	tm.shows("> -- the paste is not in UTF-8, and is left out")
	tm.typed(ctrlC + ctrlD)
	tm.ends(0)
}

// An entry that has orders to the terminal in it, as one from an editor may, is shown without them.
func TestTerminalHistoryWithControls(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	if err := os.WriteFile(file, []byte("x = 'a\x1b[2Jb\x1b'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tm := startTerminal(t, 80, 40, "LULL_HISTORY="+file)
	tm.typed(up)
	tm.shows("> x = 'a\ufffd[2Jb\ufffd'")
	tm.typed("\r'on'\r")
	tm.shows("> 'on'", `"on"`, ">")
	tm.typed(ctrlD)
	tm.ends(0)
}

// Without a history: it is switched off, or there is no place for it.
func TestTerminalNoHistory(t *testing.T) {
	for name, env := range map[string]string{"switched off": "LULL_HISTORY=", "no folder": "LULL_HISTORY=/dev/null/lull/history"} {
		t.Run(name, func(t *testing.T) {
			tm := startTerminal(t, 80, 40, env)
			tm.typed("'first'\r" + up)
			tm.shows("> 'first'", `"first"`, "> 'first'") // of this session there is one
			tm.typed(ctrlU + ctrlD)
			tm.ends(0)
			if left, err := os.ReadDir(tm.cmd.Dir); err != nil || len(left) > 0 {
				t.Errorf("%v, %v was written", err, left)
			}
		})
	}
}

func TestTerminalColours(t *testing.T) {
	colours := regexp.MustCompile(`\x1b\[[0-9;]*m`)
	tm := startTerminal(t, 80, 40)
	tm.typed("{1, 'two'}\r")
	tm.shows(`{1, "two"}`, ">")
	tm.typed("local x = {'s', 1} x.y()\r")
	tm.shows("   | local x = {'s', 1} x.y()", "   |                      ^", ">")
	tm.typed(ctrlD)
	tm.ends(0)
	for _, want := range []string{"\x1b[32m\"two\"\x1b[0m", "\x1b[36m1\x1b[0m", "\x1b[34mlocal\x1b[0m", "\x1b[32m's'\x1b[0m", "\x1b[1;4m(\x1b[0m", "\x1b[31m^\x1b[0m"} {
		if !strings.Contains(tm.written(), want) {
			t.Errorf("%q is missing in %q", want, tm.written())
		}
	}

	tm = startTerminal(t, 80, 40, "NO_COLOR=1")
	tm.typed("{1, 'two'}, ('x'):rep(3)\r?gather\rhelp(\"string.rep\")\rundefnd()\r:tasks\r")
	tm.typed("local x = {'s', 1} x.y()\r'edi'" + left + left + "t\r")
	tm.shows(`"edti"`, ">")
	tm.typed(ctrlD)
	tm.ends(0)
	if c := colours.FindString(tm.written()); c != "" {
		t.Errorf("%q in spite of NO_COLOR", c)
	}

	tm = startTerminal(t, 80, 40, "TERM=dumb")
	tm.typed("local x = {'s', 1} x.y()\r")
	tm.shows("   | local x = {'s', 1} x.y()", "   |                      ^", ">")
	tm.typed("'on'\r")
	tm.shows(`"on"`, ">")
	tm.typed("print('busy') sleep(100)\r")
	tm.shows("busy")
	tm.typed(ctrlC)
	tm.shows("^C", "cancelled", ">")
	tm.typed("half")
	tm.shows("> half")
	tm.typed(ctrlC)
	tm.shows("> half^C", ">")
	tm.typed("'again'\r")
	tm.shows(`"again"`, ">")
	tm.typed(ctrlD)
	tm.ends(0)
	if strings.Contains(tm.written(), "\x1b") {
		t.Errorf("an escape on a dumb terminal: %q", tm.written())
	}
}

// program is a file of shell commands.
func program(t *testing.T, commands string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+commands+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// The command :edit runs what the editor makes of the last entry, or of a function; not where that is what it was, nothing, or the
// editor has failed.
func TestTerminalEditor(t *testing.T) {
	tm := startTerminal(t, 80, 40, "EDITOR="+program(t, `sed -i 's/one/two/' "$1"`))
	tm.typed("print('one')\r:edit\r")
	tm.shows("> :edit", "print('two')", "two", ">")
	tm.typed(":edit\r")
	tm.shows("> :edit", "it is as it was: nothing is run", ">")
	tm.typed(up + up)
	tm.shows("> print('two')")
	tm.typed(ctrlU + pasteBegin + "-- says one\nfunction say()\n  print('one')\nend" + pasteEnd + "\r:edit say\r")
	tm.shows("> :edit say", "-- says two", "function say()", "  print('two')", "end", ">")
	tm.typed("say()\r?say\r:edit nothing\r")
	tm.shows("two", "> ?say", "say is a function of repl4, line 2", "-- says two", "function say()", "  print('two')", "end",
		"> :edit nothing", "there is no function 'nothing' of yours to edit", ">")
	tm.typed(ctrlD)
	tm.ends(0)

	// In a new session it is the last entry of the history that is no command; where there is none there is nothing to begin with.
	file := filepath.Join(t.TempDir(), "history")
	for _, tt := range []struct{ history, says string }{
		{"print('one')\n:tasks\n?print\n", "print('two')\ntwo\n>"},
		{":tasks\n", "nothing was written: nothing is run\n>"},
	} {
		if err := os.WriteFile(file, []byte(tt.history), 0o600); err != nil {
			t.Fatal(err)
		}
		tm := startTerminal(t, 80, 40, "LULL_HISTORY="+file, "EDITOR="+program(t, `sed -i 's/one/two/' "$1"`))
		tm.typed(":edit\r")
		tm.shows("> :edit", tt.says)
		tm.typed(ctrlD)
		tm.ends(0)
	}

	for _, tt := range []struct{ commands, says string }{
		{"exit 3", "has failed (exit status 3): nothing is run"},
		{": >$1", "nothing is left of it: nothing is run"},
		{"rm $1", "no such file or directory"},
		{"echo 'x = = 1' >$1", "unexpected symbol near '='"},
		{"kill -9 $$", "has failed (signal: killed): nothing is run"},
	} {
		tmp := t.TempDir()
		tm := startTerminal(t, 200, 40, "VISUAL="+program(t, tt.commands), "EDITOR=false", "TMPDIR="+tmp)
		tm.typed("x = 1\r:edit\r")
		tm.until(tt.says, func(s string) bool { return strings.Contains(s, tt.says) && strings.HasSuffix(s, "\n>") })
		tm.typed("x\r")
		tm.shows("> x", "1", ">")
		tm.typed(ctrlD)
		tm.ends(0)
		if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
			t.Errorf("%v, %v is left", err, left)
		}
	}
}

// Output that is longer than the screen goes to the pager, and what tasks print meanwhile waits.
func TestTerminalPager(t *testing.T) {
	const long = "local t = {} for i = 1, 50 do t[i] = ('row %03d '):format(i) .. ('x'):rep(30) end return t\r"
	const pager = `head -n 3; touch opened; while [ ! -e printed ]; do sleep 0.01; done; echo closed`
	tm := startTerminal(t, 80, 20, "PAGER="+program(t, pager))
	tm.typed("spawn(function() while not fs.exists('opened') do sleep(0.01) end print('tick') write('printed', '') end) _ = nil\r")
	tm.typed(long)
	tm.shows("{", `  "row 001 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",`, `  "row 002 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",`, "closed", "tick", ">")
	tm.typed("{1, 2}\r") // is short
	tm.shows("> {1, 2}", "{1, 2}", ">")

	// Ctrl-C is the pager's: nothing here is cancelled by it.
	if err := os.Remove(filepath.Join(tm.cmd.Dir, "printed")); err != nil {
		t.Fatal(err)
	}
	tm.typed(long)
	tm.shows(`  "row 002 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",`)
	tm.typed(ctrlC)
	tm.shows("^C", ">")
	tm.typed("#t\r")
	tm.shows("50", ">")
	tm.typed(ctrlD)
	tm.ends(0)
	if strings.Contains(tm.written(), "cancelled") {
		t.Errorf("something was cancelled: %q", tm.written())
	}

	for pager, says := range map[string]string{"/no/such/pager": "the pager '/no/such/pager' could not be run; $PAGER names another", "": "}"} {
		tm := startTerminal(t, 80, 20, "PAGER="+pager)
		tm.typed(long)
		tm.shows(says, ">")
		if !strings.Contains(tm.written(), "row 030") {
			t.Errorf("PAGER=%q: the rows are not there", pager)
		}
		tm.typed(ctrlD)
		tm.ends(0)
	}
}

// Keys that come while something runs are read when it has ended, after Ctrl-L, too; and what goes back over the end of a
// row does so in terminals whose backspace does that as well.
func TestTerminalTypeAhead(t *testing.T) {
	tm := startTerminal(t, 40, 20)
	tm.typed("'first'\r")
	tm.shows(`"first"`, ">")
	tm.typed("\x0c") // Ctrl-L
	tm.until("nothing but a prompt", func(s string) bool { return s == ">" })
	tm.typed("print('on') or io.read()\r")
	tm.shows("on")
	tm.typed("text\r")
	tm.shows("on", "text", `"text"`, ">")
	tm.typed("'" + strings.Repeat("x", 50) + ctrlA + "#" + ctrlE + "'\r")
	tm.shows("50", ">")
	if strings.Contains(tm.written(), "\b\b") || strings.Contains(tm.written(), "\b\x1b[A") {
		t.Errorf("it goes back by %q", tm.written())
	}
	tm.typed(ctrlD)
	tm.ends(0)
}

// at waits until the cursor is in that column and row.
func (tm *terminal) at(column, row int) {
	tm.t.Helper()
	tm.until(fmt.Sprintf("the cursor at %d, %d", column, row), func(string) bool {
		tm.vt.Lock()
		defer tm.vt.Unlock()
		c := tm.vt.Cursor()
		return c.X == column && c.Y == row
	})
}

// lines are typed one by one, as a person does: each when the cursor is where the one before has put it.
func (tm *terminal) lines(row int, indents []int, lines ...string) {
	tm.t.Helper()
	for i, l := range lines {
		tm.typed(l)
		if i < len(indents) {
			tm.typed("\r")
			tm.at(2+indents[i], row+i+1)
		}
	}
}

// An entry of several lines is edited as one text, and comes back from the history as that.
func TestTerminalSeveralLines(t *testing.T) {
	for _, columns := range []int{40, 80, 200} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			tm := startTerminal(t, columns, 40)
			row := strings.Count(tm.screen(), "\n")
			tm.lines(row, []int{2, 4, 4}, "for i = 1, 2 do", "if i == 2 then", "print(i)")
			tm.typed("end")
			tm.at(2+2+3, row+3) // where "if" is
			tm.typed("\r")
			tm.at(2+2, row+4)
			tm.typed("end\r")
			tm.shows("> for i = 1, 2 do", "    if i == 2 then", "      print(i)", "    end", "  end", "2", ">")

			// Up and down go through the lines; Enter above the last line makes another.
			tm.typed(up + up + up)
			tm.at(2+3, row+6+2)
			tm.typed(ctrlE + " -- i\r")
			tm.at(2+4, row+6+3)
			tm.typed("i = i + 1" + down + down + ctrlE + "\r")
			tm.shows("> for i = 1, 2 do", "    if i == 2 then", "      print(i) -- i", "      i = i + 1", "    end", "  end", "2", ">")
			tm.typed(up)
			tm.shows("      print(i) -- i", "      i = i + 1", "    end", "  end")
			tm.typed(pageUp)
			tm.shows("      print(i)", "    end", "  end")
			tm.typed(pageUp) // there is none before
			tm.typed(pageDown)
			tm.shows("      print(i) -- i", "      i = i + 1", "    end", "  end")

			// Keys of a line act within it.
			tm.typed(up + ctrlA + ctrlK + ctrlE + backspace + ctrlC)
			tm.shows("      print(i) -- i", "      i = i + 1", "  end^C", ">")

			// A word that is more than end goes back to where it was; backspace takes a step.
			tm.typed(ctrlL)
			tm.until("an empty screen", func(s string) bool { return s == ">" })
			tm.lines(0, []int{2}, "f = function()")
			tm.typed("end")
			tm.at(2+3, 1)
			tm.typed("less = 1")
			tm.at(2+2+11, 1)
			tm.typed("\r")
			tm.at(2+2, 2)
			tm.typed(backspace)
			tm.at(2, 2)
			tm.typed(ctrlO)
			tm.at(2+2, 3)
			tm.typed("end" + up + up + "x\x1b\r") // Alt with Enter enters it from wherever
			tm.shows("> f = function()", "    exndless = 1", "", "  end", ">")
			tm.typed(ctrlD)
			tm.ends(0)
		})
	}
}

// Output of tasks while an entry of several lines is edited stands above it, and the entry stays as it is; so it does in a terminal of
// another size, and where it is higher than that.
func TestTerminalOutputAboveSeveralLines(t *testing.T) {
	tm := startTerminal(t, 60, 12)
	tm.typed(ctrlL)
	tm.until("an empty screen", func(s string) bool { return s == ">" })
	tm.typed(pasteBegin + "x = {\n  " + strings.Repeat("1, ", 20) + "\n  two = function()\n  end,\n}" + pasteEnd)
	long := "    " + strings.TrimRight(strings.Repeat("1, ", 19), " ")
	tm.shows("> x = {", long, " 1,", "    two = function()", "    end,", "  }")
	tm.typed(up + up)
	tm.at(3, 3)
	tm.typed(ctrlA + ctrlK)
	tm.shows("> x = {", long, " 1,", "", "    end,", "  }")
	tm.resize(40, 12)
	tm.typed("y = 'in'")
	tm.until("the entry in a narrower terminal", func(s string) bool {
		return strings.HasSuffix(s, "> x = {\n    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,\n1, 1, 1, 1, 1, 1, 1, 1,\n  y = 'in'\n    end,\n  }") && strings.Count(s, "> x = {") == 1
	})
	tm.typed(ctrlC)
	tm.shows("  y = 'in'", "    end,", "  }^C", ">")

	tm.typed("spawn(function() for i = 1, 3 do sleep(0.1) print('tick ' .. i) end io.write('half') end) _ = nil\r")
	tm.typed(pasteBegin + "z = {\n" + strings.Repeat("  1,\n", 20) + "}" + pasteEnd + up)
	tm.until("the end of the entry below the output", func(s string) bool {
		return strings.Contains(tm.written(), "half\r") && strings.HasSuffix(s, strings.Repeat("\n    1,", 10)+"\n  }")
	})
	tm.typed(down + "\r#z\r")
	tm.shows("> #z", "20", ">")
	if screen := regexp.MustCompile(`tick 1\r(.|\n)*tick 2\r(.|\n)*tick 3\r(.|\n)*half\r`); !screen.MatchString(tm.written()) {
		t.Errorf("the lines of the task are missing in %q", tm.written())
	}
	tm.typed(ctrlD)
	tm.ends(0)
}

// The cursor is where it belongs in a line with tabs, and with letters of two columns.
func TestTerminalCursor(t *testing.T) {
	tm := startTerminal(t, 40, 20)
	at := tm.at
	at(2, 1+71/40)
	tm.typed(pasteBegin + "\t'a\tb'" + pasteEnd + left + left)
	at(2+4+2+4, 2)
	tm.typed(left)
	at(2+4+2, 2)
	tm.typed(ctrlU + ctrlE + backspace + backspace + backspace + backspace + "'\u65e5\u672c\u8a9e'" + left)
	at(2+1+6, 2)
	tm.typed(left + left)
	at(2+1+2, 2)
	tm.typed(ctrlE + ctrlU + strings.Repeat("x", 100) + ctrlA) // the emulator of this test knows no wide letters, in rows
	at(2, 2)
	tm.typed(ctrlE)
	at((2+100)%40, 4)
	tm.typed(strings.Repeat(left, 23))
	at(39, 3)
	tm.typed(ctrlU)
	at(2, 2)
	tm.typed(ctrlC + ctrlD)
	tm.ends(0)
}
