package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// sources finds the text of a line: of the script that was run, or of a file that it has loaded.
type sources struct{ main *script }

// maxSource bounds what is read to show one line.
const maxSource = 4 << 20

// line is the text of a line; ok is false if it cannot be had.
func (s *sources) line(source string, line int) (text string, ok bool) {
	src := s.main.src
	if source != s.main.name() {
		info, err := os.Stat(source)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxSource {
			return "", false
		}
		if src, err = os.ReadFile(source); err != nil {
			return "", false
		}
	}
	n := 0
	for text := range strings.Lines(string(src)) {
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
