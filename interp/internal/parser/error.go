package parser

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error says where a chunk is not Lua.
type Error struct {
	Line   int    // where reading had got to, which is the line PUC Lua names
	Column int    // byte in that line, from 1, where the offending token begins; 0: it began on an earlier line, or there is none
	Msg    string // without position and token
	Near   string // the offending token as messages show it; "" for none
	AtEOF  bool   // the chunk ended too early: with more text it may become valid
	Hint   string // what may be meant, or ""
	Show   Place  // what of the text is worth seeing

	at int // the first byte of the offending token
}

// Error is PUC Lua's text without the chunk's name: "1: unexpected symbol near '='".
func (e *Error) Error() string {
	s := fmt.Sprintf("%d: %s", e.Line, e.Msg)
	if e.Near != "" {
		s += " near '" + e.Near + "'"
	}
	return s
}

// fail gives up. near is the offending token, which begins at byte start.
func (l *lexer) fail(msg, near string, start int) {
	e := &Error{Line: l.line, Msg: msg, Near: near, AtEOF: near == eofText, at: start}
	if !e.AtEOF && start >= l.lineStart {
		e.Column = start - l.lineStart + 1
	}
	panic(e)
}

// near is how a message shows a token.
func (l *lexer) near(t *token) string {
	var s string
	switch t.kind {
	case tokName, tokNumber:
		s = t.text
	case tokString: // with its delimiters, but the escapes done
		open := l.src[t.start : t.start+1]
		end := open
		if open == "[" {
			open = l.src[t.start : t.start+strings.IndexByte(l.src[t.start+1:], '[')+2]
			end = strings.ReplaceAll(open, "[", "]")
		}
		s = open + t.text + end
	default:
		if r, n := utf8.DecodeRuneInString(l.src[t.start:]); t.kind >= utf8.RuneSelf && t.kind < tokAnd && n > 1 && unicode.IsPrint(r) {
			return string(r) // PUC shows the first byte alone
		}
		return kindText(t.kind)
	}
	if i := strings.IndexByte(s, 0); i >= 0 { // PUC's messages are C strings
		s = s[:i]
	}
	return s
}

// kindText is how messages show a kind of token.
func kindText(k kind) string {
	switch {
	case k >= tokAnd:
		return kindNames[k-tokAnd]
	case k == 0: // not shown, as it ends a C string
		return ""
	case k < ' ' || k == 127:
		return fmt.Sprintf("char(%d)", k)
	}
	return string([]byte{byte(k)})
}
