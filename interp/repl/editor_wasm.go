package repl

import (
	"context"
	"errors"
	"io"
	"os"
)

// EditorOptions set up an [Editor]: there is none on this system.
type EditorOptions struct {
	History string // the file that entries are kept in; "": they are not
	Colour  bool   // colour the line that is typed, and errors
	Quit    func() // called where Ctrl-\ is pressed while a line is typed
}

// Editor is Lines on a terminal. WebAssembly has none, so that nothing makes one there; [NewPlain] reads lines as they come.
type Editor struct{}

var errNoTerminal = errors.New("repl: WebAssembly has no terminal: NewPlain reads lines without one")

// NewEditor fails on this system.
func NewEditor(_, _ *os.File, _ EditorOptions) (*Editor, error) { return nil, errNoTerminal }

// Width implements Screen.
func (*Editor) Width() int { return 0 }

// Colour implements Screen.
func (*Editor) Colour() bool { return false }

// Close gives nothing back.
func (*Editor) Close() error { return nil }

// ReadLine implements Lines.
func (*Editor) ReadLine(context.Context, string, Assistant) (string, error) { return "", io.EOF }

// Remember implements Lines.
func (*Editor) Remember(string) {}

// Write implements Lines.
func (*Editor) Write(p []byte) (int, error) { return 0, errNoTerminal }
