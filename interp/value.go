package interp

import (
	"fmt"
	"iter"
	"reflect"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/convert"
	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Value is a Lua value in Go's hands. The zero Value is nil. Tables and functions belong to their runtime: while it has
// a run under way, touch them only on its loop.
type Value struct {
	lv lua.LValue
	rt *Runtime // nil for one that no runtime has made
}

// Values are what a script or a function returned.
type Values []Value

// Get is the i-th value, from 1; nil where there is none.
func (v Values) Get(i int) Value {
	if i < 1 || i > len(v) {
		return Value{}
	}
	return v[i-1]
}

func (v Value) lua() lua.LValue {
	if v.lv == nil {
		return lua.LNil
	}
	return v.lv
}

// Type is Lua's name of the value's type: "nil", "number", "table"...
func (v Value) Type() string { return v.lua().Type().String() }

// IsNil reports whether the value is nil.
func (v Value) IsNil() bool { return v.lv == nil || v.lv == lua.LNil }

// Truth is how Lua tests the value: false for nil and false.
func (v Value) Truth() bool { return lua.LVAsBool(v.lua()) }

// Int is the value as an integer; ok is false for what is no number, has a fraction or is beyond 2^53.
func (v Value) Int() (n int, ok bool) { return convert.Whole(v.lv) }

// Number is the value as a number; a string is not converted.
func (v Value) Number() (float64, bool) {
	n, ok := v.lv.(lua.LNumber)
	return float64(n), ok
}

// Text is the value as a string, if it is a string or a number.
func (v Value) Text() (string, bool) { return convert.Text(v.lv) }

// String shows the value as Lua's tostring does without metamethods.
func (v Value) String() string {
	if e, ok := v.Object().(*Error); ok {
		return e.text()
	}
	return vm.ValueText(v.lua())
}

// Table is the value as a table; ok is false if it is none.
func (v Value) Table() (t Table, ok bool) {
	lt, ok := v.lv.(*lua.LTable)
	return Table{lt, v.rt}, ok
}

// Same reports whether both are the same value, as rawequal does: strings and numbers by what they are, all else by what it is; two
// values that hold the same object of Go's are the same.
func (v Value) Same(w Value) bool {
	if o := v.Object(); o != nil && reflect.TypeOf(o).Comparable() {
		return o == w.Object()
	}
	return v.lua() == w.lua()
}

// IsFunction reports whether the value is a function.
func (v Value) IsFunction() bool { _, ok := v.lv.(*lua.LFunction); return ok }

// IsGoFunction reports whether v is a function that is written in Go, as every builtin is.
func (v Value) IsGoFunction() bool {
	fn, ok := v.lv.(*lua.LFunction)
	return ok && fn.IsG
}

// Object is the Go value behind a userdata, such as a *Task or an *Error; nil if it is none.
func (v Value) Object() any { return object(v.lv) }

func object(lv lua.LValue) any {
	ud, ok := lv.(*lua.LUserData)
	if !ok {
		return nil
	}
	if o := lualib.ObjectOf(ud.Value); o != nil {
		return o
	}
	return ud.Value
}

// Metatable is the value's metatable, whatever its __metatable says; ok is false if it has none.
func (v Value) Metatable() (mt Table, ok bool) {
	var lv lua.LValue
	switch x := v.lv.(type) {
	case *lua.LTable:
		lv = x.Metatable
	case *lua.LUserData:
		lv = x.Metatable
		if mt, ok := lv.(*lua.LTable); ok && v.rt != nil {
			v.rt.vm.Unseal(mt)
		}
	case lua.LString:
		if v.rt != nil {
			lv = v.rt.vm.State().GetMetatable(x)
		}
	}
	t, ok := lv.(*lua.LTable)
	return Table{t, v.rt}, ok
}

// Method is the function that v:name() calls, where v is an object of Go's, such as a file handle; ok is false if it has none.
func (v Value) Method(name string) (fn Value, ok bool) {
	ud, ok := v.lv.(*lua.LUserData)
	if !ok {
		return Value{}, false
	}
	mt, ok := ud.Metatable.(*lua.LTable)
	if !ok {
		return Value{}, false
	}
	methods := methodsOf(mt)
	if methods == nil {
		return Value{}, false
	}
	fn = Value{vm.Get(methods, lua.LString(name)), v.rt}
	return fn, fn.IsFunction()
}

// Into stores the value in what out points to, a Go variable of a type that has a counterpart in Lua; see [WithFunc].
// A loss is an error that names the place. It reads tables: for those see [Value].
func (v Value) Into(out any) error {
	p := reflect.ValueOf(out)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return fmt.Errorf("interp: Into: a pointer is needed, this is a %T", out)
	}
	x, err := v.rt.fromLua(v.lua(), p.Type().Elem())
	if err != nil {
		return err
	}
	p.Elem().Set(x)
	return nil
}

