//go:build !wasm

package repl

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
)

// listed is how many candidates are shown.
const listed = 200

// complete does as a shell does: what all candidates have in common is inserted, or else they are listed.
func (e *Editor) complete() {
	b := &e.buf
	if strings.TrimSpace(string(b.text[b.lineStart(b.pos):b.pos])) == "" {
		b.insert(unit)
		return
	}
	typed := string(b.text[:b.pos])
	from, found := e.help.Complete(typed, len(typed))
	if len(found) == 0 || from > len(typed) {
		return
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
		b.insert(more)
	} else if len(found) > 1 {
		_, _ = io.WriteString(e, columns(found, e.Width()))
	}
}

// columns sets names in columns, read downwards.
func columns(names []string, width int) string {
	more := len(names) - listed
	names = names[:min(listed, len(names))]
	cell := 0
	for _, n := range names {
		cell = max(cell, interp.Cells(n)+2)
	}
	across := max(1, (width-1)/cell)
	down := (len(names) + across - 1) / across
	var b strings.Builder
	for row := range down {
		for i := row; i < len(names); i += down {
			b.WriteString(names[i])
			if i+down < len(names) {
				b.WriteString(strings.Repeat(" ", cell-interp.Cells(names[i])))
			}
		}
		b.WriteString("\n")
	}
	if more > 0 {
		fmt.Fprintf(&b, "... and %d more\n", more)
	}
	return b.String()
}
