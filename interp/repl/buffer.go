package repl

import (
	"strings"
	"unicode"

	"github.com/lull-lua/lull/interp"
)

// buffer is an entry that is edited, of one line or several, with the cursor before text[pos].
type buffer struct {
	text   []rune
	pos    int
	cells  int    // the column that up and down keep to; -1: that of the cursor
	killed []rune // what Ctrl-Y brings back
}

const tabCells = 4 // a tab is shown as so many blanks

// cellsOf is how many cells of a row a character takes.
func cellsOf(r rune) int {
	switch {
	case r == '\t':
		return tabCells
	case r < 0xa0:
		return 1 // a control character is shown as something else
	}
	return interp.Cells(string(r))
}

const joiner = '\u200d' // joins two characters to one, as of emoji

// next is the place behind the character at i, with the marks that belong to it.
func (b *buffer) next(i int) int {
	for i++; i < len(b.text) && (b.text[i-1] == joiner || b.text[i] != '\n' && cellsOf(b.text[i]) == 0); i++ {
	}
	return min(i, len(b.text))
}

// before is the place of the character that ends at i.
func (b *buffer) before(i int) int {
	for i--; i > 0 && (cellsOf(b.text[i]) == 0 && b.text[i] != '\n' || b.text[i-1] == joiner); i-- {
	}
	return max(i, 0)
}

// lineStart and lineEnd are where the line begins and ends that the place i is in.
func (b *buffer) lineStart(i int) int {
	for i > 0 && b.text[i-1] != '\n' {
		i--
	}
	return i
}

func (b *buffer) lineEnd(i int) int {
	for i < len(b.text) && b.text[i] != '\n' {
		i++
	}
	return i
}

// up and down go to the line above or below; false: there is none.
func (b *buffer) up() bool {
	start := b.lineStart(b.pos)
	if start == 0 {
		return false
	}
	b.toColumn(b.lineStart(start - 1))
	return true
}

func (b *buffer) down() bool {
	end := b.lineEnd(b.pos)
	if end == len(b.text) {
		return false
	}
	b.toColumn(end + 1)
	return true
}

// toColumn goes to the cursor's column in the line that begins at start.
func (b *buffer) toColumn(start int) {
	if b.cells < 0 {
		b.cells = 0
		for _, r := range b.text[b.lineStart(b.pos):b.pos] {
			b.cells += cellsOf(r)
		}
	}
	b.pos = start
	for at := 0; b.pos < len(b.text) && b.text[b.pos] != '\n'; b.pos = b.next(b.pos) {
		if at += cellsOf(b.text[b.pos]); at > b.cells {
			return
		}
	}
}

func (b *buffer) insert(text string) {
	b.replace(b.pos, b.pos, text)
}

// replace puts text in the place of what is between from and to, and the cursor behind it.
func (b *buffer) replace(from, to int, text string) {
	add := []rune(text)
	b.text = append(b.text[:from:from], append(add, b.text[to:]...)...)
	b.pos = from + len(add)
}

// kill takes away what is between from and to, for Ctrl-Y.
func (b *buffer) kill(from, to int) {
	if from < to {
		b.killed = append([]rune(nil), b.text[from:to]...)
		b.replace(from, to, "")
	}
}

// wordLeft and wordRight are where the word before the cursor begins, and the one behind it ends.
func (b *buffer) wordLeft() int {
	i := b.pos
	for i > 0 && !inWord(b.text[i-1]) {
		i--
	}
	for i > 0 && inWord(b.text[i-1]) {
		i--
	}
	return i
}

func (b *buffer) wordRight() int {
	i := b.pos
	for i < len(b.text) && !inWord(b.text[i]) {
		i++
	}
	for i < len(b.text) && inWord(b.text[i]) {
		i++
	}
	return i
}

func inWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

// swap exchanges the character before the cursor with the one behind it, or at the end the last two.
func (b *buffer) swap() {
	i := b.pos
	if i == len(b.text) || b.text[i] == '\n' {
		i--
	}
	if i > 0 && b.text[i-1] != '\n' {
		b.text[i-1], b.text[i] = b.text[i], b.text[i-1]
		b.pos = i + 1
	}
}

// lastLine reports whether nothing but blanks stands in the lines below the cursor's.
func (b *buffer) lastLine() bool {
	return strings.TrimSpace(string(b.text[b.lineEnd(b.pos):])) == ""
}

// newline begins a line at the cursor, indented by what is open before it.
func (b *buffer) newline() {
	before := strings.TrimRight(string(b.text[:b.pos]), " \t")
	to := b.pos
	for to < len(b.text) && b.text[to] == ' ' {
		to++
	}
	after := string(b.text[to:b.lineEnd(to)])
	from := b.pos
	if open := scan(before); len(open) > 0 && open[len(open)-1].open && open[len(open)-1].kind == textToken {
		before = string(b.text[:b.pos]) // the blanks are of a string
	} else {
		from = len([]rune(before))
	}
	b.replace(from, to, "\n"+indent(before+"\n", after))
}

// reindent puts a line that the cursor is at the end of where it belongs, once its only word is one such as end, or has just ceased
// to be: endless.
func (b *buffer) reindent() {
	start := b.lineStart(b.pos)
	if start == 0 || b.lineEnd(b.pos) != b.pos {
		return
	}
	line := string(b.text[start:b.pos])
	word := strings.TrimLeft(line, " ")
	if word == "" || strings.ContainsAny(word, " \t") || !closes(word) && !closes(word[:len(word)-1]) {
		return
	}
	b.replace(start, b.pos, indent(string(b.text[:start]), word)+word)
}

// unit is what a block is indented by.
const unit = "  "

var (
	opening = map[string]bool{"function": true, "do": true, "then": true, "repeat": true, "else": true, "(": true, "[": true, "{": true}
	closing = map[string]bool{"end": true, "until": true, "else": true, "elseif": true, ")": true, "]": true, "}": true}
)

// closes reports whether a line of that word alone stands where what it closes was opened.
func closes(word string) bool { return closing[word] }

// indent is the blanks that a line begins with which src, whole lines, stands before.
func indent(src, line string) string {
	var open []string // the indentation of the lines in which something was opened
	tokens := scan(src)
	if n := len(tokens); n > 0 && tokens[n-1].open {
		return "" // it is inside a text
	}
	at, blanks := 0, "" // of the line that the token is in
	for _, t := range tokens {
		if t.kind == blankToken || t.kind == commentToken || t.kind == textToken {
			continue
		}
		if i := strings.LastIndexByte(src[:t.from], '\n') + 1; i != at || i == 0 {
			at = i
			blanks = src[i : i+span(src[i:], 0, func(c byte) bool { return c == ' ' || c == '\t' })]
		}
		word := src[t.from:t.to]
		if closing[word] && len(open) > 0 {
			open = open[:len(open)-1]
		}
		if opening[word] {
			open = append(open, blanks)
		}
	}
	if len(open) == 0 {
		return ""
	}
	last := open[len(open)-1]
	if first := scan(line); len(first) > 0 && closing[line[first[0].from:first[0].to]] {
		return last
	}
	return last + unit
}
