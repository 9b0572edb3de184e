package parser

import (
	"strings"
	"unicode/utf8"
	"unique"
)

// lexer reads tokens as PUC's llex.c does: bytes, not characters, in no locale.
type lexer struct {
	src       string
	more      func() (string, error) // nil: there is no more than src
	pieces    strings.Builder        // src, where there may be more
	pos       int
	line      int               // at pos
	lineStart int               // first byte of that line
	known     map[string]string // names and short strings; none of them holds on to src
	buf       []byte

	noteComments bool
	comments     []Span // if they are noted
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
				if l.noteComments {
					l.comments = append(l.comments, Span{t.start, l.pos})
				}
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
