package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// sources finds the text of what was run: the script, or a file that it has loaded.
type sources struct{ main *script }

// maxSource bounds what is read to show a line of it.
const maxSource = 4 << 20

// text is a source text; "" if it cannot be had.
func (s *sources) text(source string) string {
	if source == s.main.name() {
		return string(s.main.src)
	}
	info, err := os.Stat(source)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSource {
		return ""
	}
	src, err := os.ReadFile(source)
	if err != nil {
		return ""
	}
	return string(src)
}

// line is the text of a line; ok is false if it cannot be had.
func (s *sources) line(source string, line int) (text string, ok bool) {
	n := 0
	for text := range strings.Lines(s.text(source)) {
		if n++; n == line {
			text = strings.TrimRight(text, "\r\n")
			return text, strings.TrimSpace(text) != ""
		}
	}
	return "", false
}

// excerpt shows a line with carets under what is wrong; see interp.Excerpt.
func (r *reporter) excerpt(b *strings.Builder, source string, line, column int, msg string) {
	if line == 0 {
		return
	}
	text, ok := r.sources.line(source, line)
	if !ok {
		return
	}
	number := strconv.Itoa(line)
	width := 100
	if r.columns > 0 {
		width = min(width, r.columns-len("   | ...")-len(number))
	}
	text, before, carets := interp.Excerpt(text, column, msg, width)
	fmt.Fprintf(b, "%s%s\n", r.paint.dim("  "+number+" | "), text)
	fmt.Fprintf(b, "%s%s%s\n", r.paint.dim("  "+strings.Repeat(" ", len(number))+" | "), before, r.paint.mark(carets))
}
