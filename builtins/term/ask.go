package term

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// asking lets one task ask after the other.
type asking struct{ turn chan struct{} }

// inTurn asks when nobody else does.
func inTurn(c *interp.Call, ask func() error) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	a := interp.Local[asking](c)
	if a.turn == nil {
		a.turn = make(chan struct{}, 1)
	}
	got := false
	select {
	case a.turn <- struct{}{}:
		got = true
	default:
		err := c.BlockFirm(func(ctx context.Context) error {
			select {
			case a.turn <- struct{}{}:
				got = true
				return nil
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		})
		if err != nil && !got {
			return err
		}
		defer func() { <-a.turn }()
		if err != nil {
			return err
		}
		return ask()
	}
	defer func() { <-a.turn }()
	return ask()
}

// nobody is the error where there is no terminal to ask at.
func nobody(c *interp.Call, prompt string) error {
	return interp.Errorf(interp.KindError, "term.%s: there is no terminal to ask '%s' at; give it a default for such runs", c.Name(), interp.CutCells(prompt, 60))
}

// spaced is a prompt with room behind it.
func spaced(prompt string) string {
	if prompt == "" || strings.HasSuffix(prompt, " ") || strings.HasSuffix(prompt, "\n") {
		return prompt
	}
	return prompt + " "
}

// ask is term.ask(prompt [, opts]).
func ask(c *interp.Call) error {
	prompt, err := c.Text(1)
	if err != nil {
		return err
	}
	var byDefault, check interp.Value
	secret := false
	if err := c.Options(2, map[string]any{"default": &byDefault, "secret": &secret, "check": &check}); err != nil {
		return err
	}
	text, isText := byDefault.Text()
	if !byDefault.IsNil() && !isText {
		return c.ArgError(2, "option 'default': string expected, got "+data.TypeOf(byDefault))
	}
	if !check.IsNil() && !check.IsFunction() {
		return c.ArgError(2, "option 'check': function expected, got "+data.TypeOf(check))
	}
	shown := spaced(prompt)
	if isText && !secret && text != "" {
		shown += "[" + text + "] "
	}
	return inTurn(c, func() error {
		for {
			line, ok, err := c.Prompt(shown, secret)
			switch {
			case err != nil:
				return err
			case !ok && !isText:
				return nobody(c, prompt)
			case !ok, line == "" && isText:
				return c.Return(text)
			case check.IsNil():
				return c.Return(line)
			}
			answer, err := c.Value(line)
			if err != nil {
				return err
			}
			vals, err := c.Call(check, answer)
			if err != nil {
				return err
			}
			if vals.Get(1).Truth() {
				return c.Return(line)
			}
			if why, ok := vals.Get(2).Text(); ok {
				c.Terminal().Warn(why)
			}
		}
	})
}

// confirm is term.confirm(prompt [, opts]).
func confirm(c *interp.Call) error {
	prompt, err := c.Text(1)
	if err != nil {
		return err
	}
	var byDefault interp.Value
	if err := c.Options(2, map[string]any{"default": &byDefault}); err != nil {
		return err
	}
	if !byDefault.IsNil() && byDefault.Type() != "boolean" {
		return c.ArgError(2, "option 'default': boolean expected, got "+data.TypeOf(byDefault))
	}
	choice := "[y/n] "
	switch {
	case byDefault.IsNil():
	case byDefault.Truth():
		choice = "[Y/n] "
	default:
		choice = "[y/N] "
	}
	return inTurn(c, func() error {
		for {
			line, ok, err := c.Prompt(spaced(prompt)+choice, false)
			switch answer := strings.ToLower(strings.TrimSpace(line)); {
			case err != nil:
				return err
			case !ok && byDefault.IsNil():
				return nobody(c, prompt)
			case !ok, answer == "" && !byDefault.IsNil():
				return c.Return(byDefault.Truth())
			case answer == "y" || answer == "yes":
				return c.Return(true)
			case answer == "n" || answer == "no":
				return c.Return(false)
			}
			c.Terminal().Warn("y or n, please")
		}
	})
}

// maxChoices bounds a list to choose from.
const maxChoices = 1000

// choose is term.choose(prompt, list [, opts]).
func choose(c *interp.Call) error {
	prompt, err := c.Text(1)
	if err != nil {
		return err
	}
	items, err := c.List(2, nil)
	if err != nil {
		return err
	}
	var byDefault interp.Value
	if err := c.Options(3, map[string]any{"default": &byDefault}); err != nil {
		return err
	}
	switch {
	case len(items) == 0:
		return c.ArgError(2, "there is nothing to choose from")
	case len(items) > maxChoices:
		return c.ArgError(2, fmt.Sprintf("%d items are more than the %d that a person can choose from", len(items), maxChoices))
	}
	names := make([]string, len(items))
	standard := -1
	for i, v := range items {
		text, ok := v.Text()
		if !ok {
			return c.ArgError(2, fmt.Sprintf("item %d: string expected, got %s", i+1, data.TypeOf(v)))
		}
		names[i] = text
		if wanted, ok := byDefault.Text(); ok && wanted == text && standard < 0 {
			standard = i
		}
	}
	if !byDefault.IsNil() && standard < 0 {
		return c.ArgError(3, "option 'default': it is none of the items")
	}
	var menu strings.Builder
	for i, name := range names {
		fmt.Fprintf(&menu, "%*d  %s\n", len(strconv.Itoa(len(names)))+1, i+1, name)
	}
	shown := spaced(prompt)
	if standard >= 0 {
		shown += "[" + names[standard] + "] "
	}
	return inTurn(c, func() error {
		for before := menu.String(); ; before = "" {
			line, ok, err := c.Prompt(before+shown, false)
			if err != nil {
				return err
			}
			i, why := standard, ""
			switch answer := strings.TrimSpace(line); {
			case !ok && standard < 0:
				return nobody(c, prompt)
			case ok && (answer != "" || standard < 0):
				i, why = chosen(names, answer)
			}
			if why == "" {
				return c.Return(items[i], i+1)
			}
			c.Terminal().Warn(why)
		}
	})
}

// chosen is which of the names an answer means: its number, itself, or the only one that begins so.
func chosen(names []string, answer string) (i int, why string) {
	var begin []int
	for i, name := range names {
		if name == answer {
			return i, ""
		}
		if answer != "" && strings.HasPrefix(strings.ToLower(name), strings.ToLower(answer)) {
			begin = append(begin, i)
		}
	}
	n, err := strconv.Atoi(answer)
	switch {
	case err == nil && n >= 1 && n <= len(names):
		return n - 1, ""
	case len(begin) == 1:
		return begin[0], ""
	case len(begin) > 1:
		return 0, fmt.Sprintf("%d of them begin so: type more, or a number from 1 to %d", len(begin), len(names))
	}
	return 0, fmt.Sprintf("type a number from 1 to %d, or the beginning of one of them", len(names))
}
