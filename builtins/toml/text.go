package toml

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/data"
)

// text reads a string.
func (d *decoder) text() (string, error) {
	s, open := d.s, d.i
	quote := s[open]
	basic := quote == '"'
	three := strings.Repeat(string(quote), 3)
	multi := strings.HasPrefix(s[open:], three)
	i := open + 1
	if multi {
		i = open + 3
		if strings.HasPrefix(s[i:], "\n") {
			i++
		} else if strings.HasPrefix(s[i:], "\r\n") {
			i += 2
		}
	}
	var b strings.Builder
	from := i
	for {
		if i >= len(s) {
			line, column := data.Position(s, open)
			return "", d.errorf(i, "the text ends inside the string that begins in line %d, column %d", line, column)
		}
		switch c := s[i]; {
		case c == quote && !multi:
			b.WriteString(s[from:i])
			d.i = i + 1
			return b.String(), nil
		case c == quote && strings.HasPrefix(s[i:], three):
			n := 3
			for n < 5 && i+n < len(s) && s[i+n] == quote { // up to two belong to the string
				n++
			}
			b.WriteString(s[from : i+n-3])
			d.i = i + n
			return b.String(), nil
		case c == '\\' && basic:
			b.WriteString(s[from:i])
			n, err := d.escape(&b, i, multi)
			if err != nil {
				return "", err
			}
			i += n
			from = i
		case c == '\n' && multi, c == '\r' && multi && i+1 < len(s) && s[i+1] == '\n', c == '\t':
			i++
		case c == '\n' || c == '\r' && !multi:
			return "", d.errorf(i, "a line break inside a string; three quotes (%s) take some", three)
		case c < ' ' || c == 0x7f:
			if c == 0 {
				return "", d.errorf(i, "a NUL byte inside a string")
			}
			return "", d.errorf(i, "the control character U+%04X inside a string: write \\u%04x in double quotes", c, c)
		default:
			i++
		}
	}
}

// escape writes what the backslash at i stands for, and returns how many bytes that takes.
func (d *decoder) escape(b *strings.Builder, i int, multi bool) (int, error) {
	s := d.s
	if i+1 >= len(s) {
		return 0, d.errorf(i, "the text ends inside a string, behind a backslash")
	}
	c := s[i+1]
	if at := strings.IndexByte(`btnfr"\`, c); at >= 0 {
		b.WriteByte("\b\t\n\f\r\"\\"[at])
		return 2, nil
	}
	if c == 'u' || c == 'U' {
		n := 4
		if c == 'U' {
			n = 8
		}
		if i+2+n > len(s) {
			return 0, d.errorf(i, "\\%c needs %d hexadecimal digits", c, n)
		}
		r, err := strconv.ParseUint(s[i+2:i+2+n], 16, 32)
		if err != nil || strings.ContainsAny(s[i+2:i+2+n], "+-_") {
			return 0, d.errorf(i, "\\%c needs %d hexadecimal digits", c, n)
		}
		if r > utf8.MaxRune || !utf8.ValidRune(rune(r)) {
			return 0, d.errorf(i, "%s is no character", s[i:i+2+n])
		}
		b.WriteRune(rune(r))
		return 2 + n, nil
	}
	if multi { // a backslash at the line's end takes away all blank up to the next text
		j := i + 1
		for j < len(s) && (s[j] == ' ' || s[j] == '\t') {
			j++
		}
		if j < len(s) && (s[j] == '\n' || strings.HasPrefix(s[j:], "\r\n")) {
			for j < len(s) && (strings.IndexByte(" \t\n", s[j]) >= 0 || strings.HasPrefix(s[j:], "\r\n")) {
				j++
			}
			return j - i, nil
		}
	}
	return 0, d.errorf(i, "TOML has no escape of a backslash and %s", data.Byte(s, i+1))
}
