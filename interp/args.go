package interp

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Options reads the i-th argument, a table or nothing, into fields: pointers to string, float64, bool or Value by the
// option's name. An unknown name is an error that says which there are.
func (c *Call) Options(i int, fields map[string]any) error {
	if c.Arg(i).IsNil() {
		return nil
	}
	t, ok := c.Arg(i).Table()
	if !ok {
		return c.TypeError(i, "table")
	}
	for k, v := range t.All() {
		if err := c.option(i, k, v, fields); err != nil {
			return err
		}
	}
	return nil
}

// option reads one option of the table in the i-th argument.
func (c *Call) option(i int, k, v Value, fields map[string]any) error {
	name, isName := k.lv.(lua.LString)
	ok, want := true, ""
	switch p := fields[string(name)].(type) {
	case *string:
		*p, ok = v.Text()
		want = "string"
	case *float64:
		*p, ok = v.Number()
		want = "number"
	case *bool:
		var b lua.LBool
		b, ok = v.lv.(lua.LBool)
		*p = bool(b)
		want = "boolean"
	case *Value:
		*p = v
	default:
		isName = false
	}
	switch {
	case !isName:
		return c.unknownOption(i, k.String(), fields)
	case !ok:
		return c.ArgError(i, fmt.Sprintf("option '%s': %s expected, got %s", vm.Short(string(name)), want, vm.TypeName(v.lv)))
	}
	return nil
}

func (c *Call) unknownOption(i int, name string, fields map[string]any) error {
	names := slices.Sorted(maps.Keys(fields))
	meant, are := ";", "are: "
	if like := Nearest(name, slices.Values(names)); like != "" {
		meant = fmt.Sprintf(", did you mean '%s'?", like)
	}
	switch len(names) {
	case 0:
		are = "is none"
	case 1:
		are = "is: "
	}
	return c.ArgError(i, fmt.Sprintf("unknown option '%s'%s there %s%s", vm.Short(name), meant, are, strings.Join(names, ", ")))
}

// List reads the i-th argument, a list, and the options that stand beside its items in the same table, as Options does. Where
// fields is nil it has no options, and names in it are left alone, unless there is no item: then it was meant to be something
// else. A list may have its length in n, as gather returns one; an item that is nil is an error.
func (c *Call) List(i int, fields map[string]any) ([]Value, error) {
	t, ok := c.Arg(i).Table()
	if !ok {
		return nil, c.TypeError(i, "list")
	}
	last, stray := t.Len(), Value{}
	for k, v := range t.Fields() {
		switch {
		case k.lv == lua.LString("n"):
			last = max(last, index(v))
		case index(k) > 0:
			last = max(last, index(k))
		case fields != nil:
			if err := c.option(i, k, v, fields); err != nil {
				return nil, err
			}
		case stray.IsNil():
			stray = k
		}
	}
	if last == 0 && !stray.IsNil() {
		return nil, c.ArgError(i, fmt.Sprintf("list expected, got a table without items, but with the key '%s'", stray))
	}
	list := make([]Value, 0, t.Len())
	for j := 1; j <= last; j++ {
		v := t.Index(j)
		if v.IsNil() {
			return nil, c.ArgError(i, fmt.Sprintf("the list has a hole: item %d is nil", j))
		}
		list = append(list, v)
	}
	return list, nil
}

// index is v as an integer; 0 if it is none.
func index(v Value) int {
	if n, ok := whole(v.lv); ok {
		return n
	}
	return 0
}
