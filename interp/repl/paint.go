package repl

import "strings"

// The colours of a line: those that read well on dark and light ground alike.
var colours = map[kind]string{keywordToken: "34", numberToken: "36", textToken: "32", commentToken: "2"}

const colourMatch = "1;4" // of the bracket at the cursor and the one that belongs to it

// paint colours src from the byte offset from on; what stands before it only tells what the rest means. The cursor is at
// pos.
func paint(src string, from, pos int) string {
	var b strings.Builder
	tokens := scan(src)
	one, other := brackets(src, tokens, pos)
	for _, t := range tokens {
		if t.to <= from {
			continue
		}
		part := src[max(t.from, from):t.to]
		colour := colours[t.kind]
		if t.kind == symbolToken && other >= 0 && (t.from == one || t.from == other) {
			colour = colourMatch
		}
		if colour == "" {
			b.WriteString(part)
		} else {
			b.WriteString("\x1b[" + colour + "m" + part + "\x1b[0m")
		}
	}
	return b.String()
}

// brackets are the offsets of the bracket before or at the cursor and of the one that it belongs to; other is -1 if there
// is none.
func brackets(src string, tokens []token, pos int) (one, other int) {
	const opening, closing = "([{", ")]}"
	var open []int
	pairs := map[int]int{}
	for _, t := range tokens {
		if t.kind != symbolToken {
			continue
		}
		c := src[t.from]
		if strings.IndexByte(opening, c) >= 0 {
			open = append(open, t.from)
		} else if k := strings.IndexByte(closing, c); k >= 0 && len(open) > 0 {
			if last := open[len(open)-1]; src[last] == opening[k] {
				pairs[last], pairs[t.from] = t.from, last
			}
			open = open[:len(open)-1]
		}
	}
	for _, at := range []int{pos - 1, pos} { // as one types, the cursor is behind the bracket
		if to, ok := pairs[at]; ok {
			return at, to
		}
	}
	return -1, -1
}
