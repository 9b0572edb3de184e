package parser

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
	"unique"
)

// kind is a token's kind: a byte that stands for itself, or one of these.
type kind int

const (
	tokAnd kind = 256 + iota
	tokBreak
	tokDo
	tokElse
	tokElseif
	tokEnd
	tokFalse
	tokFor
	tokFunction
	tokIf
	tokIn
	tokLocal
	tokNil
	tokNot
	tokOr
	tokRepeat
	tokReturn
	tokThen
	tokTrue
	tokUntil
	tokWhile
	tokConcat
	tokDots
	tokEq
	tokGe
	tokLe
	tokNe
	tokColons
	tokNumber
	tokName
	tokString
	tokEOF
)

const eofText = "<eof>"

var kindNames = [...]string{
	"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local", "nil", "not", "or",
	"repeat", "return", "then", "true", "until", "while", "..", "...", "==", ">=", "<=", "~=", "::",
	"<number>", "<name>", "<string>", eofText,
}

// IsKeyword reports whether a name is none, as it means something in Lua, or, as goto does, where a statement begins.
func IsKeyword(s string) bool { return keyword(s) != tokName || s == "goto" }

func keyword(s string) kind {
	switch s {
	case "and":
		return tokAnd
	case "break":
		return tokBreak
	case "do":
		return tokDo
	case "else":
		return tokElse
	case "elseif":
		return tokElseif
	case "end":
		return tokEnd
	case "false":
		return tokFalse
	case "for":
		return tokFor
	case "function":
		return tokFunction
	case "if":
		return tokIf
	case "in":
		return tokIn
	case "local":
		return tokLocal
	case "nil":
		return tokNil
	case "not":
		return tokNot
	case "or":
		return tokOr
	case "repeat":
		return tokRepeat
	case "return":
		return tokReturn
	case "then":
		return tokThen
	case "true":
		return tokTrue
	case "until":
		return tokUntil
	case "while":
		return tokWhile
	}
	return tokName
}

type token struct {
	kind  kind
	start int    // its first byte
	text  string // a name, a numeral as it is written, a string's value
}

// lexer reads tokens as PUC's llex.c does: bytes, not characters, in no locale.
type lexer struct {
	src       string
	more      func() (string, error) // nil: there is no more than src
	pieces    strings.Builder        // src, where there may be more
	pos       int
	line      int               // at pos
	lineStart int               // first byte of that line
	known     map[string]string // names and short strings, none of which holds on to src
	buf       []byte
}

// Classes of bytes.
const (
	digit  = 1 << iota
	letter // or underscore
	blank  // no newline
)

var class = func() (c [256]byte) {
	for b := range c {
		switch {
		case '0' <= b && b <= '9':
			c[b] = digit
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', b == '_':
			c[b] = letter
		case b == ' ', b == '\t', b == '\v', b == '\f':
			c[b] = blank
		}
	}
	return c
}()

// at is the byte at i, or 0 behind the end: check i where the difference matters.
func (l *lexer) at(i int) byte {
	if i < len(l.src) {
		return l.src[i]
	}
	return 0
}

// newline steps over a line's end, which may be two different bytes.
func (l *lexer) newline() {
	c := l.src[l.pos]
	l.pos++
	if d := l.at(l.pos); (d == '\n' || d == '\r') && d != c {
		l.pos++
	}
	l.line++
	l.lineStart = l.pos
}

// token reads a token. One that reaches to the end of what there is may go on in the next piece: it is read anew when more has
// come, a quarter as much as there was of it, so that a long one in small pieces takes no square of time.
func (l *lexer) token(t *token) {
	for l.more != nil {
		pos, line, lineStart := l.pos, l.line, l.lineStart
		err := l.try(t)
		switch {
		case l.pos >= len(l.src) || t.kind >= utf8.RuneSelf && t.kind < tokAnd && !utf8.FullRuneInString(l.src[t.start:]):
			l.grow((len(l.src) - pos) / 4)
			l.pos, l.line, l.lineStart = pos, line, lineStart
		case err != nil:
			panic(err)
		default:
			return
		}
	}
	l.next(t)
}

