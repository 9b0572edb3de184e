package sync

import (
	"fmt"
	"math"

	"github.com/lull-lua/lull/interp"
)

// maker reads the arguments of a function that makes an object: by their places, or by their names in a table, the last
// argument, which may have the object's name as well.
type maker struct {
	c       *interp.Call
	params  []string
	named   []interp.Value // the parameters from the place of the table on, that it has
	options int            // the number of the table; 0: there is none
	name    string
}

// maxLabel is how long the name of an object may be, in bytes.
const maxLabel = 200

// newMaker reads the arguments of c for some parameters.
func newMaker(c *interp.Call, params ...string) (*maker, error) {
	m := &maker{c: c, params: params}
	last := min(c.Len(), len(params)+1)
	if _, ok := c.Arg(last).Table(); !ok {
		if last > len(params) && !c.Arg(last).IsNil() { // sync.lock("db")
			return nil, c.TypeError(last, "table")
		}
		return m, nil
	}
	m.options, m.named = last, make([]interp.Value, len(params))
	fields := map[string]any{"name": &m.name}
	for i := last - 1; i < len(params); i++ {
		fields[params[i]] = &m.named[i]
	}
	if err := c.Options(last, fields); err != nil {
		return nil, err
	}
	if len(m.name) > maxLabel {
		return nil, c.ArgError(last, fmt.Sprintf("option 'name': at most %d bytes expected, got %d", maxLabel, len(m.name)))
	}
	return m, nil
}

// inTable reports whether the i-th parameter, from 0, is an option.
func (m *maker) inTable(i int) bool { return m.options > 0 && i >= m.options-1 }

// arg is the i-th parameter.
func (m *maker) arg(i int) interp.Value {
	if m.inTable(i) {
		return m.named[i]
	}
	return m.c.Arg(i + 1)
}

// wrong is the error that says what is wrong with the i-th parameter.
func (m *maker) wrong(i int, what string) error {
	if m.inTable(i) {
		return m.c.ArgError(m.options, "option '"+m.params[i]+"': "+what)
	}
	return m.c.ArgError(i+1, what)
}

// number is the i-th parameter as a number.
func (m *maker) number(i int) (float64, error) {
	if !m.inTable(i) {
		return m.c.Number(i + 1)
	}
	n, ok := m.arg(i).Number()
	if !ok {
		return 0, m.wrong(i, "number expected, got "+m.arg(i).Type())
	}
	return n, nil
}

// positive is the i-th parameter as an integer from 1 on; math.huge is the largest.
func (m *maker) positive(i int) (int, error) {
	const most = min(1<<53, math.MaxInt)
	n, err := m.number(i)
	switch {
	case err != nil:
		return 0, err
	case n > most:
		return most, nil
	case n != math.Trunc(n):
		return 0, m.wrong(i, "integer expected, got "+interp.Number(n).String())
	case n < 1:
		return 0, m.wrong(i, "a number from 1 on expected, got "+interp.Number(n).String())
	}
	return int(n), nil
}

// label is what an object is called: its kind, and its name if it has one.
func label(kind, name string) string {
	if name == "" {
		return kind
	}
	return kind + " '" + name + "'"
}

// the is the label in the middle of a sentence.
func the(kind, name string) string {
	if name == "" {
		return "the " + kind
	}
	return label(kind, name)
}

// identity is by what lists of tasks tell an object from others.
type identity struct {
	name string
	made interp.Site // by the script; none for a host's
}

// identity is that of the object that is being made.
func (m *maker) identity() identity { return identity{m.name, m.c.Site()} }

// object is the object as lists of tasks show it.
func (is identity) object(kind string) interp.WaitObject {
	return interp.WaitObject{Kind: kind, Name: is.name, Made: is.made}
}
