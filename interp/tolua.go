package interp

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// toLua makes a Lua value of any Go value that has one.
func (rt *Runtime) toLua(v reflect.Value, depth int) (lua.LValue, error) {
	if !v.IsValid() {
		return lua.LNil, nil
	}
	if depth > maxConvertDepth {
		return nil, mismatchf("values inside values more than %d deep", maxConvertDepth)
	}
	t := v.Type()
	if isBytes(t) {
		return lua.LString(v.Bytes()), nil
	}
	switch t {
	case typeError: // what is in it need not be a pointer
		if v.IsNil() {
			return lua.LNil, nil
		}
		return rt.value(v.Interface())
	case typeTime:
		at := v.Interface().(time.Time)
		return lua.LNumber(float64(at.Unix()) + float64(at.Nanosecond())/1e9), nil
	case typeDuration, typeValue, typeTable, typeTask:
		return rt.value(v.Interface())
	}
	switch v.Kind() {
	case reflect.Bool:
		return lua.LBool(v.Bool()), nil
	case reflect.String:
		return lua.LString(v.String()), nil
	case reflect.Float32, reflect.Float64:
		return rt.vm.Number(v.Float()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return rt.exact(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if n := float64(v.Uint()); n < 1<<64 && uint64(n) == v.Uint() {
			return rt.vm.Number(n), nil
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
		if err, ok := v.Interface().(error); ok {
			return rt.value(err)
		}
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

// exact is a number that Lua can hold as it is.
func (rt *Runtime) exact(i int64) (lua.LValue, error) {
	if n := float64(i); n < 1<<63 && int64(n) == i {
		return rt.vm.Number(n), nil
	}
	return nil, mismatchf("%d is no number that Lua can hold without loss", i)
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
		if n, ok := key.(lua.LNumber); ok && n != n {
			return nil, mismatchf("NaN cannot be a key")
		}
		e, err := rt.toLua(v.MapIndex(k), depth)
		if err != nil {
			return nil, inside(fmt.Sprintf(".%v", k), err)
		}
		vm.Set(nil, tb, key, e)
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
			return nil, foreign("function")
		}
		return x.fn, nil
	case *Program:
		return rt.vm.State().NewFunctionFromProto(x.proto), nil
	case *Handle:
		if x.t.run.rt != rt {
			return nil, foreign("task")
		}
		return x.t.value(), nil
	case error:
		return rt.value(x)
	}
	if _, known := rt.types[v.Type()]; !known {
		if v.Type().Elem().Kind() != reflect.Struct {
			return rt.toLua(v.Elem(), depth)
		}
		rt.registerObject(v.Type())
	}
	return rt.value(v.Interface())
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
