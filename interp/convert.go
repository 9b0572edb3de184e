package interp

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"time"
	"unicode"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// How values go between Lua and Go, both ways:
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
//	Value, Table, *Function, *Task    themselves
//
// What cannot be had without loss is an error that names the place: 1.5 for an int, 300 for a uint8, an unknown field.

// maxConvertDepth bounds how deep tables in tables may be: those that contain themselves have no end.
const maxConvertDepth = 100

var (
	typeError    = reflect.TypeFor[error]()
	typeContext  = reflect.TypeFor[context.Context]()
	typeDuration = reflect.TypeFor[time.Duration]()
	typeTime     = reflect.TypeFor[time.Time]()
	typeBytes    = reflect.TypeFor[[]byte]()
	typeValue    = reflect.TypeFor[Value]()
	typeTable    = reflect.TypeFor[Table]()
	typeFunction = reflect.TypeFor[*Function]()
	typeTask     = reflect.TypeFor[*Task]()
	typeHandle   = reflect.TypeFor[*Handle]()
	typeAny      = reflect.TypeFor[any]()
)

// checkConvertible fails for a type that no Lua value can become or come from. seen holds the structs on the way.
func checkConvertible(t reflect.Type, seen map[reflect.Type]bool) error {
	switch t {
	case typeError, typeDuration, typeTime, typeBytes, typeValue, typeTable, typeFunction, typeTask, typeHandle, typeAny:
		return nil
	case typeContext:
		return errors.New("a context.Context can only be the first parameter")
	}
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Interface:
		return nil
	case reflect.Pointer:
		if t.Elem().Kind() == reflect.Struct {
			return nil // an object; fields that do not convert are errors when they are used
		}
		return checkConvertible(t.Elem(), seen)
	case reflect.Slice, reflect.Array:
		return checkConvertible(t.Elem(), seen)
	case reflect.Map:
		if k := t.Key().Kind(); k != reflect.String && !isNumber(k) {
			return fmt.Errorf("%v: the keys must be strings or numbers", t)
		}
		return checkConvertible(t.Elem(), seen)
	case reflect.Struct:
		if seen[t] {
			return nil
		}
		if seen == nil {
			seen = map[reflect.Type]bool{}
		}
		seen[t] = true
		for _, f := range fieldsOf(t).list {
			if err := checkConvertible(t.FieldByIndex(f.index).Type, seen); err != nil {
				return fmt.Errorf("field %s: %w", f.name, err)
			}
		}
		return nil
	}
	return fmt.Errorf("a %v has no counterpart in Lua", t)
}

func isNumber(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Float64 && k != reflect.Uintptr
}

// structFields are the fields of a struct that scripts see.
type structFields struct {
	list   []structField
	byName map[string][]int
}

type structField struct {
	name  string
	index []int
}

var fieldCache sync.Map // reflect.Type -> *structFields: what is derived from a type never changes

func fieldsOf(t reflect.Type) *structFields {
	if f, ok := fieldCache.Load(t); ok {
		return f.(*structFields)
	}
	fs := &structFields{byName: map[string][]int{}}
	for _, f := range reflect.VisibleFields(t) {
		tag := f.Tag.Get("lua")
		if !f.IsExported() || tag == "-" || f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct || throughPointer(t, f.Index) {
			continue
		}
		name := tag
		if name == "" {
			name = luaName(f.Name)
		}
		if _, twice := fs.byName[name]; !twice {
			fs.byName[name] = f.Index
			fs.list = append(fs.list, structField{name, f.Index})
		}
	}
	got, _ := fieldCache.LoadOrStore(t, fs)
	return got.(*structFields)
}

// throughPointer reports whether a promoted field lies behind an embedded pointer, which may be nil.
func throughPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		if t = t.Field(i).Type; t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

