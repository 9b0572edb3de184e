package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
)

// place is a line of a source.
type place struct {
	source string
	line   int
}

// sources finds the text of a line: of the script that was run, or of a file that it has loaded.
type sources struct{ main *script }

// maxSource bounds what is read to show one line.
const maxSource = 4 << 20

// line is the text of a place; ok is false if it cannot be had.
func (s *sources) line(at place) (text string, ok bool) {
	src := s.main.src
	if at.source != s.main.name() {
		info, err := os.Stat(at.source)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxSource {
			return "", false
		}
		if src, err = os.ReadFile(at.source); err != nil {
			return "", false
		}
	}
	n := 0
	for text := range strings.Lines(string(src)) {
		if n++; n == at.line {
			text = strings.TrimRight(text, "\r\n")
			return text, strings.TrimSpace(text) != ""
		}
	}
	return "", false
}

var position = regexp.MustCompile(`^([^\n]+?):(\d+): `)

// placeOf is where an error was raised: what its message begins with, else its innermost function of Lua.
func (s *sources) placeOf(e *interp.Error) (at place, ok bool) {
	if s == nil {
		return place{}, false
	}
	if m := position.FindStringSubmatch(e.Error()); m != nil {
		if n, err := strconv.Atoi(m[2]); err == nil {
			return place{m[1], n}, true
		}
	}
	for _, f := range e.Frames {
		if f.Line > 0 {
			return place{f.Source, f.Line}, true
		}
	}
	return place{}, false
}

// excerptWidth is how much of a long line is shown.
const excerptWidth = 100

// excerpt shows a line with carets under what is wrong: what stands at column (from 1, in bytes), else the name that the
// message quotes, else the whole of it.
func (r *reporter) excerpt(b *strings.Builder, at place, column int, msg string) {
	if r.sources == nil {
		return
	}
	text, ok := r.sources.line(at)
	if !ok {
		return
	}
	from, to := marked(text, column, msg)
	if shift := from - excerptWidth/2; shift > 0 && len(text) > excerptWidth {
		for shift < from && !utf8.RuneStart(text[shift]) {
			shift++
		}
		text, from, to = "..."+text[shift:], from-shift+3, to-shift+3
	}
	if len(text) > excerptWidth {
		end := excerptWidth
		for end > from && !utf8.RuneStart(text[end]) {
			end--
		}
		text, to = text[:end]+"...", min(to, end)
	}
	number := strconv.Itoa(at.line)
	fmt.Fprintf(b, "%s%s\n", r.paint.dim("  "+number+" | "), printable(text))
	fmt.Fprintf(b, "%s%s%s\n", r.paint.dim("  "+strings.Repeat(" ", len(number))+" | "), blank(text[:from]),
		r.paint.mark(strings.Repeat("^", max(1, len([]rune(text[from:to]))))))
}

var quoted = regexp.MustCompile(`'([A-Za-z_][A-Za-z0-9_]*)'`)

// marked is the part of a line that a message is about.
func marked(text string, column int, msg string) (from, to int) {
	if column > 0 && column <= len(text)+1 {
		from = column - 1
		to = from
		for to < len(text) && isNameByte(text[to]) {
			to++
		}
		return from, max(to, min(from+1, len(text)))
	}
	for _, m := range quoted.FindAllStringSubmatch(msg, -1) {
		if from, ok := findName(text, m[1]); ok {
			return from, from + len(m[1])
		}
	}
	from = len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	return from, len(strings.TrimRightFunc(text, unicode.IsSpace))
}

// findName finds a name as a whole word, if it is there once.
func findName(text, name string) (at int, ok bool) {
	for i := 0; ; {
		k := strings.Index(text[i:], name)
		if k < 0 {
			return at, ok
		}
		k += i
		i = k + len(name)
		if (k == 0 || !isNameByte(text[k-1])) && (i == len(text) || !isNameByte(text[i])) {
			if ok {
				return 0, false
			}
			at, ok = k, true
		}
	}
}

func isNameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// printable is text without what a terminal would obey.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if c != '\t' && !unicode.IsPrint(c) {
			return unicode.ReplacementChar
		}
		return c
	}, text)
}

// blank is as wide as text.
func blank(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\t':
			return c
		case unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			return '\u3000' // a space of double width
		case unicode.Is(unicode.Mn, c):
			return -1 // combines with what stands before it
		}
		return ' '
	}, text)
}
