//go:build !wasm

package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/chzyer/readline"
)

// EditorOptions set up an [Editor].
type EditorOptions struct {
	History string // the file that entries are kept in; "": they are not
	Colour  bool   // colour the line that is typed, results and errors
	Quit    func() // called where Ctrl-\ is pressed while a line is typed, where it is no SIGQUIT; nil: it does nothing
}

// Editor is Lines on a terminal, with history, completion and colours. An entry of several lines is one text, in which the cursor goes
// up and down: Enter begins another line where the entry goes on, indented, and enters it where it is whole.
//
// The library reads the terminal and says which keys they were; the entry and the screen are the editor's.
type Editor struct {
	rl     *readline.Instance
	keys   *keys
	in     *input
	out    *os.File
	file   history
	colour bool
	quit   func() // of EditorOptions; or nil

	reading sync.Mutex // held by ReadLine
	help    Assistant  // for the entry that is read
	entries []string
	prompt  string

	// For the goroutine that reads the keys, and for ReadLine before and after.
	buf    buffer
	recall recall
	search *search // nil: there is none
	whole  bool    // the Enter that comes enters what there is
	key    rune    // that has ended the entry

	mu        sync.Mutex // of the screen
	lent      bool       // another program has it
	held      []byte     // what was written meanwhile
	back      *sync.Cond // it has given it back
	prompting bool       // there is an entry on the screen
	frame     frame      // that it is in
	line      string     // what was written after the last end of a line; where there is a frame, it stands above that
}

// NewEditor makes an editor for a terminal, whose two sides in and out are. Close gives the terminal back.
func NewEditor(in, out *os.File, opts EditorOptions) (*Editor, error) {
	e := &Editor{out: out, file: newHistory(opts.History), colour: opts.Colour, quit: opts.Quit}
	e.back = sync.NewCond(&e.mu)
	var err error
	if e.in, err = newInput(in); err != nil {
		return nil, err
	}
	e.keys = &keys{in: e.in.read}
	cfg := &readline.Config{
		Stdout:                 io.Discard,
		Stderr:                 io.Discard,
		HistoryLimit:           -1,
		DisableAutoSaveHistory: true,
		UniqueEditLine:         true,
		FuncGetWidth:           func() int { return 1 << 20 },
		FuncIsTerminal:         func() bool { return true },
		FuncFilterInputRune:    e.filter,
		FuncOnWidthChanged:     func(func()) { e.in.onResize(e.redraw) },
	}
	cfg.SetListener(func(line []rune, _ int, key rune) ([]rune, int, bool) {
		if line == nil && key == 0 { // the terminal is ready for keys
			e.begin()
		}
		return nil, 0, false
	})
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
	}
	if e.rl, err = readline.NewEx(cfg); err != nil {
		return nil, fmt.Errorf("repl: the terminal: %w", err)
	}
	e.entries = e.file.read()
	return e, nil
}

// Close gives the terminal back, and ends a ReadLine that waits. Write may be called after it.
func (e *Editor) Close() error {
	e.in.close()
	e.reading.Lock()
	defer e.reading.Unlock()
	e.prompt, e.help = "", nil
	for e.in.ours && !e.in.ended.Load() { // its goroutines must see the end of the input, or they would stay
		if _, err := e.rl.Readline(); errors.Is(err, io.EOF) {
			break
		}
	}
	err := e.rl.Close()
	e.in.free()
	return err
}

// ReadLine implements Lines. It may return several lines.
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
	e.prompt, e.help = prompt, help
	e.buf = buffer{cells: -1, killed: e.buf.killed}
	e.recall = recall{entries: e.entries, at: len(e.entries)}
	e.search, e.whole, e.key = nil, false, 0
	_, err := e.rl.Readline()
	e.end()
	if !stop() {
		<-interrupted
		e.in.resume()
		err = context.Cause(ctx)
	} else if errors.Is(err, readline.ErrInterrupt) {
		err = ErrInterrupted
	}
	return strings.TrimRight(string(e.buf.text), " \t\n"), err
}

