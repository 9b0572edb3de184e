// Package term is the table term: colours, tables in columns, and questions to whoever sits at the terminal.
package term

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

//go:embed term.lua
var stub string

//go:embed ask.lua
var askStub string

// Module is what of the table term touches no terminal.
func Module() interp.Module {
	return interp.Module{
		Name: "term",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "style", Fn: style},
			{Name: "table", Fn: table},
			{Name: "width", Fn: width},
		},
	}
}

// Terminal is the rest of it: what the terminal is, and questions to whoever sits there.
func Terminal() interp.Module {
	return interp.Module{
		Name: "term",
		Stub: askStub,
		Defs: []interp.Def{
			{Name: "ask", Fn: ask},
			{Name: "choose", Fn: choose},
			{Name: "confirm", Fn: confirm},
			{Name: "is_terminal", Fn: isTerminal},
			{Name: "size", Fn: size},
		},
	}
}

// attributes are the words of a style, each with its number of ECMA-48's SGR.
var attributes = []struct {
	word string
	sgr  string
}{
	{"bold", "1"}, {"dim", "2"}, {"italic", "3"}, {"underline", "4"}, {"reverse", "7"}, {"strike", "9"},
	{"black", "30"}, {"red", "31"}, {"green", "32"}, {"yellow", "33"}, {"blue", "34"}, {"magenta", "35"}, {"cyan", "36"}, {"white", "37"},
	{"grey", "90"}, {"gray", "90"}, {"default", "39"},
}

// sgr is the number of a word; "" if it is none. on makes a colour the background's, bright a brighter one.
func sgr(word string, on, bright bool) string {
	for _, a := range attributes {
		if a.word != word {
			continue
		}
		code := a.sgr
		if len(code) == 2 && bright && code[0] == '3' {
			code = "9" + code[1:]
		}
		switch {
		case (on || bright) && len(code) < 2:
			return ""
		case on && code[0] == '3':
			return "4" + code[1:]
		case on:
			return "10" + code[1:]
		}
		return code
	}
	return ""
}

const reset = "\x1b[0m"

// style is term.style(s, words).
func style(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	words, err := c.Text(2)
	if err != nil {
		return err
	}
	var codes []string
	on, bright := false, false
	for word := range strings.FieldsSeq(words) {
		switch word {
		case "on":
			on = true
			continue
		case "bright":
			bright = true
			continue
		}
		code := sgr(word, on, bright)
		if code == "" {
			var names []string
			for _, a := range attributes {
				names = append(names, a.word)
			}
			meant := ""
			if near := interp.Nearest(word, slices.Values(names)); near != "" && near != word {
				meant = ", did you mean '" + near + "'?"
			}
			return c.ArgError(2, "unknown style '"+interp.CutCells(word, 40)+"'"+meant+"; there are: "+strings.Join(names, " ")+", and before a colour: on bright")
		}
		codes = append(codes, code)
		on, bright = false, false
	}
	if on || bright {
		return c.ArgError(2, "a colour is missing at the end: 'on' and 'bright' stand before one")
	}
	if len(codes) == 0 || s == "" || !coloured(c) {
		return c.Return(s)
	}
	begin := "\x1b[" + strings.Join(codes, ";") + "m"
	if err := c.Room(len(s) + strings.Count(s, reset)*len(begin)); err != nil {
		return err
	}
	return c.Return(begin + strings.ReplaceAll(s, reset, reset+begin) + reset) // what is styled inside ends all styles
}

// coloured reports whether what is printed may have colours. NO_COLOR counts as no-color.org has it: set to anything but nothing.
func coloured(c *interp.Call) bool {
	no, _ := c.Env("NO_COLOR")
	return no == "" && c.StdoutIsTerminal() && c.Terminal().Live()
}

// width is term.width(s).
func width(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	most := 0
	for line := range strings.Lines(s) {
		most = max(most, interp.Cells(line))
	}
	return c.Return(most)
}

// size is term.size().
func size(c *interp.Call) error {
	columns, rows := c.Terminal().Size()
	return c.Return(columns, rows)
}

// isTerminal is term.is_terminal([handle]).
func isTerminal(c *interp.Call) error {
	if c.Arg(1).IsNil() {
		return c.Return(c.StdoutIsTerminal())
	}
	is, ok := c.IsTerminal(c.Arg(1))
	if !ok {
		return c.ArgError(1, "an open file handle expected, such as io.stderr, got "+data.TypeOf(c.Arg(1)))
	}
	return c.Return(is)
}
