//go:build !wasm

package repl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/chzyer/readline"
	"golang.org/x/term"
)

// EditorOptions set up an [Editor].
type EditorOptions struct {
	History string // the file that entries are kept in; "": they are not
	Colour  bool   // colour the line that is typed, and errors
	Quit    func() // called where Ctrl-\ is pressed while a line is typed, where it is no SIGQUIT; nil: it does nothing
}

// Editor is Lines on a terminal, with history, completion and colours.
type Editor struct {
	rl     *readline.Instance
	keys   *keys
	in     *input
	out    *screen
	file   history
	colour bool
	quit   func() // of EditorOptions; or nil

	reading     sync.Mutex // held by ReadLine
	help        Assistant  // for the line that is read
	promptWidth int
	rest        string // of a paste: the lines behind the first
	entries     []string

	prompting atomic.Bool // there is a prompt on the screen, or there soon will
	mu        sync.Mutex  // of Write
	line      string      // what was written after the last end of a line; where a prompt is on the screen, it stands above that
}

// screen is the terminal as the line editor writes to it.
type screen struct {
	*os.File
	mute atomic.Bool
}

func (s *screen) Write(p []byte) (int, error) {
	if s.mute.Load() {
		return len(p), nil
	}
	out := p
	if line, move, ok := bytes.Cut(p, []byte(string(cursor))); ok {
		move, back, _ := bytes.Cut(move, []byte(string(cursor)))
		if bytes.HasPrefix(back, []byte(" \b")) { // the line fills its row: the terminal shall begin the next
			move = append([]byte(" \b"), move...)
		}
		out = append(line[:len(line):len(line)], move...)
	}
	if _, err := s.File.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// moveBack goes from the end of a line to pos in it.
func moveBack(prompt, width int, line []rune, pos int) string {
	end, _ := place(prompt, width, line)
	row, column := place(prompt, width, line[:pos])
	move := "\r"
	if end > row {
		move += fmt.Sprintf("\x1b[%dA", end-row)
	}
	if column > 0 {
		move += fmt.Sprintf("\x1b[%dC", column)
	}
	return move
}

// place is where the cursor is behind text that begins at a column. A wide letter that would not fit begins the next row.
func place(column, width int, text []rune) (row, at int) {
	for _, c := range text {
		w := readline.Runes{}.Width(c)
		if column+w > width {
			row, column = row+1, 0
		}
		if column += w; column >= width {
			row, column = row+1, 0
		}
	}
	return row, column
}

func (s *screen) width() int {
	if n, _, err := term.GetSize(int(s.Fd())); err == nil && n > 0 {
		return n
	}
	return 80
}

// NewEditor makes an editor for a terminal, whose two sides in and out are. Close gives the terminal back.
func NewEditor(in, out *os.File, opts EditorOptions) (*Editor, error) {
	e := &Editor{out: &screen{File: out}, file: history{opts.History}, colour: opts.Colour, quit: opts.Quit}
	var err error
	if e.in, err = newInput(in); err != nil {
		return nil, err
	}
	e.keys = &keys{in: e.in.read}
	cfg := &readline.Config{
		Stdout:                 e.out,
		Stderr:                 e.out,
		HistoryLimit:           entriesKept,
		DisableAutoSaveHistory: true,
		AutoComplete:           completer{e},
		Painter:                painter{e},
		FuncGetWidth:           e.out.width,
		FuncIsTerminal:         func() bool { return true },
		FuncFilterInputRune:    e.filter,
	}
	cfg.SetListener(e.typed)
	if e.in.ours {
		cfg.Stdin = io.NopCloser(e.keys)
		var state *readline.State
		cfg.FuncMakeRaw = func() (err error) {
			state, err = readline.MakeRaw(int(in.Fd()))
			return err
		}
		cfg.FuncExitRaw = func() error {
			if state == nil {
				return nil
			}
			return readline.Restore(int(in.Fd()), state)
		}
		cfg.FuncOnWidthChanged = func(changed func()) {
			e.in.onResize(func() {
				changed()
				e.mu.Lock()
				defer e.mu.Unlock()
				if e.prompting.Load() {
					e.rl.Refresh()
				}
			})
		}
	}
	if e.rl, err = readline.NewEx(cfg); err != nil {
		return nil, fmt.Errorf("repl: the terminal: %w", err)
	}
	e.entries = e.file.read()
	e.loadHistory()
	return e, nil
}

// Width implements Screen.
func (e *Editor) Width() int { return e.out.width() }

// Colour implements Screen.
func (e *Editor) Colour() bool { return e.colour }

// Fd is the terminal that output goes to: it makes a runtime write line by line.
func (e *Editor) Fd() uintptr { return e.out.Fd() }

// Close gives the terminal back, and ends a ReadLine that waits. Write may be called after it.
func (e *Editor) Close() error {
	e.in.close()
	e.reading.Lock()
	defer e.reading.Unlock()
	e.out.mute.Store(true)
	for e.in.ours && !e.in.ended.Load() { // its goroutines must see the end of the input, or they would stay
		if _, err := e.rl.Readline(); errors.Is(err, io.EOF) {
			break
		}
	}
	err := e.rl.Close()
	e.out.mute.Store(false)
	e.in.free()
	return err
}

// ReadLine implements Lines. A line that was pasted, or fetched from the history, may be several.
func (e *Editor) ReadLine(ctx context.Context, prompt string, help Assistant) (string, error) {
	e.reading.Lock()
	defer e.reading.Unlock()
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		e.in.interrupt()
		close(interrupted)
	})
	e.begin(prompt, help)
	line, err := e.rl.Readline()
	e.end(line)
	if !stop() {
		<-interrupted
		e.in.resume()
		err = context.Cause(ctx)
	} else if errors.Is(err, readline.ErrInterrupt) {
		err = ErrInterrupted
	}
	return e.text([]rune(line)), err
}

