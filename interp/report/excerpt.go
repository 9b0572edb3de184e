package report

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// excerpt is a line of a source as a message shows it, cut to some width bytes (no less than 20), and the carets to stand below what is wrong:
// what begins at column (from 1, in bytes; 0: unknown), else the name that the message quotes, else the whole line. What is
// before the carets is as wide as what is above it, and apart, so that the carets can be coloured.
func excerpt(text string, column int, msg string, width int) (line, before, carets string) {
	from, to := marked(text, column, msg)
	width = max(width, 20)
	if shift := from - width/2; shift > 0 && len(text) > width {
		for shift < from && !utf8.RuneStart(text[shift]) {
			shift++
		}
		text, from, to = "..."+text[shift:], from-shift+3, to-shift+3
	}
	if len(text) > width {
		end := width
		for end > from && !utf8.RuneStart(text[end]) {
			end--
		}
		text, to = text[:end]+"...", min(to, end)
	}
	return printable(text), blank(text[:from]), strings.Repeat("^", max(1, len([]rune(text[from:to]))))
}

var quoted = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`'([A-Za-z_][A-Za-z0-9_]*)'`) })

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
	for _, m := range quoted().FindAllStringSubmatch(msg, -1) {
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
