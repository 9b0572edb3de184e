package interp

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/convert"
	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/sched"
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
	return c.OptionsIn(i, "", t, fields)
}

// OptionsIn is Options of a table t that is itself an option, of the name within, of the i-th argument.
func (c *Call) OptionsIn(i int, within string, t Table, fields map[string]any) error {
	if within != "" {
		within = "option '" + within + "': "
	}
	for k, v := range t.All() {
		if err := c.option(i, within, k, v, fields); err != nil {
			return err
		}
	}
	return nil
}

// option reads one option of the table in the i-th argument; messages begin with within.
func (c *Call) option(i int, within string, k, v Value, fields map[string]any) error {
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
		return c.unknownOption(i, within, k.String(), fields)
	case !ok:
		return c.ArgError(i, within+fmt.Sprintf("option '%s': %s expected, got %s", vm.Short(string(name)), want, vm.TypeName(v.lv)))
	}
	return nil
}

func (c *Call) unknownOption(i int, within, name string, fields map[string]any) error {
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
	return c.ArgError(i, within+fmt.Sprintf("unknown option '%s'%s there %s%s", vm.Short(name), meant, are, strings.Join(names, ", ")))
}

// List reads the i-th argument, a list, and the options that stand beside its items in the same table, as Options does. Where
// fields is nil it has no options, and names in it are left alone, unless there is no item: then it was meant to be something
// else. A list may have its length in n, as gather returns one; an item that is nil is an error.
func (c *Call) List(i int, fields map[string]any) ([]Value, error) {
	return listOf(c, i, fields, func(_ int, v Value) (Value, error) { return v, nil })
}

// Awaitables is List of a list that holds nothing but awaitables.
func (c *Call) Awaitables(i int, fields map[string]any) ([]Awaitable, error) {
	return listOf(c, i, fields, func(item int, v Value) (Awaitable, error) {
		x, ok := AwaitableOf(v)
		if !ok {
			return x, c.ArgError(i, fmt.Sprintf("item %d: %s", item, notAwaitable(vm.TypeName(v.lua()), v)))
		}
		return x, nil
	})
}

func listOf[T any](c *Call, i int, fields map[string]any, read func(item int, v Value) (T, error)) ([]T, error) {
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
			if err := c.option(i, "", k, v, fields); err != nil {
				return nil, err
			}
		case stray.IsNil():
			stray = k
		}
	}
	if last == 0 && !stray.IsNil() {
		return nil, c.ArgError(i, fmt.Sprintf("list expected, got a table without items, but with the key '%s'", stray))
	}
	list := make([]T, 0, t.Len())
	for j := 1; j <= last; j++ {
		v := t.Index(j)
		if v.IsNil() {
			return nil, c.ArgError(i, fmt.Sprintf("the list has a hole: item %d is nil", j))
		}
		item, err := read(j, v)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	return list, nil
}

// index is v as an integer; 0 if it is none.
func index(v Value) int {
	if n, ok := v.Int(); ok {
		return n
	}
	return 0
}

// object is 1 where the first argument is the object of a method.
func (c *Call) object() int {
	if c.def.self != nil {
		return 1
	}
	return 0
}

// Len is the number of arguments. Those of a method are counted without the object, which is argument 0.
func (c *Call) Len() int { return len(c.args) - c.object() }

// Arg is the i-th argument, from 1; nil where there is none.
func (c *Call) Arg(i int) Value {
	if i += c.object() - 1; uint(i) < uint(len(c.args)) {
		return Value{c.args[i], c.rt}
	}
	return Value{lua.LNil, c.rt}
}

// Rest are the arguments from the i-th on.
func (c *Call) Rest(i int) []Value {
	n := c.Len()
	if i > n {
		return nil
	}
	rest := make([]Value, 0, n-i+1)
	for ; i <= n; i++ {
		rest = append(rest, c.Arg(i))
	}
	return rest
}

// ArgError is Lua's "bad argument" error about the i-th argument.
func (c *Call) ArgError(i int, msg string) error {
	msg = vm.Cut(msg, maxArgError)
	if c.def.self != nil && i == 0 {
		return Errorf(KindError, "calling '%s' on bad self (%s)", c.def.Name, msg)
	}
	return Errorf(KindError, "bad argument #%d to '%s' (%s)", i, c.def.Name, msg)
}

