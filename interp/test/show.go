package test

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
)

// maxShown bounds how many lines of a value are made, so that a table of millions is told and does not take all memory.
const maxShown = 20_000

// shown makes lines of a value: the same for values that are equal, whatever the order in which their keys were set.
type shown struct {
	lines []string
	line  strings.Builder
	open  map[any]bool // tables that are being shown
	full  bool
}

// show is a value as text; a table as a constructor, an entry a line, with its keys sorted.
func show(v interp.Value) string { return strings.Join(linesOf(v), "\n") }

func linesOf(v interp.Value) []string {
	s := &shown{open: map[any]bool{}}
	s.value(v, "")
	s.end()
	if s.full {
		s.lines = append(s.lines, fmt.Sprintf("(cut: more than %d lines)", maxShown))
	}
	return s.lines
}

func (s *shown) end() {
	if s.full = len(s.lines) >= maxShown; !s.full {
		s.lines = append(s.lines, s.line.String())
	}
	s.line.Reset()
}

func (s *shown) value(v interp.Value, indent string) {
	t, ok := v.Table()
	switch {
	case !ok:
		s.line.WriteString(scalar(v))
		return
	case s.open[t]:
		s.line.WriteString("<a table around it>")
		return
	case len(indent) > 200:
		s.line.WriteString("<too deep>")
		return
	}
	s.open[t] = true
	defer delete(s.open, t)
	s.line.WriteString("{")
	n, empty := t.Len(), true
	entry := func(key string, v interp.Value) {
		if empty {
			s.end()
		}
		empty = false
		s.line.WriteString(indent + "  " + key)
		s.value(v, indent+"  ")
		s.line.WriteString(",")
		s.end()
	}
	for i := 1; i <= n && !s.full; i++ {
		entry("", t.Index(i))
	}
	type pair struct{ k, v interp.Value }
	var rest []pair
	for k, v := range t.Fields() {
		if isCount(t, k) {
			continue
		}
		rest = append(rest, pair{k, v})
	}
	slices.SortStableFunc(rest, func(a, b pair) int { return compareKeys(a.k, b.k) })
	for _, p := range rest {
		if s.full {
			break
		}
		entry(keyText(p.k)+" = ", p.v)
	}
	if !empty {
		s.line.WriteString(indent)
	}
	s.line.WriteString("}")
}

// compareKeys sorts numbers by their size, then strings by their bytes, then all else by its text.
func compareKeys(a, b interp.Value) int {
	rank := func(v interp.Value) int {
		switch v.Type() {
		case "number":
			return 0
		case "string":
			return 1
		}
		return 2
	}
	if d := cmp.Compare(rank(a), rank(b)); d != 0 {
		return d
	}
	if x, ok := a.Number(); ok {
		y, _ := b.Number()
		return cmp.Compare(x, y)
	}
	return strings.Compare(scalar(a), scalar(b))
}

func keyText(k interp.Value) string {
	if s, ok := k.Text(); ok && k.Type() == "string" && isName(s) {
		return s
	}
	return "[" + scalar(k) + "]"
}

var reserved = strings.Fields("and break do else elseif end false for function goto if in local nil not or repeat return then true until while")

func isName(s string) bool {
	for i, r := range s {
		if !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || i > 0 && r >= '0' && r <= '9') {
			return false
		}
	}
	return s != "" && !slices.Contains(reserved, s)
}

// scalar is what is no table, in a line.
func scalar(v interp.Value) string {
	switch v.Type() {
	case "number":
		n, _ := v.Number()
		if math.IsNaN(n) {
			return "nan"
		}
		if n == math.Trunc(n) && math.Abs(n) < 1e15 {
			return strconv.FormatFloat(n, 'f', -1, 64)
		}
		return strconv.FormatFloat(n, 'g', -1, 64)
	case "string":
		s, _ := v.Text()
		return quoted(s)
	case "table":
		return "<a table>"
	case "function", "thread":
		return "<a " + v.Type() + ">"
	}
	if e, ok := v.Object().(*interp.Error); ok {
		return "<error: " + e.Error() + ">"
	}
	return v.String()
}

// quoted is a string as Lua reads it: bytes that are no text as \ddd.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '"' || r == '\\':
			b.WriteString("\\" + string(r))
		case r == '\n':
			b.WriteString("\\n")
		case r == '\t':
			b.WriteString("\\t")
		case r == '\r':
			b.WriteString("\\r")
		case r < ' ' || r == 127 || r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, "\\%03d", s[i])
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	b.WriteByte('"')
	return b.String()
}

// context is how many equal lines are shown around what differs.
const contextLines = 3

