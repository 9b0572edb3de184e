// Package args is the table args: the command line of a script, read by a table that describes it.
package args

import (
	_ "embed"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

//go:embed args.lua
var stub string

// Module is the table args.
func Module() interp.Module {
	return interp.Module{
		Name: "args",
		Stub: stub,
		Defs: []interp.Def{{Name: "parse", Fn: parse}},
	}
}

// misuse is what is wrong with a command line. It is told to who has typed it, not to the script.
type misuse struct{ what string }

func (m *misuse) Error() string { return m.what }

func misused(format string, args ...any) error { return &misuse{fmt.Sprintf(format, args...)} }

// asked is what ends the script well: its help, or its version.
type asked struct{ text string }

func (a *asked) Error() string { return a.text }

// parse is args.parse(spec [, list]).
func parse(c *interp.Call) error {
	t, ok := c.Arg(1).Table()
	if !ok {
		return c.TypeError(1, "table")
	}
	s, err := readSpec(c, t, "", 0)
	if err != nil {
		return err
	}
	words, err := commandLine(c)
	if err != nil {
		return err
	}
	if s.name == "" {
		s.name = scriptName(c)
	}
	opt, err := newLine(c, s).parse(words)
	var wrong *misuse
	var end *asked
	switch {
	case errors.As(err, &wrong) && c.Interactive():
		return interp.Errorf(interp.KindError, "args.parse: %s", oneLine(wrong.what))
	case errors.As(err, &wrong):
		text := fmt.Sprintf("%s: %s (%s --help tells more)\n", s.name, oneLine(wrong.what), s.name)
		if _, err := c.Stderr().Write([]byte(text)); errors.Is(err, interp.ErrLimit) {
			return err
		}
		return leave(c, 2)
	case errors.As(err, &end):
		if _, err := c.Stdout().Write([]byte(end.text)); err != nil {
			return err
		}
		if c.Interactive() {
			return interp.Errorf(interp.KindError, "args.parse: a script ends here")
		}
		return leave(c, 0)
	case err != nil:
		return err
	}
	return c.Return(opt)
}

// leave ends the script.
func leave(c *interp.Call, status int) error {
	c.Stop(status)
	return c.Checkpoint()
}

// commandLine are the words to read: the second argument, or else the script's.
func commandLine(c *interp.Call) ([]string, error) {
	given := !c.Arg(2).IsNil()
	t, ok := c.Arg(2).Table()
	if given && !ok {
		return nil, c.TypeError(2, "list")
	}
	if !given {
		if t, ok = c.Globals().Field("arg").Table(); !ok {
			return nil, nil
		}
	}
	words := make([]string, 0, t.Len())
	for i := 1; i <= t.Len(); i++ {
		s, ok := t.Index(i).Text()
		if !ok {
			what := fmt.Sprintf("item %d of the list: string expected, got %s", i, data.TypeOf(t.Index(i)))
			if !given {
				return nil, interp.Errorf(interp.KindError, "args.parse: arg: %s", what)
			}
			return nil, c.ArgError(2, what)
		}
		words = append(words, s)
		if err := c.Spend(len(s) + 64); err != nil {
			return nil, err
		}
	}
	return words, nil
}

// scriptName is what the script is called in its help.
func scriptName(c *interp.Call) string {
	if t, ok := c.Globals().Field("arg").Table(); ok {
		if s, ok := t.Index(0).Text(); ok && s != "" && s != "-" && s != "-e" {
			return filepath.Base(s)
		}
	}
	return "script"
}

// oneLine escapes what would make more than a line of a message, or do something to a terminal.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '\ufffd'
		}
		return r
	}, s)
}

// quoted is a word of the command line as messages have it.
func quoted(s string) string {
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "..."
	}
	return "'" + s + "'"
}
