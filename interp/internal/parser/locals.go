package parser

import "slices"

// LocalsAt are the names of the locals that can be seen in a line of a text, outermost first, and the line that declares a
// local of some name which cannot be seen there: the first further down, else the last before; 0: none. The text is one that
// the parser accepts; of another it goes by what the lexer takes.
func LocalsAt(src string, line int, name string) (seen []string, hidden int) {
	var names []string
	at := false // the line has been passed
	l := &lexer{src: src, line: 1, known: map[string]string{}}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(*Error); !ok {
				panic(r)
			}
		}
	}()
	declare := func(n string, in int) {
		names = append(names, n)
		if n == name && hidden <= line {
			hidden = in
		}
	}
	type block struct {
		names   int  // how many there are outside it
		wantsDo bool // it is a loop whose "do" has not come
	}
	var blocks []block
	push := func(wantsDo bool) { blocks = append(blocks, block{len(names), wantsDo}) }
	const (
		nothing    = iota
		variables  // behind "local" or "for", up to what is no name
		header     // behind "function"
		parameters // behind the bracket there
	)
	reading := nothing
	var t token
	for before := kind(0); ; before = t.kind {
		l.next(&t)
		if !at && (t.kind == tokEOF || l.line > line) {
			seen, at = slices.Clone(names), true
		}
		if t.kind == tokEOF || at && hidden > line {
			return seen, hidden
		}
		switch n := len(blocks); t.kind {
		case tokName:
			switch {
			case before == tokFunction && reading == variables: // "local function f" is seen outside, too
				declare(t.text, l.line)
				blocks[n-1].names++
				reading = header
			case reading == variables, reading == parameters:
				declare(t.text, l.line)
			}
			continue
		case ',':
			continue
		case '(':
			if reading == header || before == tokFunction {
				reading = parameters
				continue
			}
		case '.':
			if reading == header {
				continue
			}
		case ':':
			if reading == header {
				names = append(names, "self")
				continue
			}
		case tokLocal:
			reading = variables
			continue
		case tokFunction:
			push(false)
			if before != tokLocal {
				reading = header
			}
			continue
		case tokFor:
			push(true)
			reading = variables
			continue
		case tokWhile:
			push(true)
		case tokIf, tokRepeat:
			push(false)
		case tokDo:
			if n > 0 && blocks[n-1].wantsDo {
				blocks[n-1].wantsDo = false
			} else {
				push(false)
			}
		case tokElse, tokElseif:
			if n > 0 {
				names = names[:blocks[n-1].names]
			}
		case tokEnd, tokUntil:
			if n > 0 {
				names, blocks = names[:blocks[n-1].names], blocks[:n-1]
			}
		}
		reading = nothing
	}
}