// try is next that returns its error.
func (l *lexer) try(t *token) (err *Error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			err = r
		default:
			panic(r)
		}
	}()
	l.next(t)
	return nil
}

// noMore is the panic of an error that came instead of the next piece.
type noMore struct{ err error }

// grow asks for n more bytes, at least one.
func (l *lexer) grow(n int) {
	for want := len(l.src) + max(n, 1); len(l.src) < want; l.src = l.pieces.String() {
		piece, err := l.more()
		if err != nil {
			panic(noMore{err})
		}
		if piece == "" {
			l.more = nil
			return
		}
		l.pieces.WriteString(piece)
	}
}

// next reads a token of what there is.
func (l *lexer) next(t *token) {
	for {
		if l.pos >= len(l.src) {
			*t = token{kind: tokEOF, start: l.pos}
			return
		}
		c := l.src[l.pos]
		*t = token{kind: kind(c), start: l.pos}
		switch {
		case class[c]&letter != 0:
			end := l.pos + 1
			for end < len(l.src) && class[l.src[end]]&(letter|digit) != 0 {
				end++
			}
			text := l.src[l.pos:end]
			l.pos = end
			if t.kind = keyword(text); t.kind == tokName {
				t.text = l.intern(text)
			}
			return
		case class[c]&blank != 0:
			l.pos++
			continue
		case class[c]&digit != 0:
			l.number(t)
			return
		}
		switch c {
		case '\n', '\r':
			l.newline()
			continue
		case '-':
			if l.at(l.pos+1) == '-' {
				l.comment()
				continue
			}
		case '[':
			if level := l.longBracket(); level >= 0 {
				l.long(t, level, "unfinished long string")
				return
			} else if level < -1 {
				l.fail("invalid long string delimiter", l.src[t.start:l.pos], t.start)
			}
			return
		case '=':
			l.pair(t, '=', tokEq)
			return
		case '<':
			l.pair(t, '=', tokLe)
			return
		case '>':
			l.pair(t, '=', tokGe)
			return
		case '~':
			l.pair(t, '=', tokNe)
			return
		case ':':
			l.pair(t, ':', tokColons)
			return
		case '"', '\'':
			l.quoted(t, c)
			return
		case '.':
			switch {
			case l.at(l.pos+1) != '.':
				if class[l.at(l.pos+1)]&digit != 0 {
					l.number(t)
					return
				}
			case l.at(l.pos+2) == '.':
				t.kind = tokDots
				l.pos += 2
			default:
				t.kind = tokConcat
				l.pos++
			}
		}
		l.pos++
		return
	}
}

// pair reads a byte that with a certain second one is another token.
func (l *lexer) pair(t *token, second byte, k kind) {
	l.pos++
	if l.at(l.pos) == second {
		l.pos++
		t.kind = k
	}
}

// intern gives one string for all equal names, of all chunks, so that comparing them is comparing pointers.
func (l *lexer) intern(s string) string {
	if known, ok := l.known[s]; ok {
		return known
	}
	s = unique.Make(s).Value()
	l.known[s] = s
	return s
}

func (l *lexer) comment() {
	l.pos += 2
	if l.at(l.pos) == '[' {
		start := l.pos
		if level := l.longBracket(); level >= 0 {
			l.long(&token{start: start}, level, "unfinished long comment")
			return
		}
	}
	if i := strings.IndexAny(l.src[l.pos:], "\n\r"); i >= 0 {
		l.pos += i
	} else {
		l.pos = len(l.src)
	}
}

// longBracket reads what may open a long bracket, all but the second '[': its level; -1 for a lone '[', below that for
// one with as many '=' that is not completed.
func (l *lexer) longBracket() int {
	l.pos++
	level := 0
	for l.at(l.pos) == '=' {
		l.pos++
		level++
	}
	if l.at(l.pos) == '[' {
		return level
	}
	return -1 - level
}

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
		n := 0
		for i := 0; ; i++ {
			if i == len(s) {
				return float64(n), i > 0
			}
			if class[s[i]]&digit == 0 {
				break
			}
			n = n*10 + int(s[i]-'0')
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