// luaName puts a Go name into Lua's manner: ReadAll is read_all, HTTPStatus http_status.
func luaName(name string) string {
	var b strings.Builder
	rs := []rune(name)
	for i, r := range rs {
		if unicode.IsUpper(r) {
			if i > 0 && (!unicode.IsUpper(rs[i-1]) || i+1 < len(rs) && unicode.IsLower(rs[i+1])) {
				b.WriteByte('_')
			}
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// mismatch is a conversion that failed: where in the value, and why.
type mismatch struct {
	path string
	why  string
}

func (m *mismatch) Error() string {
	if m.path == "" {
		return m.why
	}
	return "field '" + strings.TrimPrefix(m.path, ".") + "': " + m.why
}

func mismatchf(format string, args ...any) error { return &mismatch{why: fmt.Sprintf(format, args...)} }

func expected(what string, got lua.LValue) error {
	return mismatchf("%s expected, got %s", what, typeName(got))
}

// inside says where err happened.
func inside(step string, err error) error {
	if m, ok := err.(*mismatch); ok {
		return &mismatch{step + m.path, m.why}
	}
	return err
}

// fromLua makes a Go value of type t. It is for the loop's side, where v holds a table or function.
func (rt *Runtime) fromLua(v lua.LValue, t reflect.Type, depth int) (reflect.Value, error) {
	out := reflect.New(t).Elem()
	if depth > maxConvertDepth {
		return out, mismatchf("tables inside tables more than %d deep", maxConvertDepth)
	}
	switch t {
	case typeValue:
		return reflect.ValueOf(Value{v, rt}), nil
	case typeTable:
		if tb, ok := v.(*lua.LTable); ok {
			return reflect.ValueOf(Table{tb, rt}), nil
		}
		return out, expected("table", v)
	case typeFunction:
		switch fn := v.(type) {
		case *lua.LFunction:
			return reflect.ValueOf(&Function{rt, fn}), nil
		case *lua.LNilType:
			return out, nil
		}
		return out, expected("function", v)
	case typeHandle:
		if t, ok := object(v).(*Task); ok {
			return reflect.ValueOf(t.Handle()), nil
		}
		return out, expected("task", v)
	case typeDuration:
		n, ok := numberOf(v)
		if !ok {
			return out, expected("number of seconds", v)
		}
		if math.IsNaN(n) || math.Abs(n) > math.MaxInt64/1e9 {
			return out, mismatchf("%v seconds are no duration", n)
		}
		if n < 0 {
			return reflect.ValueOf(-sched.Seconds(-n)), nil
		}
		return reflect.ValueOf(sched.Seconds(n)), nil
	case typeTime:
		n, ok := numberOf(v)
		if !ok {
			return out, expected("number of seconds since 1970", v)
		}
		if math.IsNaN(n) || math.Abs(n) > 1<<53 {
			return out, mismatchf("%v is no time", n)
		}
		whole, frac := math.Modf(n)
		return reflect.ValueOf(time.Unix(int64(whole), int64(math.Round(frac*1e9)))), nil
	case typeBytes:
		if s, ok := rt.textOf(v); ok {
			return reflect.ValueOf([]byte(s)), nil
		}
		return out, expected("string", v)
	case typeError:
		switch x := v.(type) {
		case *lua.LNilType:
			return out, nil
		case *lua.LUserData:
			if e, ok := x.Value.(error); ok {
				return reflect.ValueOf(&e).Elem(), nil
			}
		}
		e := error(&Error{Kind: KindError, Msg: v.String(), Value: Value{v, rt}})
		if rt != nil {
			e.(*Error).Msg = rt.text(v)
		}
		return reflect.ValueOf(&e).Elem(), nil
	case typeAny:
		x, err := rt.natural(v, depth)
		if err == nil && x != nil {
			out.Set(reflect.ValueOf(x))
		}
		return out, err
	}
	switch k := t.Kind(); k {
	case reflect.Bool:
		b, ok := v.(lua.LBool)
		if !ok {
			return out, expected("boolean", v)
		}
		out.SetBool(bool(b))
	case reflect.String:
		s, ok := rt.textOf(v)
		if !ok {
			return out, expected("string", v)
		}
		out.SetString(s)
	case reflect.Float32, reflect.Float64:
		n, ok := numberOf(v)
		if !ok {
			return out, expected("number", v)
		}
		if k == reflect.Float32 && !math.IsInf(n, 0) && out.OverflowFloat(n) {
			return out, mismatchf("%v does not fit a %v", n, t)
		}
		out.SetFloat(n)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return out, setInt(out, v)
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		tb, ok := v.(*lua.LTable)
		if !ok {
			return out, expected("table", v)
		}
		return out, rt.fromTable(out, tb, depth+1)
	case reflect.Pointer:
		return rt.fromPointer(v, t, depth)
	case reflect.Interface:
		if ud, ok := v.(*lua.LUserData); ok && ud.Value != nil && reflect.TypeOf(ud.Value).Implements(t) {
			out.Set(reflect.ValueOf(ud.Value))
			return out, nil
		}
		if v == lua.LNil {
			return out, nil
		}
		return out, expected(t.String(), v)
	}
	return out, nil
}

func (rt *Runtime) fromPointer(v lua.LValue, t reflect.Type, depth int) (reflect.Value, error) {
	out := reflect.New(t).Elem()
	switch x := v.(type) {
	case *lua.LNilType:
		return out, nil
	case *lua.LUserData:
		if reflect.TypeOf(x.Value) == t {
			return reflect.ValueOf(x.Value), nil
		}
		return out, expected(objectName(t), v)
	}
	if t == typeTask {
		return out, expected("task", v)
	}
	e, err := rt.fromLua(v, t.Elem(), depth)
	if err != nil {
		return out, err
	}
	p := reflect.New(t.Elem())
	p.Elem().Set(e)
	return p, nil
}

// objectName is what scripts call objects of a pointer type.
func objectName(t reflect.Type) string { return luaName(t.Elem().Name()) }

func (rt *Runtime) fromTable(out reflect.Value, tb *lua.LTable, depth int) error {
	t := out.Type()
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		n, err := listLen(tb)
		if err != nil {
			return err
		}
		if t.Kind() == reflect.Slice {
			out.Set(reflect.MakeSlice(t, n, n))
		} else if n != t.Len() {
			return mismatchf("a list of %d expected, got one of %d", t.Len(), n)
		}
		for i := range n {
			e, err := rt.fromLua(tb.RawGetInt(i+1), t.Elem(), depth)
			if err != nil {
				return inside(fmt.Sprintf("[%d]", i+1), err)
			}
			out.Index(i).Set(e)
		}
		return nil
	case reflect.Map:
		out.Set(reflect.MakeMap(t))
		return eachPair(tb, func(k, v lua.LValue) error {
			key, err := rt.fromLua(k, t.Key(), depth)
			if err != nil {
				return mismatchf("key %v: %v", k, err)
			}
			e, err := rt.fromLua(v, t.Elem(), depth)
			if err != nil {
				return inside(fmt.Sprintf(".%v", k), err)
			}
			out.SetMapIndex(key, e)
			return nil
		})
	}
	fs := fieldsOf(t)
	return eachPair(tb, func(k, v lua.LValue) error {
		name, _ := k.(lua.LString)
		index, ok := fs.byName[string(name)]
		if !ok {
			names := make([]string, len(fs.list))
			for i, f := range fs.list {
				names[i] = f.name
			}
			return mismatchf("unknown field '%v'; there are: %s", k, strings.Join(names, ", "))
		}
		f := out.FieldByIndex(index)
		e, err := rt.fromLua(v, f.Type(), depth)
		if err != nil {
			return inside("."+string(name), err)
		}
		f.Set(e)
		return nil
	})
}

func eachPair(tb *lua.LTable, fn func(k, v lua.LValue) error) error {
	for k, v := tb.Next(lua.LNil); k != lua.LNil; k, v = tb.Next(k) {
		if err := fn(k, v); err != nil {
			return err
		}
	}
	return nil
}

// listLen is the length of a table that is a list and nothing else. The field n, which lists from gather have, is not
// counted as one.
func listLen(tb *lua.LTable) (int, error) {
	last, count := 0, 0
	err := eachPair(tb, func(k, _ lua.LValue) error {
		n, ok := k.(lua.LNumber)
		i := int(n)
		if !ok || lua.LNumber(i) != n || i < 1 {
			if k == lua.LString("n") {
				return nil
			}
			return mismatchf("a list expected, got a table with the key '%v'", k)
		}
		last, count = max(last, i), count+1
		return nil
	})
	if err == nil && last != count {
		err = mismatchf("the list has a hole")
	}
	return count, err
}

// numberOf is v as a number; strings are converted as Lua does.
func numberOf(v lua.LValue) (float64, bool) {
	switch x := v.(type) {
	case lua.LNumber:
		return float64(x), true
	case lua.LString:
		return vm.ParseNumber(string(x))
	}
	return 0, false
}

// textOf is v as a string, if it is one, or a number or an error value.
func (rt *Runtime) textOf(v lua.LValue) (string, bool) {
	if e, ok := object(v).(*Error); ok {
		return e.Error(), true
	}
	return text(v)
}

func setInt(out reflect.Value, v lua.LValue) error {
	n, ok := numberOf(v)
	if !ok {
		return expected("integer", v)
	}
	if n != math.Trunc(n) || math.IsInf(n, 0) {
		return mismatchf("integer expected, got %v", n)
	}
	fits := false
	if out.CanInt() {
		if i := int64(n); n >= -1<<63 && n < 1<<63 && !out.OverflowInt(i) {
			out.SetInt(i)
			fits = true
		}
	} else if u := uint64(n); n >= 0 && n < 1<<64 && !out.OverflowUint(u) {
		out.SetUint(u)
		fits = true
	}
	if !fits {
		return mismatchf("%s does not fit a %v", lua.LNumber(n), out.Type())
	}
	return nil
}

// natural is the Go value that fits v best.
func (rt *Runtime) natural(v lua.LValue, depth int) (any, error) {
	switch x := v.(type) {
	case *lua.LNilType:
		return nil, nil
	case lua.LBool:
		return bool(x), nil
	case lua.LNumber:
		return float64(x), nil
	case lua.LString:
		return string(x), nil
	case *lua.LFunction:
		return &Function{rt, x}, nil
	case *lua.LUserData:
		return x.Value, nil
	case *lua.LTable:
		if n, err := listLen(x); err == nil && (n > 0 || x.RawGetString("n") != lua.LNil) {
			out, err := rt.fromLua(v, reflect.TypeFor[[]any](), depth)
			return out.Interface(), err
		}
		out, err := rt.fromLua(v, reflect.TypeFor[map[string]any](), depth)
		return out.Interface(), err
	}
	return nil, mismatchf("a %s has no counterpart in Go", typeName(v))
}

// toLua makes a Lua value of any Go value that has one.
func (rt *Runtime) toLua(v reflect.Value, depth int) (lua.LValue, error) {
	if !v.IsValid() {
		return lua.LNil, nil
	}
	if depth > maxConvertDepth {
		return nil, mismatchf("values inside values more than %d deep", maxConvertDepth)
	}
	t := v.Type()
	switch t {
	case typeTime:
		at := v.Interface().(time.Time)
		return lua.LNumber(float64(at.Unix()) + float64(at.Nanosecond())/1e9), nil
	case typeDuration, typeBytes, typeValue, typeTable, typeTask:
		return rt.value(v.Interface())
	}
	switch v.Kind() {
	case reflect.Bool:
		return lua.LBool(v.Bool()), nil
	case reflect.String:
		return lua.LString(v.String()), nil
	case reflect.Float32, reflect.Float64:
		return lua.LNumber(v.Float()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if n := float64(v.Int()); n < 1<<63 && int64(n) == v.Int() {
			return lua.LNumber(n), nil
		}
		return nil, mismatchf("%d is no number that Lua can hold without loss", v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if n := float64(v.Uint()); n < 1<<64 && uint64(n) == v.Uint() {
			return lua.LNumber(n), nil
		}
		return nil, mismatchf("%d is no number that Lua can hold without loss", v.Uint())
	case reflect.Slice, reflect.Array:
		tb := rt.vm.State().CreateTable(v.Len(), 0)
		for i := range v.Len() {
			e, err := rt.toLua(v.Index(i), depth+1)
			if err != nil {
				return nil, inside(fmt.Sprintf("[%d]", i+1), err)
			}
			tb.RawSetInt(i+1, e)
		}
		return tb, nil
	case reflect.Map:
		return rt.fromMap(v, depth+1)
	case reflect.Struct:
		tb := rt.vm.State().NewTable()
		for _, f := range fieldsOf(t).list {
			e, err := rt.toLua(v.FieldByIndex(f.index), depth+1)
			if err != nil {
				return nil, inside("."+f.name, err)
			}
			tb.RawSetString(f.name, e)
		}
		return tb, nil
	case reflect.Interface:
		return rt.toLua(v.Elem(), depth)
	case reflect.Pointer:
		return rt.fromGoPointer(v, depth)
	case reflect.Func:
		if v.IsNil() {
			return lua.LNil, nil
		}
		fn, err := typedFunc(v.Interface())
		if err != nil {
			return nil, mismatchf("%v", err)
		}
		return rt.newFunction("function", fn), nil
	}
	return nil, mismatchf("a %v has no counterpart in Lua", t)
}

func (rt *Runtime) fromMap(v reflect.Value, depth int) (lua.LValue, error) {
	tb := rt.vm.State().NewTable()
	keys := v.MapKeys()
	sortKeys(keys) // pairs keeps the order of insertion: let it be the same in every run
	for _, k := range keys {
		key, err := rt.toLua(k, depth)
		if err != nil {
			return nil, err
		}
		e, err := rt.toLua(v.MapIndex(k), depth)
		if err != nil {
			return nil, inside(fmt.Sprintf(".%v", k), err)
		}
		tb.RawSet(key, e)
	}
	return tb, nil
}

func (rt *Runtime) fromGoPointer(v reflect.Value, depth int) (lua.LValue, error) {
	if v.IsNil() {
		return lua.LNil, nil
	}
	switch x := v.Interface().(type) {
	case *Function:
		if x.rt != rt {
			return nil, mismatchf("the function belongs to another runtime")
		}
		return x.fn, nil
	case *Handle:
		if x.t.rt != rt {
			return nil, mismatchf("the task belongs to another runtime")
		}
		return x.t.value(), nil
	case *Error:
		return rt.luaValue(x), nil
	case error:
		return rt.errorValue(newError(x)), nil
	}
	if _, known := rt.types[v.Type()]; !known {
		if v.Type().Elem().Kind() != reflect.Struct {
			return rt.toLua(v.Elem(), depth)
		}
		rt.registerObject(v.Type())
	}
	return rt.value(v.Interface())
}
