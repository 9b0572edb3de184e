package parser

import (
	"fmt"
	"slices"
	"strings"
)

// Place is a place in a source text: a line, and a byte in it, both from 1; a Column of 0 is the whole line.
type Place struct{ Line, Column int }

// placeOf is the place of the byte at.
func placeOf(src string, at int) Place {
	l := &lexer{src: src[:at], line: 1}
	for l.pos < at {
		if c := src[l.pos]; c == '\n' || c == '\r' {
			l.newline()
		} else {
			l.pos++
		}
	}
	return Place{l.line, at - l.lineStart + 1}
}

// opening is a token that something else has to close: a bracket, or what begins a block.
type opening struct {
	kind   kind
	at     Place
	indent string // of its line
	hasDo  bool   // the "do" of a "for" or "while" has come
}

// outline is what is open at some place of a text, and what looks odd about it.
type outline struct {
	open   []opening
	blocks int     // of open, those that are no brackets
	odd    opening // the first block, since none was open, whose end is indented less than its beginning
	elseIf opening // the first "else if" since then
	closed opening // the last block that left none open
	by     Place   // where that was closed
	last   Place   // behind the last token
}

// read reads a text that the parser has accepted up to the byte end.
func read(src string, end int) (o *outline) {
	o = &outline{}
	l := &lexer{src: src, line: 1, known: map[string]string{}}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(*Error); !ok { // of the token that the error is about
				panic(r)
			}
		}
	}()
	var t token
	var before kind
	line, indent := 0, ""
	for {
		l.next(&t)
		if t.start >= end {
			return o
		}
		if l.line != line {
			text := src[l.lineStart:]
			indent = text[:len(text)-len(strings.TrimLeft(text, " \t"))]
		}
		here := opening{kind: t.kind, at: Place{l.line, max(0, t.start-l.lineStart) + 1}, indent: indent} // a long string begins in an earlier line
		switch t.kind {
		case tokIf:
			o.push(here)
			if before == tokElse && line == l.line && o.elseIf.kind == 0 {
				o.elseIf = here
			}
		case '(', '[', '{', tokFunction, tokRepeat, tokWhile, tokFor:
			o.push(here)
		case tokDo:
			if n := len(o.open); n > 0 && o.open[n-1].wantsDo() {
				o.open[n-1].hasDo = true
			} else {
				o.push(here)
			}
		case ')', ']', '}', tokEnd, tokUntil:
			o.pop(here)
		}
		before, line = t.kind, l.line
		o.last = Place{l.line, l.pos - l.lineStart + 1}
	}
}

func (o *outline) push(op opening) {
	o.open = append(o.open, op)
	if !op.bracket() {
		if o.blocks == 0 {
			o.odd, o.elseIf = opening{}, opening{}
		}
		o.blocks++
	}
}

// pop closes what was opened last.
func (o *outline) pop(by opening) {
	n := len(o.open)
	if n == 0 {
		return
	}
	was := o.open[n-1]
	o.open = o.open[:n-1]
	if was.bracket() {
		return
	}
	first := by.at.Column == len(by.indent)+1
	if first && o.odd.kind == 0 && by.at.Line != was.at.Line && len(by.indent) < len(was.indent) && strings.HasPrefix(was.indent, by.indent) {
		o.odd = was
	}
	if o.blocks--; o.blocks == 0 {
		o.closed, o.by = was, by.at
	}
}

func (op opening) bracket() bool { return op.kind < tokAnd }

func (op opening) wantsDo() bool { return (op.kind == tokWhile || op.kind == tokFor) && !op.hasDo }

// inside is the innermost bracket that is open, within the innermost block; 0: none.
func (o *outline) inside() kind {
	if n := len(o.open); n > 0 && o.open[n-1].bracket() {
		return o.open[n-1].kind
	}
	return 0
}

// explain explains an error about the end of a block, where the indentation or what is open tells more than the words do.
// before is what stands before the offending token in its line.
func (o *outline) explain(e *Error, before string) {
	n := len(o.open)
	if n == 0 || o.open[n-1].bracket() {
		if strings.HasPrefix(e.Msg, "'<eof>' expected") && e.Near == "end" && o.closed.at.Line < o.by.Line {
			e.Hint = fmt.Sprintf("the '%s' of line %d ends at line %d", kindText(o.closed.kind), o.closed.at.Line, o.by.Line)
		} else if e.AtEOF && strings.Contains(e.Msg, "(to close ") {
			e.Show = o.open[n-1].at
		}
		return
	}
	suspect := o.open[n-1]
	sure := false // it has no end: another block ends instead, or what follows it begins
	switch e.Near {
	case ")", "]", "}":
		sure = slices.ContainsFunc(o.open, opening.bracket)
	case "else", "elseif":
		sure = suspect.kind != tokIf && o.has(tokIf)
	case "until":
		sure = o.has(tokRepeat)
	}
	if !e.AtEOF && strings.HasPrefix(e.Msg, "'end' expected") && strings.Trim(before, " \t") == "" && e.Line > suspect.at.Line && strings.HasPrefix(suspect.indent, before) {
		sure = true
	}
	lacks := sure || strings.HasPrefix(e.Msg, "'end' expected") || strings.HasPrefix(e.Msg, "'until' expected")
	switch {
	case !lacks:
	case o.elseIf.kind != 0:
		e.Hint = fmt.Sprintf("the 'else if' of line %d begins a block of its own: write elseif", o.elseIf.at.Line)
		e.Show = o.elseIf.at
	case o.odd.kind != 0 || sure:
		if o.odd.kind != 0 {
			suspect = o.odd
		}
		e.Hint = fmt.Sprintf("the '%s' of line %d seems to lack its end", kindText(suspect.kind), suspect.at.Line)
		e.Show = suspect.at
	case e.AtEOF:
		e.Show = suspect.at
	}
}

func (o *outline) has(k kind) bool {
	return slices.ContainsFunc(o.open, func(op opening) bool { return op.kind == k })
}
