package interp

import (
	"io"
	"os"
	"strconv"
	"sync"

	lua "github.com/yuin/gopher-lua"
	"golang.org/x/term"

	"github.com/lull-lua/lull/interp/internal/stdio"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Terminal is the terminal that a runtime writes to, where a person looks on: standard error, or else standard output, of [WithStdio],
// whose writer has a method Fd as an [os.File] has. Output of scripts scrolls there, and below it stand the footers. While a program
// that a script has started writes to it as well there are no footers, and none while a script reads what is typed there, a
// [Runtime.HoldTerminal] lasts, or a line that was begun moves the cursor.
//
// Its methods may be called from any goroutine.
type Terminal struct{ rt *Runtime }

// Terminal is the runtime's terminal.
func (rt *Runtime) Terminal() Terminal { return Terminal{rt} }

// Terminal is the runtime's terminal.
func (c *Call) Terminal() Terminal { return Terminal{c.rt} }

// Live reports whether footers are shown: there is a terminal, and it understands escape sequences.
func (t Terminal) Live() bool { return t.rt.tty != nil }

// Size is how many columns and rows the terminal has now. Where there is none it is what the variables COLUMNS and LINES say that
// [WithEnv] gave, or else 80 and 24.
func (t Terminal) Size() (columns, rows int) { return t.rt.terminalSize() }

// Footer has lines shown below what is printed, until remove is called; those of others that came before are above them. lines is asked
// ten times a second, on a goroutine of the runtime's, for the width that there is: it must not write, nor call the terminal. Colours
// may be in the lines, and what is longer than a row is cut. Without a terminal nothing is shown, and lines is never asked.
func (t Terminal) Footer(lines func(columns int) []string) (remove func()) {
	if t.rt.tty == nil {
		return func() {}
	}
	f := t.rt.tty.Show(func(columns int) (text []string) {
		if p := vm.Guard("the lines of a footer", func() { text = lines(columns) }); p != nil {
			text = []string{newError(p).Error()}
		}
		return text
	})
	return sync.OnceFunc(func() { t.rt.tty.Remove(f) })
}

// Warn writes a line to standard error, above the footers: from any goroutine, while a task computes as well.
func (t Terminal) Warn(line string) {
	if w := t.rt.cfg.stderr; w != nil {
		_, _ = t.rt.writer(w).Write([]byte(line + "\n")) // nobody is left to be told
	}
}

// Cells is how many cells of a terminal's row a text takes: wide characters take two, marks and escape sequences none.
func Cells(text string) int { return stdio.Cells(text) }

// CutCells is the beginning of a text that takes at most so many cells, with all of its escape sequences.
func CutCells(text string, most int) string { return stdio.Cut(text, most) }

// openTerminal finds the terminal.
func (rt *Runtime) openTerminal() {
	if name, _ := (&host{rt: rt}).Getenv("TERM"); name == "dumb" {
		return
	}
	for _, w := range []io.Writer{rt.cfg.stderr, rt.cfg.stdout} {
		if fd, ok := stdio.TerminalOf(w); ok && takesEscapes(fd) {
			rt.tty = stdio.NewTerminal(w, func() (columns, rows int) { return sizeOf(fd) })
			return
		}
	}
}

func (rt *Runtime) closeTerminal() {
	if rt.isolate != nil {
		return // it is that of the runtime that made it
	}
	rt.typing.restore()
	if rt.tty != nil {
		rt.tty.Close()
	}
}

// holdFooter takes the footers away until show is called.
func (rt *Runtime) holdFooter() (show func()) {
	if rt.tty == nil {
		return func() {}
	}
	return rt.tty.Hold()
}

// leadsToTerminal reports whether a writer of the host's leads to the terminal with the footers.
func (rt *Runtime) leadsToTerminal(w io.Writer) bool {
	if rt.tty == nil {
		return false
	}
	_, ok := stdio.TerminalOf(w)
	return ok // a process has one terminal, as a rule
}

// Shows implements lualib.Host.
func (h *host) Shows(files []*os.File) (done func()) {
	for _, f := range files {
		if h.rt.leadsToTerminal(f) {
			return h.rt.holdFooter()
		}
	}
	return func() {}
}

// sizeOf is the size of a terminal; some have none.
func sizeOf(fd int) (columns, rows int) {
	columns, rows, err := term.GetSize(fd)
	if err != nil || columns <= 0 || rows <= 0 {
		return 80, 24
	}
	return columns, rows
}

func (rt *Runtime) terminalSize() (columns, rows int) {
	for _, w := range []io.Writer{rt.cfg.stdout, rt.cfg.stderr} {
		if fd, ok := stdio.TerminalOf(w); ok {
			if columns, rows, err := term.GetSize(fd); err == nil && columns > 0 && rows > 0 {
				return columns, rows
			}
		}
	}
	columns, rows = 80, 24
	for name, n := range map[string]*int{"COLUMNS": &columns, "LINES": &rows} {
		text, _ := (&host{rt: rt}).Getenv(name)
		if v, err := strconv.Atoi(text); err == nil && v > 0 {
			*n = v
		}
	}
	return columns, rows
}

// IsTerminal reports whether a handle of Lua's, such as io.stdout, leads to a terminal; ok is false where the value is no handle that is
// open.
func (c *Call) IsTerminal(handle Value) (is, ok bool) {
	stream, ok := c.rt.libs.StreamOf(handle.lua())
	if ok {
		_, is = stdio.TerminalOf(stream)
	}
	return is, ok
}

// StderrIsTerminal reports whether a person reads standard error as it is written.
func (c *Call) StderrIsTerminal() bool {
	_, ok := stdio.TerminalOf(c.rt.cfg.stderr)
	return ok
}

// StdoutIsTerminal reports whether a person reads what is printed as it is written.
func (c *Call) StdoutIsTerminal() bool {
	_, ok := stdio.TerminalOf(c.rt.cfg.stdout)
	return ok
}

// typing is what a person types on the terminal that standard input is.
type typing struct {
	mu   sync.Mutex
	show func() // shows it again; nil: it shows
}

// restore shows what is typed, if it does not.
func (t *typing) restore() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.show != nil {
		t.show()
		t.show = nil
	}
}

