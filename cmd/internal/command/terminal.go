package command

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/lull-lua/lull/interp/report"
)

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// painter colours text; the zero painter leaves it as it is.
type painter struct{ on bool }

// newPainter is for a terminal. NO_COLOR is honoured as no-color.org has it: set to anything but nothing.
func newPainter(w io.Writer) painter {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return painter{}
	}
	return painter{takesColour(w.(*os.File))}
}

func (p painter) sgr(code, text string) string {
	if !p.on {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p painter) title(text string) string { return p.sgr("1;31", text) } // bold red

// part paints a part of an error.
func (p painter) part(part report.Part, text string) string {
	switch part {
	case report.Title:
		return p.title(text)
	case report.Carets:
		return p.sgr("31", text) // red
	case report.Beside:
		return p.sgr("2", text) // dim
	}
	return text
}
