package stdio

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Terminal is one that a runtime writes to. Nothing else writes there: what scripts print scrolls, and below it stands a footer, the
// lines of whoever has something to show. It may be used from any goroutine.
//
// The footer is taken away before anything is written, and drawn anew behind it, in the same write. So the cursor stands at the end of
// the footer, or, where there is none, behind what was written last.
type Terminal struct {
	out  io.Writer // where the footer is drawn
	size func() (columns, rows int)

	mu      sync.Mutex
	footers []*Footer
	held    int           // how many want the terminal to themselves
	drawn   []int         // the cells that the rows of the footer took; nil: it is not there
	text    []byte        // of the footer
	line    []byte        // what was written since the last end of a line
	lost    bool          // line is not all of it
	unsure  bool          // somebody else has written: the cursor may be anywhere in a line
	asking  int           // how many ask a person for a line, who is typing
	kept    []kept        // what others have written meanwhile
	room    int           // for more of that, in bytes
	ticks   chan struct{} // closed to end the goroutine that draws; nil: there is none
	drawing sync.WaitGroup
	closed  bool
}

// Footer are the lines of one who has something to show.
type Footer struct{ lines func(columns int) []string }

// kept is something that was written while a person typed.
type kept struct {
	to   io.Writer
	text []byte
}

// maxKept bounds what is kept while a person types, in bytes: more is written in the middle of that.
const maxKept = 1 << 20

// drawEach is how often the footer is drawn anew.
const drawEach = 100 * time.Millisecond

// maxLine is how much of an unfinished line is remembered.
const maxLine = 4096

// NewTerminal is for a writer that leads to a terminal, which understands escape sequences and whose size size tells.
func NewTerminal(out io.Writer, size func() (columns, rows int)) *Terminal {
	return &Terminal{out: out, size: size}
}

// Show has lines shown below what is written, those that were there before above them, until Remove. The function is called ten times a
// second, on a goroutine of the terminal's or of who writes: it must not write.
func (t *Terminal) Show(lines func(columns int) []string) *Footer {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := &Footer{lines}
	if t.closed {
		return f
	}
	t.footers = append(t.footers, f)
	if t.ticks == nil {
		end := make(chan struct{})
		t.ticks = end
		t.drawing.Go(func() { t.draws(end) })
	}
	return f
}

// Remove takes lines away.
func (t *Terminal) Remove(f *Footer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.footers {
		if t.footers[i] == f {
			t.footers = append(t.footers[:i:i], t.footers[i+1:]...)
			t.redraw()
			break
		}
	}
	t.rest()
}

// rest ends the goroutine that draws, if there is nothing to draw.
func (t *Terminal) rest() {
	if len(t.footers) == 0 && t.ticks != nil {
		close(t.ticks)
		t.ticks = nil
	}
}

// Close takes the footer away for good, and waits for the goroutine that draws.
func (t *Terminal) Close() {
	t.mu.Lock()
	t.closed = true
	t.asking = 0
	_ = t.release() // whose error done would tell
	t.footers = nil
	t.redraw()
	t.rest()
	t.mu.Unlock()
	t.drawing.Wait()
}

func (t *Terminal) draws(end <-chan struct{}) {
	tick := time.NewTicker(drawEach)
	defer tick.Stop()
	for {
		t.mu.Lock()
		t.redraw()
		t.mu.Unlock()
		select {
		case <-tick.C:
		case <-end:
			return
		}
	}
}

// Hold takes the footer away until release is called, as somebody else writes to the terminal or reads from it.
func (t *Terminal) Hold() (release func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held++
	t.redraw()
	return sync.OnceFunc(func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.held--
		t.line, t.lost, t.unsure = t.line[:0], false, true
	})
}

// redraw draws the footer anew, if it has changed. The terminal may be gone, which the next who writes is told.
func (t *Terminal) redraw() {
	rows := t.rows()
	if text := strings.Join(rows, "\n"); t.drawn != nil && len(rows) > 0 && text == string(t.text) && t.fits() {
		return
	}
	var b bytes.Buffer
	t.erase(&b)
	t.draw(&b, rows)
	if b.Len() > 0 {
		_, _ = t.out.Write(b.Bytes())
	}
}

// fits reports whether the terminal is as wide as it was.
func (t *Terminal) fits() bool {
	columns, _ := t.size()
	for _, n := range t.drawn {
		if n >= columns {
			return false
		}
	}
	return true
}