const (
	pasteModeOn  = "\x1b[?2004h"
	pasteModeOff = "\x1b[?2004l"
)

// begin makes room for the prompt.
func (e *Editor) begin(prompt string, help Assistant) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.help, e.rest = help, ""
	e.promptWidth = readline.Runes{}.WidthAll(readline.Runes{}.ColorFilter([]rune(prompt)))
	room := pasteModeOn
	if e.line != "" {
		room = "\n" + room
	}
	io.WriteString(e.out, room)
	e.rl.SetPrompt(prompt)
	e.prompting.Store(true)
}

// end is called when the line has been entered; what is left of a paste is shown below it.
func (e *Editor) end(line string) {
	e.prompting.Store(false)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.line = ""
	var b strings.Builder
	b.WriteString(pasteModeOff)
	if e.rest != "" {
		indent := strings.Repeat(" ", e.promptWidth)
		first := strings.TrimSuffix(line, string(rest)) + "\n"
		shown := e.rest
		if e.colour {
			shown = paint(first+shown, len(first), -1)
		}
		b.WriteString(indent + strings.ReplaceAll(shown, "\n", "\n"+indent) + "\n")
	}
	io.WriteString(e.out, b.String())
}

// text is what the runes of a line stand for.
func (e *Editor) text(line []rune) string {
	return strings.NewReplacer(string(newline), "\n", string(rest), "\n"+e.rest).Replace(string(line))
}

// clearRow clears a row, whose beginning the cursor is at.
const clearRow = "\x1b[2K"

