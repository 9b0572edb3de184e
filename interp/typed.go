package interp

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/convert"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// WithFunc registers an ordinary Go function for scripts, as a global: "add", or "app.add" for a field of a global table.
// It runs on the loop, where it must not block and may use Value and Table; what blocks is for [WithAsync]. It may keep a
// *Function for later. One that is to call it at once is for WithAsync, too, or is a func(*Call) error, which calls its
// arguments with [Call.Call].
//
// Values go both ways:
//
//	Go                                Lua
//	bool, string                      boolean, string (a number serves as a string)
//	int*, uint*, float*               number, where nothing is lost; a string that is a number serves as one
//	[]byte                            string
//	time.Duration                     number of seconds
//	time.Time                         number of seconds since 1970
//	[]T, [n]T                         list
//	map[K]T (K string or number)      table
//	struct                            table of its fields, by the tag `lua:"name"`, else by the field's name in Lua's
//	                                  manner: MaxDelay is max_delay; `lua:"-"` leaves one out
//	*struct                           object with the struct's fields and the pointer's methods; also from a table
//	*T of other types                 nil or T
//	error                             error value
//	any                               whatever fits best: lists are []any, other tables map[string]any, numbers float64
//	Value, Table, *Function,          themselves
//	*Task, *Handle
//
// A value that cannot be had without loss is Lua's "bad argument" error, which names the place: 1.5 for an int, 300 for a uint8, an
// unknown field, two keys that become one. (A float32 is rounded, as is a time to what a float64 holds: a millionth of a
// second, today.) A table is copied; one that is given as a *Function, Value, Table or object is not.
//
// A last result of type error is raised, with the Go error as its cause; variadics take the rest of the arguments; what
// the script leaves out is an error, except for pointers and any, which are nil then. The signature is checked by [New].
//
// Functions of none to two float64, int, string or bool that return one of these, an error or both are called as they are;
// of other types it is done by reflection, which takes some 150 ns more.
func WithFunc(name string, fn any) Option {
	f, err := goFunc(fn, false)
	return func(c *config) error {
		if err != nil {
			return fmt.Errorf("WithFunc: %s: %w", name, err)
		}
		return c.function("WithFunc", name, f)
	}
}

// WithAsync registers an ordinary Go function that may block. Its first parameter is a context.Context, which ends when
// the calling task is cancelled; the task unwinds at once then, and what the function returns later is dropped. The
// context carries the values of the run's own. The function runs off the loop, on a goroutine of its own, so it cannot
// take Values or Tables; thousands may be under way. Otherwise it is as [WithFunc].
func WithAsync(name string, fn any) Option {
	f, err := goFunc(fn, true)
	return func(c *config) error {
		if err != nil {
			return fmt.Errorf("WithAsync: %s: %w", name, err)
		}
		return c.function("WithAsync", name, f)
	}
}

// goFunc makes a builtin of an ordinary Go function, which must be of the kind that is asked for.
func goFunc(fn any, async bool) (Func, error) {
	t := reflect.TypeOf(fn)
	takesContext := t != nil && t.Kind() == reflect.Func && t.NumIn() > 0 && t.In(0) == typeContext
	switch {
	case async && !takesContext:
		return nil, fmt.Errorf("its first parameter must be a context.Context, it is a %v; for a function that does not block there is WithFunc", t)
	case !async && takesContext:
		return nil, fmt.Errorf("it takes a context.Context, it is a %v; for a function that may block there is WithAsync", t)
	}
	return typedFunc(fn)
}

// typedFunc makes a builtin of a func(*Call) error, or of any Go function whose parameters and results have counterparts
// in Lua. One whose first parameter is a context.Context runs off the loop.
func typedFunc(fn any) (Func, error) {
	switch f := fn.(type) {
	case Func:
		return f, nil
	case func(*Call) error:
		return f, nil
	}
	v := reflect.ValueOf(fn)
	if v.Kind() != reflect.Func {
		return nil, fmt.Errorf("a function is needed, this is a %T", fn)
	}
	if !v.IsNil() {
		if f := direct(fn); f != nil {
			return f, nil
		}
	}
	return typed(v, 0)
}

// typed is typedFunc of a function whose first recv parameters (0 or 1) are the object of a method.
func typed(fn reflect.Value, recv int) (Func, error) {
	if fn.IsNil() {
		return nil, errors.New("the function is nil")
	}
	f := &goFunction{fn: fn, recv: recv, t: fn.Type()}
	f.first = recv
	if f.t.NumIn() > recv && f.t.In(recv) == typeContext {
		f.async = true
		f.first++
	}
	for i := f.first; i < f.t.NumIn(); i++ {
		if err := f.check(f.t.In(i)); err != nil {
			return nil, fmt.Errorf("parameter %d: %w", i+1, err)
		}
		f.params = append(f.params, f.t.In(i))
	}
	f.outs = f.t.NumOut()
	if f.outs > 0 && f.t.Out(f.outs-1) == typeError {
		f.fails = true
		f.outs--
	}
	for i := range f.outs {
		if f.t.Out(i).Kind() == reflect.Func {
			continue // becomes a builtin
		}
		if err := f.check(f.t.Out(i)); err != nil {
			return nil, fmt.Errorf("result %d: %w", i+1, err)
		}
	}
	return f.call, nil
}