// rows are the footer's, which take no more than half of the terminal; none where it cannot be shown now.
func (t *Terminal) rows() (rows []string) {
	columns, height := t.size()
	if t.held > 0 || len(t.footers) == 0 || columns < 2 {
		return nil
	}
	if _, ok := column(string(t.line), columns); !ok || t.lost {
		return nil
	}
	for _, f := range t.footers {
		for _, line := range f.lines(columns) {
			line, _, _ = strings.Cut(line, "\n")
			rows = append(rows, Cut(line, columns-1))
		}
	}
	if most := max(1, height/2); len(rows) > most {
		more := len(rows) - most + 1
		rows = append(rows[:most-1], Cut(fmt.Sprintf("... and %d more", more), columns-1))
	}
	return rows
}

// erase takes the footer away: the cursor is then where it was before that was drawn.
func (t *Terminal) erase(b *bytes.Buffer) {
	if t.drawn == nil {
		return
	}
	columns, _ := t.size()
	rows := 0
	for _, n := range t.drawn { // of a terminal that has become narrower, rows have become several
		rows += max(1, (n+columns-1)/max(columns, 1))
	}
	b.WriteString("\r\x1b[2K" + strings.Repeat("\x1b[A\x1b[2K", rows-1)) // tmux would keep what is cleared to the end of the screen
	if len(t.line) > 0 {
		b.WriteString("\x1b[A")
		if at, _ := column(string(t.line), columns); at > 0 {
			fmt.Fprintf(b, "\x1b[%dC", at)
		}
	}
	t.drawn = nil
}

// draw draws the footer.
func (t *Terminal) draw(b *bytes.Buffer, rows []string) {
	if len(rows) == 0 {
		return
	}
	switch {
	case len(t.line) > 0:
		b.WriteString("\r\n")
	case t.unsure: // a row of blanks goes on in the next row, unless the cursor is at the beginning of one
		columns, _ := t.size()
		b.WriteString(strings.Repeat(" ", columns) + "\r\x1b[K")
	}
	t.unsure = false
	t.drawn = t.drawn[:0:0]
	for i, row := range rows {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(row)
		t.drawn = append(t.drawn, Cells(row))
	}
	t.text = append(t.text[:0], strings.Join(rows, "\n")...)
}

// Ask has what is written kept until done is called, which writes it: else it would tear the line that a person is typing. say writes at
// once.
func (t *Terminal) Ask() (say func(to io.Writer, text string) error, done func() error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.asking++; t.asking == 1 {
		t.room = maxKept
	}
	say = func(to io.Writer, text string) error {
		t.mu.Lock()
		defer t.mu.Unlock()
		_, err := t.write(to, []byte(text))
		return err
	}
	return say, func() error {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.asking--; t.asking > 0 {
			return nil
		}
		return t.release()
	}
}

// release writes what was kept.
func (t *Terminal) release() (err error) {
	all := t.kept
	t.kept = nil
	for _, k := range all {
		if _, werr := t.write(k.to, k.text); err == nil {
			err = werr
		}
	}
	return err
}

// Write writes to a writer that leads to the terminal, above the footer.
func (t *Terminal) Write(to io.Writer, p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.asking > 0 {
		if len(p) <= t.room {
			t.room -= len(p)
			if n := len(t.kept); n > 0 && t.kept[n-1].to == to {
				t.kept[n-1].text = append(t.kept[n-1].text, p...)
			} else {
				t.kept = append(t.kept, kept{to, bytes.Clone(p)})
			}
			return len(p), nil
		}
		t.room = 0
		if err := t.release(); err != nil {
			return 0, err
		}
	}
	return t.write(to, p)
}

// write is Write, at once.
func (t *Terminal) write(to io.Writer, p []byte) (int, error) {
	if len(t.footers) == 0 && t.drawn == nil {
		t.note(p)
		return to.Write(p)
	}
	var b bytes.Buffer
	t.erase(&b)
	before := b.Len()
	b.Write(p)
	t.note(p)
	rows := t.rows()
	t.draw(&b, rows)
	n, err := to.Write(b.Bytes())
	if n = min(max(n-before, 0), len(p)); err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, err
}

// note remembers the line that has no end yet.
func (t *Terminal) note(p []byte) {
	if i := bytes.LastIndexByte(p, '\n'); i >= 0 {
		p = p[i+1:]
		t.line, t.lost, t.unsure = t.line[:0], false, false
	}
	if room := maxLine - len(t.line); len(p) > room {
		p, t.lost = p[:room], true
	}
	t.line = append(t.line, p...)
}