// begin shows the prompt.
func (e *Editor) begin() {
	if e.help == nil {
		return // it is being closed
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	room := pasteModeOn
	if e.line != "" {
		room = "\r\n" + room
	}
	e.prompting = true
	e.draw(room, e.view())
}

// end is called when the entry has been entered: all of it stays on the screen.
func (e *Editor) end() {
	v := view{prompt: e.prompt, text: e.painted(visible(e.buf.text), -1), pos: -1}
	switch e.key {
	case readline.CharInterrupt:
		v.text += "^C"
	case readline.CharDelete:
		v.text += "^D"
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.prompting {
		return
	}
	columns, rows := e.size()
	var b strings.Builder
	b.WriteString(e.frame.erase(columns, rows))
	all, _, _ := v.layout(columns)
	writeRows(&b, all)
	b.WriteString("\r\n" + pasteModeOff)
	e.prompting, e.line = false, ""
	_, _ = io.WriteString(e.out, b.String())
}

// remembered are the entries of the history, oldest first.
func (e *Editor) remembered() []string { return e.entries }

// Remember implements Lines. An entry that repeats the last, or begins with a space, is not kept.
func (e *Editor) Remember(entry string) {
	if strings.HasPrefix(entry, " ") || len(e.entries) > 0 && e.entries[len(e.entries)-1] == entry {
		return
	}
	e.entries = append(e.entries, entry)
	e.entries = e.entries[max(0, len(e.entries)-entriesKept):]
	e.file.add(entry)
}

const (
	keySuspend = 'Z' - '@'
	keyQuit    = '\\' - '@'
	keyCancel  = 'G' - '@'
	keyOpen    = 'O' - '@'
)

// filter is given each key by the library, and does what it is for. The library is told of the keys alone that end the entry: to it
// the entry is empty, and any other key is a bell, which does nothing. Some keys it reads no further behind; ok is then false, which has it read on.
func (e *Editor) filter(key rune) (told rune, ok bool) {
	if e.help == nil { // it is being closed
		return key, true
	}
	if e.search != nil && e.searched(key) {
		e.changed()
		return e.readOn(key)
	}
	if e.ends(key) {
		e.key = key
		if key == 0 && len(e.buf.text) == 0 || key == readline.CharInterrupt || key == readline.CharDelete {
			return key, true
		}
		return readline.CharEnter, true
	}
	e.edit(key)
	e.changed()
	return e.readOn(key)
}

// readOn has the library read the next key.
func (e *Editor) readOn(key rune) (told rune, ok bool) {
	switch key {
	case readline.CharInterrupt, readline.CharEnter, readline.CharCtrlJ, readline.CharDelete:
		return 0, false
	}
	return readline.CharBell, true
}

// ends reports whether a key ends the entry.
func (e *Editor) ends(key rune) bool {
	switch key {
	case 0, readline.CharInterrupt:
		return true
	case readline.CharDelete:
		return len(e.buf.text) == 0
	case readline.CharEnter, readline.CharCtrlJ:
		return e.whole || e.buf.lastLine() && !e.help.More(string(e.buf.text))
	}
	return false
}

// searched is what a key does to the search; false: it ends it, and is one for the entry.
func (e *Editor) searched(key rune) bool {
	s := e.search
	switch {
	case key == readline.CharInterrupt || key == keyCancel:
		e.buf, e.search = s.was, nil
		return true
	case key == readline.CharBckSearch:
		s.find(s.at-1, -1)
	case key == readline.CharFwdSearch:
		s.find(s.at+1, 1)
	case key == readline.CharBackspace || key == readline.CharCtrlH:
		_, n := utf8.DecodeLastRuneInString(s.query)
		s.query = s.query[:len(s.query)-n]
		s.find(len(s.entries)-1, -1)
	case key >= ' ' && (key < pasted || key >= afterKeys):
		s.query += string(key)
		s.find(min(s.at, len(s.entries)-1), -1)
	default:
		if s.at < len(s.entries) {
			e.recall.at = s.at
		}
		e.buf, e.search = s.shown(), nil
		if key == readline.CharEnter || key == readline.CharCtrlJ {
			e.buf.pos = len(e.buf.text)
		}
		return false
	}
	return true
}

// edit does what a key is for that does not end the entry.
func (e *Editor) edit(key rune) {
	b := &e.buf
	vertical, recalls := false, false
	switch key {
	case readline.CharPrev, readline.CharNext:
		if key == readline.CharPrev && b.up() || key == readline.CharNext && b.down() {
			vertical = true
			break
		}
		fallthrough
	case pageUp, pageDown:
		by := 1
		if key == readline.CharPrev || key == pageUp {
			by = -1
		}
		recalls = e.recalled(by)
	case readline.CharBackward:
		b.pos = b.before(b.pos)
	case readline.CharForward:
		b.pos = b.next(b.pos)
	case readline.MetaBackward:
		b.pos = b.wordLeft()
	case readline.MetaForward:
		b.pos = b.wordRight()
	case readline.CharLineStart:
		b.pos = b.lineStart(b.pos)
	case readline.CharLineEnd:
		b.pos = b.lineEnd(b.pos)
	case firstKey:
		b.pos = 0
	case lastKey:
		b.pos = len(b.text)
	case readline.CharBackspace, readline.CharCtrlH:
		e.backspace()
	case readline.CharDelete, deleteKey:
		if b.pos < len(b.text) {
			b.replace(b.pos, b.next(b.pos), "")
		}
	case readline.CharKill:
		end := b.lineEnd(b.pos)
		if end == b.pos && end < len(b.text) {
			end++ // the end of the line itself
		}
		b.kill(b.pos, end)
	case readline.CharCtrlU:
		b.kill(b.lineStart(b.pos), b.pos)
	case readline.CharCtrlW, readline.MetaBackspace:
		b.kill(b.wordLeft(), b.pos)
	case readline.MetaDelete:
		from, to := b.pos, b.wordRight()
		b.kill(from, to)
		b.pos = from
	case readline.CharCtrlY:
		b.insert(string(b.killed))
	case readline.CharTranspose:
		b.swap()
	case readline.CharEnter, readline.CharCtrlJ:
		if e.keys.ahead() { // what is behind it has its own blanks
			b.insert("\n")
		} else {
			b.newline()
		}
	case keyOpen:
		b.newline()
	case readline.CharTab:
		e.complete()
	case outdent:
		start := b.lineStart(b.pos)
		n := 0
		for n < len(unit) && start+n < len(b.text) && b.text[start+n] == ' ' {
			n++
		}
		pos := max(start, b.pos-n)
		b.replace(start, start+n, "")
		b.pos = pos
	case readline.CharBckSearch, readline.CharFwdSearch:
		e.search = &search{entries: e.entries, at: len(e.entries), was: *b}
	case readline.CharCtrlL:
		e.mu.Lock()
		e.frame.drawn, e.line = false, ""
		_, _ = io.WriteString(e.out, "\x1b[H\x1b[2J")
		e.mu.Unlock()
	case keySuspend:
		e.suspend()
	case keyQuit:
		if e.quit != nil {
			e.quit()
		}
	case wholeKey:
		e.whole = true
	case pasted:
		e.paste(e.keys.nextPaste())
	default:
		if key >= ' ' && key != 0x7f && utf8.ValidRune(key) && key != utf8.RuneError {
			b.insert(string(key))
			b.reindent()
		}
	}
	e.recall.moving = recalls
	if !vertical {
		b.cells = -1
	}
}

// recalled fetches the next entry of the history, or the one before.
func (e *Editor) recalled(by int) bool {
	text, ok := e.recall.move(by, string(e.buf.text), string(e.buf.text[:e.buf.pos]))
	if ok {
		e.buf.text = []rune(text)
		e.buf.pos = len(e.buf.text)
	}
	return ok
}

// backspace takes away the character before the cursor, and of blanks that a line begins with a whole step.
func (e *Editor) backspace() {
	b := &e.buf
	start := b.lineStart(b.pos)
	if n := b.pos - start; start > 0 && n > 0 && strings.Trim(string(b.text[start:b.pos]), " ") == "" {
		b.replace(b.pos-(n-1)%len(unit)-1, b.pos, "")
	} else if b.pos > 0 {
		b.replace(b.before(b.pos), b.pos, "")
	}
}

// paste inserts a text as it is: where it begins with blanks of its own, those that the line was given make way.
func (e *Editor) paste(text string) {
	b := &e.buf
	start := b.lineStart(b.pos)
	if start > 0 && strings.HasPrefix(text, " ") && strings.Trim(string(b.text[start:b.pos]), " ") == "" {
		b.replace(start, b.pos, "")
	}
	b.insert(text)
}