// Prompt asks a person who sits at the terminal: it writes text to the terminal, where the footers make way, and returns the line that
// is typed, without its end. The output of others meanwhile comes when the line is there. secret says that what is typed is not shown. ok is false where nobody sits there: standard input is no
// terminal, or the runtime writes to none. At the end of the input the error is of kind closed. It is a checkpoint.
func (c *Call) Prompt(text string, secret bool) (line string, ok bool, err error) {
	rt := c.rt
	fd, isTerminal := stdio.TerminalOf(rt.cfg.stdin)
	var to io.Writer
	for _, w := range []io.Writer{rt.cfg.stdout, rt.cfg.stderr} {
		if _, is := stdio.TerminalOf(w); is {
			to = w
		}
	}
	if !isTerminal || to == nil {
		return "", false, nil
	}
	if err := c.Checkpoint(); err != nil {
		return "", true, err
	}
	_ = rt.out.Flush() // an error is kept for the next print, or the end
	defer rt.holdFooter()()
	say := func(to io.Writer, text string) error {
		_, err := rt.writer(to).Write([]byte(text))
		return err
	}
	if rt.tty != nil {
		var done func() error
		say, done = rt.tty.Ask()
		defer func() {
			if lost := done(); err == nil && lost != nil {
				err = failed(lost)
			}
		}()
	}
	if secret {
		show, err := hideTyping(fd)
		if err != nil {
			return "", true, Errorf(KindIO, "the terminal cannot hide what is typed: %w", err)
		}
		rt.typing.mu.Lock()
		rt.typing.show = show
		rt.typing.mu.Unlock()
		defer func() {
			rt.typing.restore()
			_ = say(to, "\n") // the one that was typed has not shown
		}()
	}
	if err := say(to, text); err != nil {
		return "", true, err
	}
	handle, format := Value{rt.libs.Stdin(), rt}, Value{lua.LString("*l"), rt}
	read, _ := handle.Method("read")
	vals, err := c.CallWithin(c.Name(), read, handle, format)
	if err != nil {
		return "", true, err
	}
	line, ok = vals.Get(1).Text()
	if !ok {
		return "", true, Errorf(KindClosed, "%s: standard input has ended", c.Name())
	}
	return line, true, nil
}