// Into stores the values in what the pointers point to, in order, as [Value.Into] does: err := values.Into(&name, &config).
// Where there are fewer values than pointers the last are nil; further values are left out.
func (v Values) Into(out ...any) error {
	for i, p := range out {
		x := v.Get(i + 1)
		if len(v) > 0 {
			x.rt = v[0].rt
		}
		if err := x.Into(p); err != nil {
			return fmt.Errorf("interp: value %d: %w", i+1, err)
		}
	}
	return nil
}

// Table is a Lua table in Go's hands. Its methods are raw: no metamethods.
type Table struct {
	t  *lua.LTable
	rt *Runtime
}

// Value is the table as a value.
func (t Table) Value() Value { return Value{t.t, t.rt} }

// Len is the length of the table's list, as #t in Lua.
func (t Table) Len() int { return vm.Length(nil, t.t) }

// Index is the value of the key i, nil if there is none.
func (t Table) Index(i int) Value { return Value{vm.GetInt(t.t, i), t.rt} }

// Field is the value of a string key.
func (t Table) Field(key string) Value { return Value{vm.Field(t.t, key), t.rt} }

// Get is the value of a key, nil if there is none.
func (t Table) Get(key Value) Value { return Value{vm.Get(t.t, key.lua()), t.rt} }

// SetIndex sets the value of the key i.
func (t Table) SetIndex(i int, v Value) { vm.SetInt(nil, t.t, i, v.lua()) }

// SetField sets the value of a string key.
func (t Table) SetField(key string, v Value) { vm.SetField(t.t, key, v.lua()) }

// All are the pairs of the table: those of the list, then the others in the order in which their keys were set.
func (t Table) All() iter.Seq2[Value, Value] {
	return func(yield func(k, v Value) bool) {
		vm.Pairs(t.t, func(k, v lua.LValue) bool { return yield(Value{k, t.rt}, Value{v, t.rt}) })
	}
}

// Fields are the pairs of All without those of the list, the items 1 to Len.
func (t Table) Fields() iter.Seq2[Value, Value] {
	return func(yield func(k, v Value) bool) {
		n, items := t.Len(), 0
		if vm.Items(t.t, n) != nil { // nothing else comes before its end
			items = n
		}
		vm.PairsAfter(t.t, items, func(k, v lua.LValue) bool {
			if i, ok := convert.Whole(k); ok && i >= 1 && i <= n {
				return true
			}
			return yield(Value{k, t.rt}, Value{v, t.rt})
		})
	}
}

// SetMetatable sets the table's metatable, whatever the __metatable of the old one says; the zero Table takes it away.
func (t Table) SetMetatable(mt Table) { vm.SetMetatable(t.t, mt.t) }

// MarkList marks the table as a list, as table.pack, gather and json.decode do: then an encoder takes it for one though it is empty,
// or has holes, and its field n, where there is one, for how many items it has. A table with a metatable stays as it is.
func (t Table) MarkList() { vm.MarkList(t.t) }

// IsList reports whether the table is marked as a list.
func (t Table) IsList() bool { return vm.IsList(t.t) }

// value makes a Lua value of a Go one; see Call.Value.
func (rt *Runtime) value(v any) (lua.LValue, error) {
	switch x := v.(type) {
	case nil:
		return lua.LNil, nil
	case Environment:
		return rt.environment(), nil
	case Value:
		if x.rt != rt && x.rt != nil && shared(x.lv) {
			return nil, foreign(x.Type())
		}
		return x.lua(), nil
	case Table:
		if x.rt != rt {
			return nil, foreign("table")
		}
		return x.t, nil
	case bool:
		return lua.LBool(x), nil
	case string:
		return lua.LString(x), nil
	case []byte:
		return lua.LString(x), nil
	case int:
		return rt.conv.Exact(int64(x))
	case float64:
		return rt.vm.Number(x), nil
	case time.Duration:
		return rt.vm.Number(x.Seconds()), nil
	case *Task:
		if x == nil {
			return lua.LNil, nil
		}
		if x.run == nil || x.run.rt != rt {
			return nil, foreign("task")
		}
		return x.value(), nil
	case *Error:
		if x == nil {
			return lua.LNil, nil
		}
		return rt.luaValue(x), nil
	}
	if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer && p.IsNil() {
		return lua.LNil, nil
	}
	switch x := v.(type) {
	case error:
		return rt.errorValue(newError(x)), nil
	case lua.LValue:
		return x, nil
	}
	if mt := rt.metatable(reflect.TypeOf(v)); mt != nil {
		if o, ok := v.(interface{ Runtime() *Runtime }); ok && o.Runtime() != rt {
			return nil, foreign(rt.objects(reflect.TypeOf(v)).typ.Name)
		}
		return &lua.LUserData{Value: v, Metatable: mt}, nil
	}
	return rt.conv.ToLua(reflect.ValueOf(v))
}

// shared reports whether copies of v are the same thing.
func shared(v lua.LValue) bool {
	switch v.(type) {
	case *lua.LTable, *lua.LFunction, *lua.LUserData, *lua.LState:
		return true
	}
	return false
}

// Number is a number as a value.
func Number(n float64) Value { return Value{lv: lua.LNumber(n)} }

// Bool is a boolean as a value.
func Bool(b bool) Value { return Value{lv: lua.LBool(b)} }
