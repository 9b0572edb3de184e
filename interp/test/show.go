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
			b.WriteString("\n  " + ops[from].line)
		}
		b.WriteString("\n" + string(op.sign) + " " + op.line)
		shownTo = i + 1
		for next := i + 1; next < len(ops) && next <= i+contextLines && ops[next].sign == ' '; next++ {
			b.WriteString("\n  " + ops[next].line)
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

// maxTable bounds the table of the longest common subsequence: behind that all lines between what both begin and end with differ.
const maxTable = 4 << 20

// edits turns want into got: the fewest lines that do.
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
	a, b := want[begin:len(want)-end], got[begin:len(got)-end]
	width := len(b) + 1
	var common []int32
	if (len(a)+1)*width <= maxTable {
		common = make([]int32, (len(a)+1)*width)
		for i := len(a) - 1; i >= 0; i-- {
			for j := len(b) - 1; j >= 0; j-- {
				if a[i] == b[j] {
					common[i*width+j] = common[(i+1)*width+j+1] + 1
				} else {
					common[i*width+j] = max(common[(i+1)*width+j], common[i*width+j+1])
				}
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case common != nil && i < len(a) && j < len(b) && a[i] == b[j]:
			ops = append(ops, edit{' ', a[i]})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || common == nil || common[(i+1)*width+j] >= common[i*width+j+1]):
			ops = append(ops, edit{'-', a[i]})
			i++
		default:
			ops = append(ops, edit{'+', b[j]})
			j++
		}
	}
	for _, l := range want[len(want)-end:] {
		ops = append(ops, edit{' ', l})
	}
	return ops
}