// goFunction is an ordinary Go function as a builtin. It is shared by all runtimes that have it.
type goFunction struct {
	fn     reflect.Value
	t      reflect.Type
	params []reflect.Type // without the receiver and the context; of a variadic the last is the slice
	recv   int            // 1: the first parameter is the object
	first  int            // parameter that is the script's first argument
	async  bool
	outs   int
	fails  bool      // the last result is an error
	frames sync.Pool // of *frame
}

func (f *goFunction) check(t reflect.Type) error {
	if err := convert.Check(t, ownType); err != nil {
		return err
	}
	if f.async && (t == typeValue || t == typeTable || t == typeTask) {
		return fmt.Errorf("a %v belongs to the loop, and a function that takes a context.Context runs off it", t)
	}
	return nil
}

func (f *goFunction) call(c *Call) error {
	if f.async {
		return f.callAsync(c)
	}
	fr, _ := f.frames.Get().(*frame)
	if fr == nil {
		fr = f.newFrame()
	}
	in, err := f.arguments(c, fr.in[:0], fr.slots)
	if err != nil {
		return err
	}
	out := f.fn.Call(in)
	clear(in)
	fr.in = in
	f.frames.Put(fr)
	return f.results(c, out)
}

// frame is where the arguments of a call are put, one after the other, so that those of the simplest types allocate
// nothing: Call copies them.
type frame struct {
	in    []reflect.Value
	slots []reflect.Value // for each parameter; of other types they are the zero Value
}

func (f *goFunction) newFrame() *frame {
	fr := &frame{slots: make([]reflect.Value, len(f.params))}
	for i, t := range f.params {
		if k := t.Kind(); k == reflect.Bool || k == reflect.String || convert.IsNumber(k) && t != typeDuration {
			fr.slots[i] = reflect.New(t).Elem()
		}
	}
	return fr
}

// simple stores a value in a slot; false: it must be converted, or cannot be.
func simple(slot reflect.Value, lv lua.LValue) bool {
	switch x := lv.(type) {
	case lua.LNumber:
		switch {
		case slot.CanInt():
			if n, ok := convert.Whole(x); ok && !slot.OverflowInt(int64(n)) {
				slot.SetInt(int64(n))
				return true
			}
		case slot.CanFloat() && !slot.OverflowFloat(float64(x)):
			slot.SetFloat(float64(x))
			return true
		}
	case lua.LString:
		if slot.Kind() == reflect.String {
			slot.SetString(string(x))
			return true
		}
	case lua.LBool:
		if slot.Kind() == reflect.Bool {
			slot.SetBool(bool(x))
			return true
		}
	}
	return false
}

// callAsync calls the function off the loop. Once it is abandoned nothing but its goroutine may touch its arguments.
func (f *goFunction) callAsync(c *Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	in, err := f.arguments(c, nil, nil)
	if err != nil {
		return err
	}
	var out []reflect.Value
	if err := c.Block(func(ctx context.Context) error {
		in[f.recv] = reflect.ValueOf(ctx)
		out = f.fn.Call(in)
		return nil
	}); err != nil {
		return err
	}
	return f.results(c, out)
}

func (f *goFunction) results(c *Call, out []reflect.Value) error {
	if f.fails {
		if err, ok := out[f.outs].Interface().(error); ok && err != nil {
			return err
		}
	}
	for i, v := range out[:f.outs] {
		var lv lua.LValue
		if v.CanFloat() {
			lv = c.rt.vm.Number(v.Float())
		} else {
			var err error
			if lv, err = c.rt.conv.ToLua(v); err != nil {
				return c.resultError(i, err)
			}
			if s, ok := lv.(lua.LString); ok {
				vm.CheckText(c.l, len(s))
			}
		}
		c.l.Push(lv)
		c.results++
	}
	return nil
}

// resultError says that result i, from 0, has no counterpart in Lua.
func (c *Call) resultError(i int, err error) error {
	return fmt.Errorf("%s: result %d: %w", c.def.Name, i+1, err)
}

// arguments appends to in the parameters of a call, with a place for the context where there is one.
func (f *goFunction) arguments(c *Call, in, slots []reflect.Value) ([]reflect.Value, error) {
	if f.recv == 1 {
		in = append(in, reflect.ValueOf(c.Arg(0).Object()))
	}
	if f.async {
		in = append(in, reflect.Value{})
	}
	for i, t := range f.params {
		if f.t.IsVariadic() && i == len(f.params)-1 {
			for arg := i + 1; arg <= c.Len(); arg++ {
				v, err := c.argument(arg, t.Elem())
				if err != nil {
					return nil, err
				}
				in = append(in, v)
			}
			break
		}
		if slots != nil && slots[i].IsValid() && simple(slots[i], c.Arg(i+1).lv) {
			in = append(in, slots[i])
			continue
		}
		v, err := c.argument(i+1, t)
		if err != nil {
			return nil, err
		}
		in = append(in, v)
	}
	return in, nil
}

// argument is the i-th argument as a Go value of type t.
func (c *Call) argument(i int, t reflect.Type) (reflect.Value, error) {
	if k := t.Kind(); i > c.Len() && k != reflect.Pointer && k != reflect.Interface && t != typeValue {
		return reflect.Value{}, c.ArgError(i, "value expected, got no value")
	}
	v, err := c.rt.fromLua(c.Arg(i).lua(), t)
	if err != nil {
		return v, c.ArgError(i, err.Error())
	}
	return v, nil
}
