package parser

import (
	"math"
	"strconv"
	"strings"
)

// long reads the rest of a long string or comment, from the second '[' on. All ends of lines become "\n".
func (l *lexer) long(t *token, level int, unfinished string) {
	l.pos++
	closing := "]" + strings.Repeat("=", level) + "]"
	size := strings.Index(l.src[l.pos:], closing)
	end := l.pos + size
	if size < 0 {
		end = len(l.src)
	}
	if c := l.at(l.pos); l.pos < end && (c == '\n' || c == '\r') {
		l.newline()
	}
	raw := l.src[l.pos:end]
	changed := strings.IndexByte(raw, '\r') >= 0
	if changed {
		l.buf = l.buf[:0]
		for l.pos < end {
			if c := l.src[l.pos]; c == '\n' || c == '\r' {
				l.newline()
				l.buf = append(l.buf, '\n')
			} else {
				l.pos++
				l.buf = append(l.buf, c)
			}
		}
	} else if n := strings.Count(raw, "\n"); n > 0 {
		l.line += n
		l.lineStart = l.pos + strings.LastIndexByte(raw, '\n') + 1
	}
	if size < 0 {
		l.pos = end
		l.fail(unfinished, eofText, t.start)
	}
	l.pos = end + len(closing)
	t.kind = tokString
	t.text = l.text(raw, changed)
}

// maxShort is the length up to which strings are worth finding again.
const maxShort = 40

// text is a string's value: what stands in the source, or, if that was changed, what is in buf.
func (l *lexer) text(raw string, changed bool) string {
	if changed {
		raw = string(l.buf)
	}
	short := len(raw) <= maxShort
	if known, ok := l.known[raw]; ok && short {
		return known
	}
	if !changed {
		raw = strings.Clone(raw)
	}
	if short {
		l.known[raw] = raw
	}
	return raw
}

func (l *lexer) quoted(t *token, quote byte) {
	l.pos++
	start := l.pos
	for l.pos < len(l.src) { // most have no escape
		switch c := l.src[l.pos]; {
		case c == quote:
			t.kind = tokString
			t.text = l.text(l.src[start:l.pos], false)
			l.pos++
			return
		case c != '\\' && c != '\n' && c != '\r':
			l.pos++
			continue
		}
		break
	}
	l.buf = append(l.buf[:0], l.src[start:l.pos]...)
	for {
		if l.pos >= len(l.src) {
			l.fail("unfinished string", eofText, t.start)
		}
		switch c := l.src[l.pos]; c {
		case quote:
			l.pos++
			t.kind = tokString
			t.text = l.text("", true)
			return
		case '\n', '\r':
			l.failString("unfinished string", t, quote)
		case '\\':
			l.escape(t, quote)
		default:
			l.pos++
			l.buf = append(l.buf, c)
		}
	}
}

func (l *lexer) failString(msg string, t *token, quote byte) {
	text := string(quote) + string(l.buf)
	if i := strings.IndexByte(text, 0); i >= 0 {
		text = text[:i]
	}
	l.fail(msg, text, t.start)
}

// escape reads a backslash and what belongs to it, into buf.
func (l *lexer) escape(t *token, quote byte) {
	l.pos++
	if l.pos >= len(l.src) {
		return // an error, but of the string
	}
	c := l.src[l.pos]
	switch c {
	case 'a':
		c = '\a'
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'v':
		c = '\v'
	case '\n', '\r':
		l.newline()
		l.buf = append(l.buf, '\n')
		return
	default:
		if class[c]&digit != 0 {
			n := 0
			for i := 0; i < 3 && class[l.at(l.pos)]&digit != 0; i++ {
				n = n*10 + int(l.src[l.pos]-'0')
				l.pos++
			}
			if n > 255 {
				l.failString("escape sequence too large", t, quote)
			}
			l.buf = append(l.buf, byte(n))
			return
		}
	}
	l.pos++
	l.buf = append(l.buf, c)
}

// number reads whatever looks like a numeral, then asks whether it is one.
func (l *lexer) number(t *token) {
	start := l.pos
	for class[l.at(l.pos)]&digit != 0 || l.at(l.pos) == '.' {
		l.pos++
	}
	if c := l.at(l.pos); c == 'e' || c == 'E' {
		l.pos++
		if c = l.at(l.pos); c == '+' || c == '-' {
			l.pos++
		}
	}
	for class[l.at(l.pos)]&(letter|digit) != 0 {
		l.pos++
	}
	t.kind, t.text = tokNumber, l.src[start:l.pos]
	if _, ok := Number(t.text); !ok {
		l.fail("malformed number", t.text, start)
	}
}

// Number reads a numeral as a chunk may have it, which is as C's strtod does: no octal, hexadecimal fractions are not
// read but "0x1p4" is, too large is infinite.
func Number(s string) (float64, bool) {
	if len(s) <= 15 { // the common case, and exact
		n := int64(0)
		for i := 0; ; i++ {
			if i == len(s) {
				return float64(n), i > 0
			}
			if class[s[i]]&digit == 0 {
				break
			}
			n = n*10 + int64(s[i]-'0')
		}
	}
	if strings.IndexByte(s, '_') >= 0 {
		return 0, false
	}
	if len(s) > 2 && (s[1] == 'x' || s[1] == 'X') && !strings.ContainsAny(s, "pP") {
		s += "p0"
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil || math.IsInf(n, 0)
}