// diff is how two texts differ, line by line: what is wanted behind -, what there is behind +.
func diff(want, got []string) string {
	ops := edits(want, got)
	var b strings.Builder
	shownTo, told := 0, 0
	for i, op := range ops {
		if op.sign == ' ' {
			continue
		}
		if told++; told > maxTold {
			for _, op := range ops[i:] {
				if op.sign != ' ' {
					told++
				}
			}
			fmt.Fprintf(&b, "\n  ... and %d more lines that differ", told-1-maxTold)
			return b.String()
		}
		from := max(shownTo, i-contextLines)
		if from > shownTo {
			b.WriteString("\n  ...")
		}
		for ; from < i; from++ {
			b.WriteString("\n  " + cutLine(ops[from].line))
		}
		b.WriteString("\n" + string(op.sign) + " " + cutLine(op.line))
		shownTo = i + 1
		for next := i + 1; next < len(ops) && next <= i+contextLines && ops[next].sign == ' '; next++ {
			b.WriteString("\n  " + cutLine(ops[next].line))
			shownTo = next + 1
		}
	}
	if shownTo < len(ops) {
		b.WriteString("\n  ...")
	}
	return b.String()
}

// maxTold is how many lines that differ are shown.
const maxTold = 100

type edit struct {
	sign byte
	line string
}

// maxLine is how long a line is shown whole, in bytes.
const maxLine = 300

// cutLine is a line as it is shown.
func cutLine(s string) string {
	if len(s) <= maxLine {
		return s
	}
	return fmt.Sprintf("%s... %d bytes ...%s", strings.ToValidUTF8(s[:200], ""), len(s)-250, strings.ToValidUTF8(s[len(s)-50:], ""))
}

// around says how two long lines differ: by what stands where they first do.
func around(want, got string) string {
	at := 0
	for at < len(want) && at < len(got) && want[at] == got[at] {
		at++
	}
	piece := func(s string) string {
		from, to := max(0, at-60), min(len(s), at+120)
		text := strings.ToValidUTF8(s[from:to], "")
		if from > 0 {
			text = "..." + text
		}
		if to < len(s) {
			text += "..."
		}
		return text
	}
	return fmt.Sprintf("them to be equal (- wanted, + got); they are the same for %d bytes, of %d and %d\n- %s\n+ %s", at, len(want), len(got), piece(want), piece(got))
}

// maxEdits bounds for how many lines that differ the fewest are looked for: behind that all lines between what both begin and end with do.
const maxEdits = 1000

// edits turns want into got: the fewest lines that do, by Myers' algorithm ("An O(ND) difference algorithm and its variations", 1986).
func edits(want, got []string) (ops []edit) {
	begin := 0
	for begin < len(want) && begin < len(got) && want[begin] == got[begin] {
		begin++
	}
	end := 0
	for end < len(want)-begin && end < len(got)-begin && want[len(want)-1-end] == got[len(got)-1-end] {
		end++
	}
	for _, l := range want[:begin] {
		ops = append(ops, edit{' ', l})
	}
	ops = append(ops, fewest(want[begin:len(want)-end], got[begin:len(got)-end])...)
	for _, l := range want[len(want)-end:] {
		ops = append(ops, edit{' ', l})
	}
	return ops
}

func fewest(a, b []string) (ops []edit) {
	// reach[d][k+d] is how far into a one comes on the diagonal k (what was taken from a, less what was taken from b) by d lines that differ.
	var reach [][]int
	for d := 0; ; d++ {
		if d > maxEdits {
			return apart(a, b)
		}
		row := make([]int, 2*d+1)
		reach = append(reach, row)
		for k := -d; k <= d; k += 2 {
			x := 0
			if d > 0 {
				x = step(reach[d-1], d-1, k)
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			if row[k+d] = x; x >= len(a) && x-k >= len(b) {
				return trail(a, b, reach, k)
			}
		}
	}
}

// step is how far one comes on the diagonal k by one more line that differs, from what there is by d of them.
func step(row []int, d, k int) int {
	if k == -d-1 || k != d+1 && row[k-1+d] < row[k+1+d] {
		return row[k+1+d] // a line of b
	}
	return row[k-1+d] + 1 // a line of a
}

// trail are the edits that have led to the end, on the diagonal k.
func trail(a, b []string, reach [][]int, k int) []edit {
	var ops []edit // the last first
	x := len(a)
	for d := len(reach) - 1; d >= 0; d-- {
		from := 0
		if d > 0 {
			from = step(reach[d-1], d-1, k)
		}
		for ; x > from; x-- {
			ops = append(ops, edit{' ', a[x-1]})
		}
		if d == 0 {
			break
		}
		if row := reach[d-1]; k == -d || k != d && row[k-1+d-1] < row[k+1+d-1] {
			ops = append(ops, edit{'+', b[x-k-1]})
			k++
		} else {
			ops = append(ops, edit{'-', a[x-1]})
			x--
			k--
		}
	}
	slices.Reverse(ops)
	return ops
}

// apart are edits of what has little in common, some lines of one by some of the other.
func apart(a, b []string) (ops []edit) {
	const some = maxTold / 2
	for len(a)+len(b) > 0 {
		n, m := min(some, len(a)), min(some, len(b))
		for _, l := range a[:n] {
			ops = append(ops, edit{'-', l})
		}
		for _, l := range b[:m] {
			ops = append(ops, edit{'+', l})
		}
		a, b = a[n:], b[m:]
	}
	return ops
}
