package jsontext

import (
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/data"
)

// These say what is wrong with a text, so that a person knows what to do.

// surplus is the error of what stands behind the value.
func (d *decoder) surplus() error {
	if err := d.comment(); err != nil {
		return err
	}
	what := "text"
	switch d.s[d.i] {
	case ',':
		what = "a comma"
	case '{', '[', '"':
		what = "another value"
		if d.s[:d.i] != strings.TrimRight(d.s[:d.i], "\n") {
			return d.errorf(d.i, "another value after the end; JSON lines are decoded one by one")
		}
	case 0:
		what = "a NUL byte"
	case ']', '}':
		what = "a " + data.Byte(d.s, d.i) + " too many"
	}
	return d.errorf(d.i, "%s after the end of the value", what)
}

// comment is the error of a comment at d.i, or nil.
func (d *decoder) comment() error {
	rest := d.s[d.i:]
	if strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "/*") || strings.HasPrefix(rest, "#") {
		return d.errorf(d.i, "JSON has no comments")
	}
	return nil
}

// noValue is the error where a value is expected and none begins.
func (d *decoder) noValue() error {
	if d.i >= len(d.s) {
		if strings.TrimLeft(d.s, " \t\r\n") == "" {
			return d.errorf(d.i, "the text is empty; a value is expected")
		}
		return d.errorf(d.i, "the text ends where a value is expected")
	}
	if err := d.comment(); err != nil {
		return err
	}
	rest := d.s[d.i:]
	n := 0
	for n < len(rest) && isLetter(rest[n]) && n < 40 {
		n++
	}
	word := strings.ToValidUTF8(rest[:n], "\uFFFD")
	switch c := rest[0]; {
	case c == '\'':
		return d.errorf(d.i, `strings stand in double quotes, not in '`)
	case c == '+':
		return d.errorf(d.i, "a number has no + before it")
	case c == '.':
		return d.errorf(d.i, "a number has a digit before its point")
	case c == ',':
		return d.errorf(d.i, "a value is expected before the comma")
	case c == '`' || strings.HasPrefix(rest, "\u201c") || strings.HasPrefix(rest, "\u201d") || strings.HasPrefix(rest, "\u2018"):
		return d.errorf(d.i, `strings stand in double quotes (")`)
	case c >= utf8.RuneSelf || c == 0 || n == 0:
		return d.errorf(d.i, "a value is expected, this is %s", data.Byte(d.s, d.i))
	}
	switch strings.ToLower(word) {
	case "true", "false", "null":
		return d.errorf(d.i, "'%s' is written %s", word, strings.ToLower(word))
	case "none", "nil", "undefined":
		return d.errorf(d.i, "'%s' is no value of JSON; it has null", word)
	case "nan", "infinity", "inf":
		return d.errorf(d.i, "'%s' is no value of JSON, whose numbers are finite", word)
	}
	return d.errorf(d.i, "'%s' is no value of JSON; strings stand in double quotes", word)
}

// noName is the error where the name of a field is expected.
func (d *decoder) noName() error {
	if err := d.comment(); err != nil {
		return err
	}
	switch c := d.s[d.i]; {
	case c == '\'' || c >= '0' && c <= '9' || c < utf8.RuneSelf && isLetter(c):
		return d.errorf(d.i, "the names of fields stand in double quotes")
	case c == ',':
		return d.errorf(d.i, "a field is expected before the comma")
	}
	return d.errorf(d.i, "a name in double quotes is expected, this is %s", data.Byte(d.s, d.i))
}

// unended is the error of a list or object, which begins at open, after a value that neither a comma nor its end follows.
func (d *decoder) unended(open int, what, end string) error {
	if d.i >= len(d.s) {
		line, column := data.Position(d.s, open)
		return d.errorf(d.i, "the text ends inside the %s that begins in line %d, column %d: a '%s' is missing", what, line, column, end)
	}
	if err := d.comment(); err != nil {
		return err
	}
	switch c := d.s[d.i]; c {
	case '"', '{', '[', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 't', 'f', 'n':
		return d.errorf(d.i, "a comma is missing before %s", data.Byte(d.s, d.i))
	case ']', '}':
		line, column := data.Position(d.s, open)
		return d.errorf(d.i, "'%c' where the %s that begins in line %d, column %d needs a '%s'", c, what, line, column, end)
	case ':':
		return d.errorf(d.i, "a ':' in a list; objects stand in { }")
	}
	return d.errorf(d.i, "',' or '%s' is expected, this is %s", end, data.Byte(d.s, d.i))
}

// missing is the error where something is missing at d.i: atEnd is the one at the text's end, with the place of what begins at open.
func (d *decoder) missing(what, atEnd string, open int) error {
	if d.i >= len(d.s) {
		line, column := data.Position(d.s, open)
		return d.errorf(d.i, atEnd, line, column)
	}
	if err := d.comment(); err != nil {
		return err
	}
	return d.errorf(d.i, "%s, before %s", what, data.Byte(d.s, d.i))
}

// noNumber is the error of a number that begins at start and cannot go on at end.
func (d *decoder) noNumber(start, end int) error {
	s := d.s
	before := s[start:end]
	next := byte(0)
	if end < len(s) {
		next = s[end]
	}
	switch {
	case strings.HasSuffix(before, ".") && strings.Count(before, ".") == 1:
		return d.errorf(end, "a number has digits behind its point")
	case strings.HasSuffix(strings.ToLower(before), "e") || strings.HasSuffix(before, "e+") || strings.HasSuffix(before, "e-") || strings.HasSuffix(before, "E+") || strings.HasSuffix(before, "E-"):
		return d.errorf(end, "a number has digits behind its exponent's e")
	case before == "-" && (next == 'I' || next == 'N' || next == 'i' || next == 'n'):
		return d.errorf(start, "numbers of JSON are finite")
	case before == "-":
		return d.errorf(end, "a digit is expected behind the minus")
	case (before == "0" || before == "-0") && next|0x20 == 'x':
		return d.errorf(start, "JSON has no hexadecimal numbers")
	case before == "0" || before == "-0":
		return d.errorf(start, "a number has no zeros before it")
	}
	return d.errorf(end, "%s inside a number", data.Byte(s, end))
}

// badUTF8 is the error of the first byte from start to end that is none of UTF-8.
func (d *decoder) badUTF8(start, end int) error {
	for i := start; i < end; {
		r, n := utf8.DecodeRuneInString(d.s[i:end])
		if r == utf8.RuneError && n <= 1 {
			return d.errorf(i, "invalid UTF-8 inside a string: the byte 0x%02X", d.s[i])
		}
		i += n
	}
	return d.errorf(start, "invalid UTF-8 inside a string")
}
