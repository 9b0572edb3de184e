//go:build !wasm

package repl

import (
	"errors"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// size is that of the terminal.
func (e *Editor) size() (columns, rows int) {
	columns, rows, err := term.GetSize(int(e.out.Fd()))
	if err != nil || columns <= 0 || rows <= 0 {
		return 80, 24
	}
	return columns, rows
}

// Width implements Screen.
func (e *Editor) Width() int {
	columns, _ := e.size()
	return columns
}

// Height implements Lender.
func (e *Editor) Height() int {
	_, rows := e.size()
	return rows
}

// Colour implements Screen.
func (e *Editor) Colour() bool { return e.colour }

// Fd is the terminal that output goes to: it makes a runtime write line by line.
func (e *Editor) Fd() uintptr { return e.out.Fd() }

const (
	pasteModeOn  = "\x1b[?2004h"
	pasteModeOff = "\x1b[?2004l"
)

// view is how the entry looks.
func (e *Editor) view() view {
	b, status := e.buf, ""
	if e.search != nil {
		b, status = e.search.shown(), e.search.status()
	}
	v := view{prompt: e.prompt, text: e.painted(visible(b.text), len(visible(b.text[:b.pos]))), pos: b.pos, status: status}
	if b.pos == len(b.text) {
		v.pos = -1
	}
	return v
}

// visible is a text in which nothing is an order to the terminal: an entry of the history, or from an editor, may have anything in it.
func visible(text []rune) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return utf8.RuneError
		}
		return r
	}, string(text))
}

// mostPainted is how many bytes of an entry are looked through for colours at each key.
const mostPainted = 100_000

func (e *Editor) painted(text string, at int) string {
	if len(text) > mostPainted || !e.colour || e.help == nil {
		return text
	}
	return e.help.Paint(text, at)
}

// draw writes text, and draws v below it. The caller holds mu.
func (e *Editor) draw(text string, v view) {
	columns, rows := e.size()
	erase := e.frame.erase(columns, rows)
	_, _ = io.WriteString(e.out, erase+text+e.frame.draw(v, columns, rows)) // a terminal that is gone ends the input
}

// changed shows the entry as it is now.
func (e *Editor) changed() {
	v := e.view()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.prompting {
		e.draw("", v)
	}
}

// redraw draws the entry in a terminal of another size.
func (e *Editor) redraw() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.prompting && e.frame.drawn {
		e.draw("", e.frame.view)
	}
}

// clearRow clears a row, whose beginning the cursor is at.
const clearRow = "\x1b[2K"

// mostHeld is how much output is kept while another program has the terminal.
const mostHeld = 1 << 20

// Write implements Lines. Output that does not end its line stays above the prompt, and goes on there. While another program has the
// terminal it is kept until that gives it back, and the write that has too much waits.
func (e *Editor) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.lent {
		if len(e.held) < mostHeld {
			e.held = append(e.held, p...)
			return len(p), nil
		}
		e.back.Wait()
	}
	return e.write(p)
}

func (e *Editor) write(p []byte) (int, error) {
	before := e.line
	end := strings.LastIndexByte(string(p), '\n') + 1
	if i := strings.LastIndex(string(p), clearRow); i >= 0 { // what stood below the output is taken away
		end = max(end, i+len(clearRow))
	}
	if e.line += string(p); end > 0 {
		e.line = string(p[end:])
	}
	if e.prompting {
		text := string(p)
		if before != "" && e.fits(before) {
			text = "\x1b[A\r\x1b[K" + before + text
		}
		if e.line != "" {
			text += "\r\n"
			if !e.fits(e.line) {
				e.line = "" // what comes next gets a line of its own
			}
		}
		columns, rows := e.size()
		text = e.frame.erase(columns, rows) + text
		if _, err := io.WriteString(e.out, text+e.frame.draw(e.frame.view, columns, rows)); err != nil {
			return 0, err
		}
		return len(p), nil
	}
	if len(e.line) > 4096 {
		e.line = e.line[:4096] // that there is something is all that matters
	}
	return e.out.Write(p)
}

// fits reports whether text takes no more than one row of the screen.
func (e *Editor) fits(text string) bool {
	if len(text) >= e.Width() {
		return false
	}
	for _, c := range []byte(text) {
		if c < ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// suspend stops the process, as Ctrl-Z does, until it is continued.
func (e *Editor) suspend() {
	if !e.in.ours {
		return
	}
	columns, rows := e.size()
	e.mu.Lock()
	_, _ = io.WriteString(e.out, e.frame.erase(columns, rows)+pasteModeOff)
	e.mu.Unlock()
	_ = e.rl.Terminal.ExitRawMode()
	suspend()
	_ = e.rl.Terminal.EnterRawMode() // where either fails the terminal is gone, which ends the input
	_, _ = io.WriteString(e.out, pasteModeOn)
}

// Lend implements Lender.
func (e *Editor) Lend(run func(in, out *os.File) error) error {
	e.reading.Lock()
	defer e.reading.Unlock()
	e.mu.Lock()
	e.lent = true
	e.mu.Unlock()
	err := e.in.lend(e.out, run)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lent, e.line = false, ""
	columns, _ := e.size() // so many blanks lead to another row, unless the program has left the cursor at the beginning of one
	_, lost := io.WriteString(e.out, strings.Repeat(" ", columns-1)+"\r\x1b[K")
	err = errors.Join(err, lost)
	held := e.held
	e.held = nil
	e.back.Broadcast()
	if len(held) > 0 {
		_, lost := e.write(held)
		err = errors.Join(err, lost)
	}
	return err
}
