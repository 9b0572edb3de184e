package term

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// maxCells bounds the fields of a table.
const maxCells = 1_000_000

// grid is a table that is made.
type grid struct {
	rows  [][]string
	right []bool // the columns that end at their right side
	head  bool   // the first row is a header
}

// table is term.table(rows [, opts]).
func table(c *interp.Call) error {
	rows, err := c.List(1, nil)
	if err != nil {
		return err
	}
	var columns, align interp.Value
	width := 0.0
	if err := c.Options(2, map[string]any{"columns": &columns, "align": &align, "max_width": &width}); err != nil {
		return err
	}
	if width == 0 {
		width = math.Inf(1)
		if c.StdoutIsTerminal() {
			n, _ := c.Terminal().Size()
			width = float64(n)
		}
	} else if !(width >= 1) {
		return c.ArgError(2, "option 'max_width': it must be above zero")
	}
	names, err := texts(c, 2, "columns", columns)
	if err != nil {
		return err
	}
	g := &grid{head: names != nil}
	if g.head {
		g.rows = append(g.rows, names)
	}
	numbers := make([]bool, len(names)) // nothing but numbers is in the column
	for i := range numbers {
		numbers[i] = true
	}
	size := 0
	for i, v := range rows {
		row, ok := v.Table()
		if !ok {
			return c.ArgError(1, fmt.Sprintf("row %d: table expected, got %s", i+1, data.TypeOf(v)))
		}
		n := max(row.Len(), len(names))
		if size += n; size > maxCells {
			return interp.Errorf(interp.KindLimit, "term.table: it has more than %d fields", maxCells)
		}
		fields := make([]string, n)
		for j := range fields {
			value := row.Index(j + 1)
			if value.IsNil() && j < len(names) && row.Len() == 0 {
				value = row.Field(names[j])
			}
			text, err := fieldText(c, i, j, value)
			if err != nil {
				return err
			}
			for j >= len(numbers) {
				numbers = append(numbers, true)
			}
			numbers[j] = numbers[j] && (value.IsNil() || value.Type() == "number")
			fields[j] = text
		}
		g.rows = append(g.rows, fields)
	}
	if g.right, err = alignment(c, align, names, numbers); err != nil {
		return err
	}
	bytes := 0
	for _, row := range g.rows {
		for _, text := range row {
			bytes += len(text) + 2
		}
	}
	if err := c.Room(2 * bytes); err != nil {
		return err
	}
	var out string
	err = c.Compute(bytes, interp.LargeInput, func(w *interp.Work) error {
		out, err = g.text(int(min(width, 1<<20)), w.Did)
		return err
	})
	if err != nil {
		return err
	}
	return c.Return(out)
}

// texts is an option that is a list of strings; nil if it is absent.
func texts(c *interp.Call, i int, name string, v interp.Value) ([]string, error) {
	if v.IsNil() {
		return nil, nil
	}
	t, ok := v.Table()
	if !ok {
		return nil, c.ArgError(i, "option '"+name+"': list expected, got "+data.TypeOf(v))
	}
	list := make([]string, t.Len())
	for j := range list {
		text, ok := t.Index(j + 1).Text()
		if !ok {
			return nil, c.ArgError(i, fmt.Sprintf("option '%s': item %d: string expected, got %s", name, j+1, data.TypeOf(t.Index(j+1))))
		}
		list[j] = line(text)
	}
	return list, nil
}

// alignment says which columns end at their right side: those of numbers, unless the option align says something else.
func alignment(c *interp.Call, align interp.Value, names []string, numbers []bool) ([]bool, error) {
	t, ok := align.Table()
	if !ok && !align.IsNil() {
		return nil, c.ArgError(2, "option 'align': list or table by column expected, got "+data.TypeOf(align))
	}
	for j := range numbers {
		if !ok {
			break
		}
		side := t.Index(j + 1)
		if side.IsNil() && j < len(names) {
			side = t.Field(names[j])
		}
		switch text, _ := side.Text(); {
		case side.IsNil():
		case text == "left" || text == "right":
			numbers[j] = text == "right"
		default:
			return nil, c.ArgError(2, fmt.Sprintf("option 'align': column %d: \"left\" or \"right\" expected, got %s", j+1, side.String()))
		}
	}
	return numbers, nil
}

// fieldText is the text of a field.
func fieldText(c *interp.Call, i, j int, v interp.Value) (string, error) {
	switch v.Type() {
	case "nil":
		return "", nil
	case "string", "number", "boolean":
		return line(v.String()), nil
	}
	if e, ok := v.Object().(*interp.Error); ok {
		return line(e.Error()), nil
	}
	return "", c.ArgError(1, fmt.Sprintf("row %d, column %d: string, number or boolean expected, got %s", i+1, j+1, data.TypeOf(v)))
}

// line is a text in one line, in which nothing but styles is more than characters.
func line(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] >= ' ' && s[i] < 0x7f
	}
	if plain {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		if end := strings.IndexByte(s, 'm'); strings.HasPrefix(s, "\x1b[") && end > 0 && strings.Trim(s[2:end], "0123456789;") == "" {
			b.WriteString(s[:end+1])
			s = s[end+1:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			r = ' '
		}
		b.WriteRune(r)
		s = s[size:]
	}
	return b.String()
}

// gap is how many cells are between columns.
const gap = 2

// text is the table, whose lines take at most so many cells: the widest columns are cut for it. did is told how many bytes are done.
func (g *grid) text(width int, did func(n int) error) (string, error) {
	widths := make([]int, len(g.right))
	for _, row := range g.rows {
		n := 0
		for j, text := range row {
			widths[j] = max(widths[j], interp.Cells(text))
			n += len(text)
		}
		if err := did(n); err != nil {
			return "", err
		}
	}
	narrow(widths, width-gap*(len(widths)-1))
	var b strings.Builder
	for i, row := range g.rows {
		before := b.Len()
		blanks := 0
		for j, text := range row {
			if n := interp.Cells(text); n > widths[j] {
				text = cut(text, widths[j])
			}
			free := widths[j] - interp.Cells(text)
			if g.right[j] {
				blanks += free
			}
			if text != "" {
				b.WriteString(strings.Repeat(" ", blanks) + text)
				blanks = 0
			}
			if !g.right[j] {
				blanks += free
			}
			blanks += gap
		}
		if i < len(g.rows)-1 {
			b.WriteString("\n")
		}
		if err := did(b.Len() - before); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

// cut is a text that is too wide, with a sign that it is cut.
func cut(text string, width int) string {
	if width < 1 {
		return ""
	}
	short := interp.CutCells(text, width-1)
	if strings.HasSuffix(text, reset) {
		return strings.TrimSuffix(short, reset) + "…" + reset
	}
	return short + "…"
}

// narrow takes from the widest columns until all of them fit into so many cells; none becomes narrower than one.
func narrow(widths []int, room int) {
	sum := 0
	for _, w := range widths {
		sum += w
	}
	low, high := 1, 1
	for _, w := range widths {
		high = max(high, w)
	}
	if sum <= room {
		return
	}
	for low < high { // the greatest width that all fit with
		most := (low + high + 1) / 2
		n := 0
		for _, w := range widths {
			n += min(w, most)
		}
		if n <= room {
			low = most
		} else {
			high = most - 1
		}
	}
	for j := range widths {
		widths[j] = min(widths[j], low)
	}
}