// Write implements Lines. Output that does not end its line stays above the prompt, and goes on there.
func (e *Editor) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for e.prompting.Load() && !e.rl.Terminal.IsReading() {
		runtime.Gosched() // the prompt is about to come, or the line has just been entered
	}
	before := e.line
	end := strings.LastIndexByte(string(p), '\n') + 1
	if i := strings.LastIndex(string(p), clearRow); i >= 0 { // what stood below the output is taken away
		end = max(end, i+len(clearRow))
	}
	if e.line += string(p); end > 0 {
		e.line = string(p[end:])
	}
	if e.prompting.Load() {
		text := string(p)
		if before != "" && e.fits(before) {
			text = "\x1b[A\r\x1b[K" + before + text
		}
		if e.line != "" {
			text += "\n"
			if !e.fits(e.line) {
				e.line = "" // what comes next gets a line of its own
			}
		}
		if _, err := e.rl.Stdout().Write([]byte(text)); err != nil {
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
	if len(text) >= e.out.width() {
		return false
	}
	for _, c := range []byte(text) {
		if c < ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// Remember implements Lines. An entry that repeats the last, or begins with a space, is not kept.
func (e *Editor) Remember(entry string) {
	if strings.HasPrefix(entry, " ") || len(e.entries) > 0 && e.entries[len(e.entries)-1] == entry {
		return
	}
	e.entries = append(e.entries, entry)
	e.entries = e.entries[max(0, len(e.entries)-entriesKept):]
	e.file.add(entry)
	e.loadHistory()
}

// loadHistory hands all entries over anew: the library would otherwise keep what was edited, not what was entered.
func (e *Editor) loadHistory() {
	e.rl.ResetHistory()
	e.rl.SaveHistory("") // it cannot do with none
	for _, entry := range e.entries {
		e.rl.SaveHistory(strings.ReplaceAll(entry, "\n", string(newline)))
	}
}

const (
	keySuspend = 'Z' - '@'
	keyClear   = 'L' - '@'
	keyQuit    = '\\' - '@'
)

// filter sees each key first.
func (e *Editor) filter(key rune) (rune, bool) {
	switch key {
	case keySuspend:
		if e.in.ours {
			e.rl.Clean()
			e.rl.Terminal.ExitRawMode()
			suspend()
			e.rl.Terminal.EnterRawMode()
			e.rl.Refresh()
		}
		return readline.CharBell, true // which does nothing; false would have the keys after Enter read too early
	case keyQuit:
		if e.quit != nil {
			e.quit()
		}
		return readline.CharBell, true
	case keyClear:
		io.WriteString(e.out, "\x1b[H\x1b[2J") // the library goes to the first row, but leaves what is there
	}
	return key, true
}

// typed is told of each key that has changed the line, and may change it.
func (e *Editor) typed(line []rune, pos int, key rune) ([]rune, int, bool) {
	if key != pasted && key != deleteKey {
		return nil, 0, false
	}
	text := ""
	if key == pasted {
		text = e.keys.nextPaste()
	}
	if pos == 0 || pos > len(line) || line[pos-1] != key { // typed into a search
		return nil, 0, false
	}
	before, after := line[:pos-1], line[pos:]
	if key == deleteKey && len(after) > 0 {
		after = after[1:]
	}
	first, more, several := strings.Cut(text, "\n")
	add := []rune(first)
	if several {
		e.rest = more
		add = append(add, rest)
	}
	return slices.Concat(before, add, after), len(before) + len(add), true
}

// painter is the line as it is shown.
type painter struct{ e *Editor }

// Paint implements readline.Painter.
func (p painter) Paint(line []rune, pos int) []rune {
	src, entered := strings.CutSuffix(string(line), "\n")
	at := len(string(line[:min(pos, len(line))]))
	shown := strings.NewReplacer(string(rest), " ", string(pasted), " ", string(deleteKey), " ").Replace(src)
	sign := "↵"
	if p.e.colour && p.e.help != nil {
		sign = "\x1b[2m↵\x1b[0m"
		before := shown[:min(at, len(shown))]
		at -= strings.Count(before, string(newline)) * (len(string(newline)) - 1)
		shown = p.e.help.Paint(strings.ReplaceAll(shown, string(newline), "\n"), min(at, len(shown)))
		shown = strings.ReplaceAll(shown, "\n", string(newline))
	}
	shown = strings.ReplaceAll(shown, string(newline), sign)
	switch {
	case entered:
		shown += "\n"
	case pos < len(line):
		shown += string(cursor) + moveBack(p.e.promptWidth, p.e.out.width(), line, pos) + string(cursor)
	}
	return []rune(shown)
}

// completer completes as a shell does: what all candidates have in common is inserted, or else they are listed.
type completer struct{ e *Editor }

// listed is how many candidates are shown.
const listed = 200

// Do implements readline.AutoCompleter.
func (c completer) Do(line []rune, pos int) ([][]rune, int) {
	typed := c.e.text(line[:pos])
	if strings.TrimSpace(typed) == "" {
		return [][]rune{[]rune("  ")}, 0
	}
	from, found := c.e.help.Complete(typed, len(typed))
	if len(found) == 0 || from > len(typed) {
		return nil, 0
	}
	word := typed[from:]
	common := found[0]
	for _, f := range found[1:] {
		for !strings.HasPrefix(f, common) {
			_, n := utf8.DecodeLastRuneInString(common)
			common = common[:len(common)-n]
		}
	}
	if more, ok := strings.CutPrefix(common, word); ok && more != "" {
		return [][]rune{[]rune(more)}, utf8.RuneCountInString(word)
	}
	if len(found) > 1 {
		io.WriteString(c.e, columns(found, c.e.out.width()))
	}
	return nil, 0
}

// columns sets names in columns, read downwards.
func columns(names []string, width int) string {
	more := len(names) - listed
	names = names[:min(listed, len(names))]
	cell := 0
	for _, n := range names {
		cell = max(cell, utf8.RuneCountInString(n)+2)
	}
	across := max(1, (width-1)/cell)
	down := (len(names) + across - 1) / across
	var b strings.Builder
	for row := range down {
		for i := row; i < len(names); i += down {
			b.WriteString(names[i])
			if i+down < len(names) {
				b.WriteString(strings.Repeat(" ", cell-utf8.RuneCountInString(names[i])))
			}
		}
		b.WriteString("\n")
	}
	if more > 0 {
		fmt.Fprintf(&b, "... and %d more\n", more)
	}
	return b.String()
}
