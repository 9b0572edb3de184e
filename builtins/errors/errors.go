// Package errors is the table errors: error values of a script's own.
package errors

import (
	_ "embed"
	"fmt"

	"github.com/lull-lua/lull/interp"
)

//go:embed errors.lua
var stub string

// Module is the table errors.
func Module() interp.Module {
	return interp.Module{
		Stub: stub,
		Name: "errors",
		Defs: []interp.Def{
			{Name: "new", Fn: newError},
			{Name: "wrap", Fn: wrap},
		},
	}
}

const (
	maxKind   = 64  // bytes of a kind
	maxFields = 100 // of an error value
)

// fieldsOf reads the fields of an error value from the i-th argument, a table: the kind, unless it is absent, the message, if there
// may be one, and others of the script's own.
func fieldsOf(c *interp.Call, i int, kind *interp.Kind, message *interp.Value, cause *interp.Value) ([]ownField, error) {
	t, ok := c.Arg(i).Table()
	if !ok {
		return nil, c.ArgError(i, fmt.Sprintf("table of fields expected, got %s", given(c, i)))
	}
	var own []ownField
	for k, v := range t.All() {
		name, ok := k.Text()
		if !ok || k.Type() != "string" {
			return nil, c.ArgError(i, fmt.Sprintf("names of fields are strings, one is %s", k))
		}
		switch name {
		case "":
			return nil, c.ArgError(i, "a field has no name")
		case "kind":
			word, ok := v.Text()
			if !ok || v.Type() != "string" || !isWord(word) {
				return nil, c.ArgError(i, "field 'kind': a word expected, such as \"quota\"")
			}
			*kind = interp.Kind(word)
		case "message", "cause":
			to := message
			if name == "cause" {
				to = cause
			}
			if to == nil {
				return nil, c.ArgError(i, fmt.Sprintf("field '%s' is made of the other arguments", name))
			}
			*to = v
		case "traceback", "task", "others", "value":
			return nil, c.ArgError(i, fmt.Sprintf("field '%s' is not the script's to set", name))
		default:
			if len(own) == maxFields {
				return nil, tooManyFields(c, i)
			}
			own = append(own, ownField{name, v})
		}
	}
	return own, nil
}

func tooManyFields(c *interp.Call, i int) error {
	return c.ArgError(i, fmt.Sprintf("more than %d fields", maxFields))
}

// ownField is a field of an error value that a script has given it.
type ownField struct {
	name  string
	value interp.Value
}

// given is what the i-th argument is, for messages.
func given(c *interp.Call, i int) string {
	if i > c.Len() {
		return "no value"
	}
	return c.Arg(i).Type()
}

// isWord reports whether a kind is a word: letters and digits, _ and - between them.
func isWord(s string) bool {
	for i, b := range []byte(s) {
		letter := 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
		if !letter && (i == 0 || b != '_' && b != '-' && (b < '0' || b > '9')) {
			return false
		}
	}
	return s != "" && len(s) <= maxKind
}

// errors.new { kind = "quota", message = "...", limit = 5 } is an error value of a script's own, to be raised with error. Its place
// and its traceback are those of the call.
func newError(c *interp.Call) error {
	kind := interp.KindError
	var message, cause interp.Value
	own, err := fieldsOf(c, 1, &kind, &message, &cause)
	if err != nil {
		return err
	}
	text, ok := message.Text()
	if e, is := message.Object().(*interp.Error); is {
		text, ok = e.Msg, true
	}
	if !ok {
		return c.ArgError(1, "field 'message': string expected, got "+message.Type())
	}
	e := interp.Errorf(kind, "%s", text)
	for _, f := range own {
		e = e.With(f.name, f.value)
	}
	e = c.Located(e)
	if cause.IsNil() {
		return c.Return(e)
	}
	return c.Return(c.WithCause(e, c.Caught(cause)))
}

// errors.wrap(err, words [, fields]) is an error value with words before what err says: of its kind, with its fields, unless fields
// has others, and its traceback. err is its cause.
func wrap(c *interp.Call) error {
	if c.Arg(1).IsNil() {
		return c.ArgError(1, "error expected, got "+given(c, 1))
	}
	words, err := c.Text(2)
	if err != nil {
		return err
	}
	n := len(words) + len(": ") + len(c.Caught(c.Arg(1)).Msg)
	if err := c.Room(n); err != nil {
		return err
	}
	if err := c.Spend(n); err != nil {
		return err
	}
	e := c.Wrap(c.Arg(1), words)
	if c.Arg(3).IsNil() {
		return c.Return(e)
	}
	own, err := fieldsOf(c, 3, &e.Kind, nil, nil)
	if err != nil {
		return err
	}
	for _, f := range own {
		e = e.With(f.name, f.value)
	}
	fields := 0
	for range e.Fields() {
		fields++
	}
	if fields > maxFields {
		return tooManyFields(c, 3)
	}
	return c.Return(e)
}