// maxArgError is how many bytes of its text ArgError takes: enough for a name that a script has made and the names that there are.
const maxArgError = 2000

// TypeError is ArgError about an argument of another type: "number expected, got no value".
func (c *Call) TypeError(i int, want string) error {
	got := "no value"
	if i <= c.Len() {
		got = vm.TypeName(c.Arg(i).lua())
	}
	return c.ArgError(i, want+" expected, got "+got)
}

// Number is the i-th argument as a number; strings are converted as Lua does.
func (c *Call) Number(i int) (float64, error) {
	switch v := c.Arg(i).lua().(type) {
	case lua.LNumber:
		return float64(v), nil
	case lua.LString:
		if n, ok := vm.Number(c.l, string(v)); ok {
			return n, nil
		}
	}
	return 0, c.TypeError(i, "number")
}

// Int is the i-th argument as an integer.
func (c *Call) Int(i int) (int, error) {
	n, err := c.Number(i)
	if err != nil {
		return 0, err
	}
	whole, ok := convert.Whole(lua.LNumber(n))
	if !ok {
		return 0, c.ArgError(i, "integer expected, got "+Number(n).String())
	}
	return whole, nil
}

// Int64 is the i-th argument as an integer that may be larger than an int, where that has 32 bits: up to 2^53, beyond which numbers are not
// exact.
func (c *Call) Int64(i int) (int64, error) {
	n, err := c.Number(i)
	if err != nil {
		return 0, err
	}
	if n != math.Trunc(n) || math.Abs(n) > 1<<53 {
		return 0, c.ArgError(i, "integer expected, got "+Number(n).String())
	}
	return int64(n), nil
}

// Seconds is the i-th argument as a duration; see the function [Seconds]. NaN is an error.
func (c *Call) Seconds(i int) (time.Duration, error) {
	n, err := c.Number(i)
	if err != nil {
		return 0, err
	}
	if math.IsNaN(n) {
		return 0, c.ArgError(i, "number of seconds expected, got nan")
	}
	return sched.Seconds(n), nil
}

// Forever is a duration that does not end: a wait for it needs no timer, and alone can be a deadlock. A finite wait that goes
// beyond the end of the runtime's clock, which counts 292 years, waits until then; on a virtual clock that is where every run
// under way ends, with an error of kind limit.
const Forever = sched.Forever

// Seconds is the duration of n seconds as builtins take it from scripts: infinity is [Forever], whatever else is too long for
// a duration the longest one below that, and what is negative or NaN zero.
func Seconds(n float64) time.Duration { return sched.Seconds(n) }

// Text is the i-th argument as a string: a string, a number, or an error value.
func (c *Call) Text(i int) (string, error) {
	if s, ok := textOf(c.Arg(i).lv); ok {
		return s, nil
	}
	return "", c.TypeError(i, "string")
}

// Function is the i-th argument as a function.
func (c *Call) Function(i int) (Value, error) {
	v := c.Arg(i)
	if !v.IsFunction() {
		return v, c.TypeError(i, "function")
	}
	return v, nil
}

// Self is the object that a method was called on.
func Self[T any](c *Call) T {
	v := c.args[0].(*lua.LUserData).Value
	if self, ok := v.(T); ok {
		return self
	}
	return lualib.ObjectOf(v).(T) // a stream's
}

// Awaitable is the i-th argument as something to wait for.
func (c *Call) Awaitable(i int) (Awaitable, error) {
	if a, ok := AwaitableOf(c.Arg(i)); ok {
		return a, nil
	}
	return Awaitable{}, c.notAwaitable(i, c.Arg(i), i <= c.Len())
}

func (c *Call) notAwaitable(i int, v Value, given bool) error {
	if !given {
		return c.ArgError(i, notAwaitable("no value", v))
	}
	return c.ArgError(i, notAwaitable(vm.TypeName(v.lua()), v))
}

func notAwaitable(got string, v Value) string {
	switch v.Type() {
	case "thread":
		return "awaitable expected, got a coroutine that has started"
	case "nil", "number", "string", "boolean":
		got += "; was the function called, instead of being passed? pass the function and its arguments apart"
	}
	return "awaitable expected, got " + got
}
