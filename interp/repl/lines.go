package repl

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
)

// Lines is where a REPL's lines come from, and where what it and its tasks print goes: an [Editor] on a terminal, [Plain]
// elsewhere, or whatever a host has, its own line editor for one.
type Lines interface {
	// ReadLine shows the prompt and returns the next line, without its end, or several lines at once. It is called by one goroutine at a time. When ctx
	// ends it returns soon, with ctx's cause, and what was typed is lost. io.EOF is the end of the input, or Ctrl-D;
	// ErrInterrupted is Ctrl-C, and comes with what was typed. help knows what can be completed and how the line looks in colour.
	ReadLine(ctx context.Context, prompt string, help Assistant) (string, error)

	// Remember adds an entry, of one line or several, to the history.
	Remember(entry string)

	// Write shows output, above the prompt if there is one. It may be called from any goroutine.
	io.Writer
}

// Screen is what Lines may also know.
type Screen interface {
	Width() int   // columns; 0: unknown
	Colour() bool // escape sequences for colours are understood and wanted
}

// Lender is what Lines may also be: a terminal that another program may have for a while, an editor or a pager.
type Lender interface {
	// Height is how many rows the terminal has.
	Height() int

	// Lend calls run, for a program that takes the terminal; what is written meanwhile waits. It is not called during a ReadLine.
	Lend(run func(in, out *os.File) error) error
}

// Assistant helps a line editor. Its methods may be called from any goroutine while ReadLine waits.
type Assistant interface {
	// Complete returns what may stand in line from the byte offset from on, up to the cursor at pos. The candidates are
	// sorted.
	Complete(line string, pos int) (from int, candidates []string)

	// More reports whether what was typed, of one line or several, goes on in another: "if x then".
	More(text string) bool

	// Paint is the line with colours, as escape sequences of a terminal; the cursor is at the byte offset pos.
	Paint(line string, pos int) string
}

// ErrInterrupted is what ReadLine returns when the person pressed Ctrl-C.
var ErrInterrupted = errors.New("interrupted")

// Plain reads lines without editing: where there is no terminal, or a dumb one.
type Plain struct {
	out io.Writer

	in      *bufio.Reader
	reading chan struct{} // nil unless a line is being read; closed when it has come
	line    string        // for ReadLine once reading is closed
	err     error

	mu    sync.Mutex
	mid   bool // what was written last did not end its line
	shown bool // what was written last is a prompt
}

// NewPlain returns Lines that reads from in, and shows the prompts and all output on out. It reads from in only while a
// line is wanted, but where ReadLine was cancelled, the read goes on, for the next call to have its line.
func NewPlain(in io.Reader, out io.Writer) *Plain {
	return &Plain{in: bufio.NewReader(in), out: out}
}

// ReadLine implements Lines.
func (p *Plain) ReadLine(ctx context.Context, prompt string, _ Assistant) (string, error) {
	if err := p.prompt(prompt); err != nil {
		return "", err
	}
	if p.reading == nil {
		p.reading = make(chan struct{})
		go func() {
			defer close(p.reading)
			p.line, p.err = p.in.ReadString('\n')
		}()
	}
	select {
	case <-p.reading:
	case <-ctx.Done():
		return "", p.below(context.Cause(ctx))
	}
	p.reading = nil
	if p.line == "" {
		return "", p.below(p.err)
	}
	return strings.TrimRight(p.line, "\r\n"), nil // an error comes again
}

func (p *Plain) prompt(prompt string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mid {
		prompt = "\n" + prompt
	}
	p.mid, p.shown = false, true
	_, err := io.WriteString(p.out, prompt)
	return err
}

// below ends the line of the prompt, if nothing is behind it, and returns why there is no line.
func (p *Plain) below(why error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		p.shown = false
		if _, err := io.WriteString(p.out, "\n"); err != nil {
			return err
		}
	}
	return why
}

// Fd is the file that output goes to, as of an [os.File]: a runtime writes to a terminal line by line.
func (p *Plain) Fd() uintptr {
	if f, ok := p.out.(interface{ Fd() uintptr }); ok {
		return f.Fd()
	}
	return ^uintptr(0)
}

// Remember implements Lines: there is no history.
func (p *Plain) Remember(string) {}

// Write implements Lines.
func (p *Plain) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(b) > 0 {
		p.mid, p.shown = b[len(b)-1] != '\n', false
	}
	return p.out.Write(b)
}
