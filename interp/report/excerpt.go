package report

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// excerpt is a line of a source as a message shows it, cut to some width bytes (no less than 20), and the carets to stand below a part of it.
// The blanks before the carets are as wide as the text above them, and apart, so that the carets can be coloured.
func excerpt(text string, from, to, width int) (line, before, carets string) {
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

// token is the part of a line where a syntax error is: what begins at a column (from 1, in bytes; 0: unknown), else what the message
// quotes, else the whole line.
func token(text string, column int, msg string) (from, to int) {
	if column > 0 && column <= len(text)+1 {
		from = column - 1
		to = from
		for to < len(text) && isNameByte(text[to]) {
			to++
		}
		return from, max(to, min(from+1, len(text)))
	}
	return named(text, quoted(), msg)
}

// expression is the part of a line where an error was raised: the name of what the message is about, within the expression from a byte to
// another (1 is the first; 0: unknown), else that.
func expression(text string, from, to int, msg string) (int, int) {
	if from < 1 || to-1 > len(text) {
		return named(text, quoted(), msg)
	}
	from, to = from-1, to-1
	if m := variable().FindStringSubmatch(msg); m != nil {
		if at, ok := findName(text[from:to], m[1]); ok {
			return from + at, from + at + len(m[1])
		}
	}
	return from, to
}

// A name in a message, and one of a variable that does not bear what is done to it.
var (
	quoted   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`'([A-Za-z_][A-Za-z0-9_]*)'`) })
	variable = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:global|local|field|upvalue|method) '([A-Za-z_][A-Za-z0-9_]*)' \(`)
	})
)

// named is the name in a line that a message has, if it is there once, else the whole line.
func named(text string, name *regexp.Regexp, msg string) (from, to int) {
	for _, m := range name.FindAllStringSubmatch(msg, 10) {
		if from, ok := findName(text, m[1]); ok {
			return from, from + len(m[1])
		}
	}
	from = len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	return from, max(from, len(strings.TrimRightFunc(text, unicode.IsSpace)))
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
