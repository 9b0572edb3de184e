package vm

import (
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
	"github.com/lull-lua/lull/interp/internal/parser"
)

// Marks tell which part of a source text an instruction belongs to. They are not kept for what runs, but made anew from the text when
// somebody wants to see where an error came from.
type Marks struct {
	text  string
	spans codegen.Spans
}

// MarksOf compiles a text for its marks. name is the chunk's, see Compile.
func MarksOf(name string, src []byte) (m *Marks, err error) {
	_, err = compile(name, plain(name, src), parser.ParseSpans, func(chunk *parser.Chunk, source, show string) (p *lua.FunctionProto, err error) {
		m = &Marks{text: chunk.Text}
		p, m.spans, err = codegen.CompileSpans(chunk, source, show)
		return p, err
	})
	return m, err
}

// Of is the part of a line, from the byte in it that is from (1 is the first) to before to, that an instruction of p belongs to. known is false
// if p is not of this text. Where it is, but the part cannot be told, from is 0.
func (m *Marks) Of(p *lua.FunctionProto, pc, line int) (from, to int, known bool) {
	spans, ok := m.spans[p]
	if !ok {
		for q, s := range m.spans { // of a text that was compiled for its marks
			if !same(p, q) {
				continue
			}
			if known && pc >= 0 && pc < len(s) && s[pc] != spans[pc] {
				return 0, 0, true // two functions in a line that are alike
			}
			spans, known = s, true
		}
		if !known {
			return 0, 0, false
		}
	}
	if pc < 0 || pc >= len(spans) {
		return 0, 0, true
	}
	from, to = m.within(spans[pc], line)
	return from, to, true
}

// same reports whether two functions were compiled from the same text.
func same(p, q *lua.FunctionProto) bool {
	return p.LineDefined == q.LineDefined && p.LastLineDefined == q.LastLineDefined && p.NumParameters == q.NumParameters &&
		slices.Equal(p.Code, q.Code) && slices.Equal(p.DbgSourcePositions, q.DbgSourcePositions) && slices.Equal(p.Constants, q.Constants)
}

// within is the part of a span that is in a line.
func (m *Marks) within(span parser.Span, line int) (from, to int) {
	if span.To == 0 {
		return 0, 0
	}
	start := 0 // of the line
	for range line - 1 {
		i := strings.IndexAny(m.text[start:], "\r\n")
		if i < 0 {
			return 0, 0
		}
		start += i + 1
		if c := m.text[start-1 : min(start+1, len(m.text))]; c == "\r\n" || c == "\n\r" {
			start++
		}
	}
	end := len(m.text)
	if i := strings.IndexAny(m.text[start:], "\r\n"); i >= 0 {
		end = start + i
	}
	first, last := max(span.From, start), min(span.To, end)
	for first < last && (m.text[first] == ' ' || m.text[first] == '\t') {
		first++
	}
	if first >= last {
		return 0, 0
	}
	return first - start + 1, last - start + 1
}
