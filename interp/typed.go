package interp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// WithFunc registers an ordinary Go function for scripts, as a global: "add", or "app.add" for a field of a global table.
// It runs on the loop, where it must not block and may use *Function, Value and Table; what blocks is for [WithAsync].
//
// Parameters and results are converted as the package's documentation says; what does not fit is Lua's "bad argument"
// error. A last result of type error is raised, with the Go error as its cause; variadics take the rest of the arguments;
// what the script leaves out is an error, except for pointers and any, which are nil then. The signature is checked here.
func WithFunc(name string, fn any) Option {
	return func(c *config) error {
		f, err := goFunc(fn, false)
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
	return func(c *config) error {
		f, err := goFunc(fn, true)
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

// goFunction is an ordinary Go function as a builtin.
type goFunction struct {
	fn    reflect.Value
	t     reflect.Type
	recv  int // 1: the first parameter is the object
	first int // parameter that is the script's first argument
	async bool
	outs  int
	fails bool // the last result is an error
}

func (f *goFunction) check(t reflect.Type) error {
	if err := checkConvertible(t, nil); err != nil {
		return err
	}
	if f.async && (t == typeValue || t == typeTable || t == typeTask) {
		return fmt.Errorf("a %v belongs to the loop, and a function that takes a context.Context runs off it", t)
	}
	return nil
}

func (f *goFunction) call(c *Call) error {
	if f.async {
		if err := c.Checkpoint(); err != nil {
			return err
		}
	}
	in, err := f.arguments(c)
	if err != nil {
		return err
	}
	var out []reflect.Value
	if !f.async {
		out = f.fn.Call(in)
	} else if err := c.Block(func(ctx context.Context) error {
		in[f.recv] = reflect.ValueOf(ctx)
		out = f.fn.Call(in)
		return nil
	}); err != nil {
		return err
	}
	if f.fails {
		if err, ok := out[f.outs].Interface().(error); ok && err != nil {
			return err
		}
	}
	for i := range f.outs {
		lv, err := c.rt.toLua(out[i], 0)
		if err != nil {
			return fmt.Errorf("%s: result %d: %w", c.def.Name, i+1, err)
		}
		if err := c.Return(lv); err != nil {
			return err
		}
	}
	return nil
}

func (f *goFunction) arguments(c *Call) ([]reflect.Value, error) {
	in := make([]reflect.Value, f.first, f.t.NumIn())
	if f.recv == 1 {
		in[0] = reflect.ValueOf(c.Arg(0).Object())
	}
	for i := f.first; i < f.t.NumIn(); i++ {
		arg := i - f.first + 1
		t := f.t.In(i)
		if f.t.IsVariadic() && i == f.t.NumIn()-1 {
			for ; arg <= c.Len(); arg++ {
				v, err := c.argument(arg, t.Elem())
				if err != nil {
					return nil, err
				}
				in = append(in, v)
			}
			break
		}
		v, err := c.argument(arg, t)
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
	v, err := c.rt.fromLua(c.Arg(i).lua(), t, 0)
	if err != nil {
		return v, c.ArgError(i, err.Error())
	}
	return v, nil
}

// Decode stores the i-th argument in what out points to, converted as for [WithFunc].
func (c *Call) Decode(i int, out any) error {
	t := reflect.TypeOf(out)
	if t == nil || t.Kind() != reflect.Pointer {
		return fmt.Errorf("Decode: a pointer is needed, this is a %T", out)
	}
	v, err := c.argument(i, t.Elem())
	if err != nil {
		return err
	}
	reflect.ValueOf(out).Elem().Set(v)
	return nil
}

// registerObject makes the metatable for pointers to a struct: their methods, by Lua's manner of names, and the struct's
// fields. A method that has no counterpart in Lua is left out.
func (rt *Runtime) registerObject(t reflect.Type) {
	ot := Type{Name: objectName(t), Of: reflect.Zero(t).Interface()}
	for i := range t.NumMethod() {
		m := t.Method(i)
		if m.Name == "String" {
			ot.String = func(v any) string { return fmt.Sprint(v) }
			continue
		}
		if fn, err := typed(m.Func, 1); err == nil {
			ot.Methods = append(ot.Methods, Def{Name: luaName(m.Name), fn: fn})
		}
	}
	rt.registerType(ot)
	mt := rt.types[t]
	methods := mt.RawGetString("__index").(*lua.LTable)
	fs := fieldsOf(t.Elem())
	field := func(L *lua.LState) (reflect.Value, bool) {
		ud, ok := L.Get(1).(*lua.LUserData)
		name, _ := L.Get(2).(lua.LString)
		index, known := fs.byName[string(name)]
		if !ok || reflect.TypeOf(ud.Value) != t || !known {
			return reflect.Value{}, false
		}
		return reflect.ValueOf(ud.Value).Elem().FieldByIndex(index), true
	}
	mt.RawSetString("__index", rt.vm.State().NewFunction(func(L *lua.LState) int {
		if m := methods.RawGet(L.Get(2)); m != lua.LNil {
			L.Push(m)
			return 1
		}
		f, ok := field(L)
		if !ok {
			L.Push(lua.LNil)
			return 1
		}
		v, err := rt.toLua(f, 0)
		if err != nil {
			rt.raise(L, Errorf(KindError, "%s.%s: %w", ot.Name, L.Get(2), err))
		}
		L.Push(v)
		return 1
	}))
	mt.RawSetString("__newindex", rt.vm.State().NewFunction(func(L *lua.LState) int {
		f, ok := field(L)
		if !ok {
			rt.raise(L, Errorf(KindError, "a %s has no field '%s'", ot.Name, L.Get(2)))
		}
		v, err := rt.fromLua(L.Get(3), f.Type(), 0)
		if err != nil {
			rt.raise(L, Errorf(KindError, "%s.%s: %w", ot.Name, L.Get(2), err))
		}
		f.Set(v)
		return 0
	}))
	mt.RawSetString("__eq", rt.vm.State().NewFunction(func(L *lua.LState) int {
		a, ok1 := L.Get(1).(*lua.LUserData)
		b, ok2 := L.Get(2).(*lua.LUserData)
		L.Push(lua.LBool(ok1 && ok2 && a.Value == b.Value))
		return 1
	}))
}

func sortKeys(keys []reflect.Value) {
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		switch {
		case a.Kind() == reflect.String:
			return cmp.Compare(a.String(), b.String())
		case a.CanInt():
			return cmp.Compare(a.Int(), b.Int())
		case a.CanUint():
			return cmp.Compare(a.Uint(), b.Uint())
		}
		return cmp.Compare(a.Float(), b.Float())
	})
}
