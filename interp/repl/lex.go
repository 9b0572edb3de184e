package repl

import "strings"

// kind is what a token is, as far as colours and completion care.
type kind int

const (
	blankToken kind = iota
	nameToken
	keywordToken
	numberToken
	textToken // a string
	commentToken
	symbolToken
)

// token is a part of a source text; the tokens of a text are the whole of it.
type token struct {
	kind     kind
	from, to int
	open     bool // a string or a comment that does not end
}

var keywords = []string{
	"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil", "not", "or",
	"repeat", "return", "then", "true", "until", "while",
}

var isKeyword = func() map[string]bool {
	m := map[string]bool{}
	for _, k := range keywords {
		m[k] = true
	}
	return m
}()

// scan takes a text apart; it may be of any kind, such as half a line.
func scan(src string) []token {
	var out []token
	for i := 0; i < len(src); {
		t := next(src, i)
		out = append(out, t)
		i = t.to
	}
	return out
}

func next(src string, i int) token {
	t := token{from: i, to: i + 1}
	c := src[i]
	switch {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		t.to = span(src, i, func(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' })
	case isNameByte(c) && !isDigit(c):
		t.kind, t.to = nameToken, span(src, i, isNameByte)
		if isKeyword[src[i:t.to]] {
			t.kind = keywordToken
		}
	case isDigit(c), c == '.' && i+1 < len(src) && isDigit(src[i+1]):
		t.kind = numberToken
		for t.to < len(src) && (isNameByte(src[t.to]) || src[t.to] == '.' || isSign(src[t.to]) && isExponent(src, i, t.to-1)) {
			t.to++
		}
	case c == '"' || c == '\'':
		t.kind, t.open = textToken, true
		for t.to < len(src) && src[t.to] != '\n' {
			d := src[t.to]
			t.to++
			if d == c {
				t.open = false
				break
			}
			if d == '\\' && t.to < len(src) {
				t.to++
			}
		}
	case strings.HasPrefix(src[i:], "--"):
		t.kind = commentToken
		if end, ok := long(src, i+2); ok {
			t.to, t.open = end, end < 0
		} else if t.to = strings.IndexByte(src[i:], '\n'); t.to >= 0 {
			t.to += i
		} else {
			t.to = len(src)
			t.open = true
		}
		if t.to < 0 {
			t.to = len(src)
		}
	case c == '[':
		t.kind = symbolToken
		if end, ok := long(src, i); ok {
			t.kind, t.to = textToken, end
			if end < 0 {
				t.to, t.open = len(src), true
			}
		}
	default:
		t.kind = symbolToken
	}
	return t
}

// long is the end of the long string that begins at i, or -1 if it has none; ok is false if none begins there.
func long(src string, i int) (end int, ok bool) {
	if i >= len(src) || src[i] != '[' {
		return 0, false
	}
	j := span(src, i+1, func(c byte) bool { return c == '=' })
	if j >= len(src) || src[j] != '[' {
		return 0, false
	}
	closing := "]" + src[i+1:j] + "]"
	if k := strings.Index(src[j+1:], closing); k >= 0 {
		return j + 1 + k + len(closing), true
	}
	return -1, true
}

func span(src string, i int, in func(byte) bool) int {
	for i < len(src) && in(src[i]) {
		i++
	}
	return i
}

func isName(s string) bool {
	return s != "" && !isDigit(s[0]) && span(s, 0, isNameByte) == len(s) && !isKeyword[s]
}

func isNameByte(c byte) bool {
	return c == '_' || isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isSign(c byte) bool  { return c == '+' || c == '-' }

// isExponent reports whether the letter at i is the exponent's of the number that begins at from: a sign may follow.
func isExponent(src string, from, i int) bool {
	hex := strings.HasPrefix(src[from:], "0x") || strings.HasPrefix(src[from:], "0X")
	return !hex && (src[i] == 'e' || src[i] == 'E')
}
