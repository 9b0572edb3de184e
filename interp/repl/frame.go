package repl

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
)

// view is an entry as it is to be seen. Its lines stand below each other, behind the prompt.
type view struct {
	prompt string
	text   string // with colours, and no other control characters than tabs and the ends of lines
	pos    int    // the character that the cursor is before; -1: it is behind the last
	status string // a row below; "": there is none
}

// row is a row of the screen.
type row struct {
	text  string
	cells int
	ends  bool // the line ends with it: others go on in the next row
}

// layout is the rows that a view takes in a terminal of so many columns, and the row and column of the cursor. A line that fills its row
// goes on in the next, so that there is room for the cursor.
func (v *view) layout(width int) (rows []row, at, column int) {
	var b strings.Builder
	style, used, n := "", 0, 0
	end := func(hard bool) {
		if style != "" {
			b.WriteString("\x1b[0m")
		}
		rows = append(rows, row{b.String(), used, hard})
		b.Reset()
		b.WriteString(style)
		used = 0
	}
	room := func(cells int) {
		if used+cells > width {
			b.WriteString(strings.Repeat(" ", width-used)) // not all terminals do the same here
			end(false)
		}
	}
	put := func(text string, cells int) {
		if i := len(rows) - 1; cells == 0 && used == 0 && i >= 0 && !rows[i].ends {
			rows[i].text += text // a mark on the character that has filled the row
			return
		}
		room(cells)
		b.WriteString(text)
		if used += cells; used >= width {
			end(false)
		}
	}
	b.WriteString(v.prompt)
	indent := interp.Cells(v.prompt)
	used, width = indent, max(width, indent+2) // one that is narrower is not fit for anything
	at = -1
	for s := v.text; s != ""; {
		if s[0] == 0x1b {
			size := strings.IndexByte(s, 'm') + 1
			if style += s[:size]; strings.HasSuffix(style, "\x1b[0m") {
				style = ""
			}
			b.WriteString(s[:size])
			s = s[size:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		s = s[size:]
		cells := cellsOf(r)
		if n == v.pos {
			if r != '\n' && r != '\t' {
				room(cells)
			}
			at, column = len(rows), used
		}
		n++
		switch {
		case r == '\n':
			end(true)
			b.WriteString(strings.Repeat(" ", indent))
			used = indent
		case r == '\t':
			for range tabCells {
				put(" ", 1)
			}
		default:
			put(string(r), cells)
		}
	}
	if at < 0 {
		at, column = len(rows), used
	}
	end(true)
	if v.status != "" {
		rows = append(rows, row{text: interp.CutCells(v.status, width-1), ends: true})
	}
	return rows, at, column
}

// writeRows writes rows, the cursor staying in the last of them.
func writeRows(b *strings.Builder, rows []row) {
	for i, r := range rows {
		b.WriteString(r.text)
		switch {
		case i == len(rows)-1:
		case r.ends:
			b.WriteString("\r\n")
		case rows[i+1].cells == 0:
			b.WriteString(" \r") // the terminal shall begin the next row
		}
	}
}

// frame is what stands on the screen below the output, and is drawn anew where that changes.
type frame struct {
	view  view
	width int  // that it was drawn for
	top   int  // the first row that is seen, of an entry that is higher than the screen
	at    int  // the row of the cursor, from the first that is seen
	high  int  // the rows that are seen
	cut   bool // not all rows are
	drawn bool
}

// erase is what takes the frame away, and goes to where it began. Terminals that have become another width break lines anew.
func (f *frame) erase(width, height int) string {
	if !f.drawn {
		return ""
	}
	f.drawn = false
	at, high := f.at, f.high
	if width != f.width {
		rows, row, _ := f.view.layout(width)
		if at, high = row, len(rows); f.cut || high > height {
			return "\x1b[H\x1b[J"
		}
	}
	erase := "\r"
	if at > 0 {
		erase += fmt.Sprintf("\x1b[%dA", at)
	}
	if erase += "\x1b[K"; high > 1 { // tmux scrolls what is cleared from the first row on to where it can be scrolled back to
		erase += "\x1b[B\x1b[J\x1b[A"
	}
	return erase
}

// draw is what draws v at the cursor, which begins a row.
func (f *frame) draw(v view, width, height int) string {
	rows, at, column := v.layout(width)
	f.view, f.width, f.drawn, f.cut = v, width, true, len(rows) > height
	if !f.cut {
		f.top = 0
	} else {
		f.top = max(min(f.top, at, len(rows)-height), at-height+1)
		rows = rows[f.top:min(len(rows), f.top+height)]
	}
	f.at, f.high = at-f.top, len(rows)
	var b strings.Builder
	writeRows(&b, rows)
	if up := len(rows) - 1 - f.at; up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", up)
	}
	b.WriteString("\r")
	if column > 0 {
		fmt.Fprintf(&b, "\x1b[%dC", column)
	}
	return b.String()
}
