package convert

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// ToLua makes a Lua value of any Go value that has one.
func (h *Host) ToLua(v reflect.Value) (lua.LValue, error) {
	o := outward{h: h}
	return o.value(v, 0)
}

// outward is one conversion of a Go value with all that is in it.
type outward struct {
	h      *Host
	made   int                // values, so far
	seen   map[place]struct{} // slices, maps and pointers, once many values were made
	shared int                // how many of those around the value have been seen before
	again  int                // values made in such
}

// place is where a slice, a map or a pointer leads.
type place struct {
	t  reflect.Type
	at uintptr
	n  int
}

// value makes a Lua value of v.
func (o *outward) value(v reflect.Value, depth int) (lua.LValue, error) {
	if !v.IsValid() {
		return lua.LNil, nil
	}
	h, t := o.h, v.Type()
	if depth > maxConvertDepth {
		return nil, Mismatchf("values inside values more than %d deep", maxConvertDepth)
	}
	o.made++
	if o.shared > 0 {
		if o.again++; o.again > maxSharedValues {
			return nil, fmt.Errorf("values that occur in it more than once come to more than %d", maxSharedValues)
		}
	}
	if isBytes(t) {
		return lua.LString(v.Bytes()), nil
	}
	switch t {
	case typeError: // what is in it need not be a pointer
		if v.IsNil() {
			return lua.LNil, nil
		}
		return h.OwnToLua(v.Interface())
	case typeTime:
		at := v.Interface().(time.Time)
		return lua.LNumber(float64(at.Unix()) + float64(at.Nanosecond())/1e9), nil
	case typeDuration:
		return h.Number(time.Duration(v.Int()).Seconds()), nil
	}
	if h.Own(t) {
		return h.OwnToLua(v.Interface())
	}
	switch v.Kind() {
	case reflect.Bool:
		return lua.LBool(v.Bool()), nil
	case reflect.String:
		return lua.LString(v.String()), nil
	case reflect.Float32, reflect.Float64:
		return h.Number(v.Float()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return h.Exact(v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if n := float64(v.Uint()); n < 1<<64 && uint64(n) == v.Uint() {
			return h.Number(n), nil
		}
		return nil, Mismatchf("%d is no number that Lua can hold without loss", v.Uint())
	case reflect.Slice, reflect.Array:
		return o.list(v, depth+1)
	case reflect.Map:
		if o.visit(v, 0) {
			defer o.leave()
		}
		return o.table(v, depth+1)
	case reflect.Struct:
		return o.fields(v, depth+1)
	case reflect.Interface:
		if err, ok := v.Interface().(error); ok {
			return h.OwnToLua(err)
		}
		return o.value(v.Elem(), depth)
	case reflect.Pointer:
		return o.pointer(v, depth+1)
	case reflect.Func:
		if v.IsNil() {
			return lua.LNil, nil
		}
		return h.Func(v.Interface())
	}
	return nil, Mismatchf("a %v has no counterpart in Lua", t)
}

// list is a slice or an array as a list.
func (o *outward) list(v reflect.Value, depth int) (lua.LValue, error) {
	if v.Kind() == reflect.Slice && o.visit(v, v.Len()) {
		defer o.leave()
	}
	tb := o.h.NewTable(v.Len())
	for i := range v.Len() {
		e, err := o.value(v.Index(i), depth)
		if err != nil {
			return nil, inside(fmt.Sprintf("[%d]", i+1), err)
		}
		vm.SetInt(nil, tb, i+1, e)
	}
	vm.MarkList(tb)
	return tb, nil
}

// fields is a struct as a table of its fields.
func (o *outward) fields(v reflect.Value, depth int) (lua.LValue, error) {
	tb := o.h.NewTable(0)
	for _, f := range FieldsOf(v.Type()).List {
		e, err := o.value(v.FieldByIndex(f.Index), depth)
		if err != nil {
			return nil, inside("."+f.Name, err)
		}
		vm.SetField(tb, f.Name, e)
	}
	return tb, nil
}

// visit reports whether a slice, map or pointer has been seen before; leave ends it then. A small one is not looked at.
func (o *outward) visit(v reflect.Value, n int) bool {
	if o.made < maxSharedValues {
		return false
	}
	p := place{v.Type(), v.Pointer(), n}
	if _, ok := o.seen[p]; ok {
		o.shared++
		return true
	}
	if o.seen == nil {
		o.seen = map[place]struct{}{}
	}
	o.seen[p] = struct{}{}
	return false
}

func (o *outward) leave() { o.shared-- }

// Exact is a number that Lua can hold as it is.
func (h *Host) Exact(i int64) (lua.LValue, error) {
	if n := float64(i); n < 1<<63 && int64(n) == i {
		return h.Number(n), nil
	}
	return nil, Mismatchf("%d is no number that Lua can hold without loss", i)
}

// table is a map as a table. Its pairs are set in the order of the keys, which pairs keeps: the same in every run.
func (o *outward) table(v reflect.Value, depth int) (lua.LValue, error) {
	type pair struct {
		key lua.LValue
		of  reflect.Value
	}
	pairs := make([]pair, 0, v.Len())
	var failure error
	for _, k := range v.MapKeys() {
		key, err := o.key(k, depth)
		if err == nil {
			pairs = append(pairs, pair{key, k})
		} else if failure == nil || err.Error() < failure.Error() {
			failure = err
		}
	}
	if failure != nil {
		return nil, failure
	}
	slices.SortFunc(pairs, func(a, b pair) int { return compareKeys(a.key, b.key) })
	tb := o.h.NewTable(0)
	for i, p := range pairs {
		if i > 0 && p.key == pairs[i-1].key {
			return nil, Mismatchf("two of the keys are the same in Lua, '%v'", p.key)
		}
		e, err := o.value(v.MapIndex(p.of), depth)
		if err != nil {
			return nil, inside("."+vm.Short(fmt.Sprint(p.key)), err)
		}
		vm.Set(nil, tb, p.key, e)
	}
	return tb, nil
}

// key is the key of a map: what is told by its content, and has an order.
func (o *outward) key(k reflect.Value, depth int) (lua.LValue, error) {
	key, err := o.value(k, depth)
	if err != nil {
		return nil, err
	}
	switch x := key.(type) {
	case lua.LString, lua.LBool:
		return key, nil
	case lua.LNumber:
		if x != x {
			return nil, Mismatchf("NaN cannot be a key")
		}
		return key, nil
	}
	return nil, Mismatchf("keys must be strings, numbers or booleans, one is a %s", vm.TypeName(key))
}

// compareKeys is the order of keys: by type, then by value.
func compareKeys(a, b lua.LValue) int {
	switch x := a.(type) {
	case lua.LNumber:
		if y, ok := b.(lua.LNumber); ok {
			return cmp.Compare(x, y)
		}
	case lua.LString:
		if y, ok := b.(lua.LString); ok {
			return cmp.Compare(x, y)
		}
	case lua.LBool:
		if y, ok := b.(lua.LBool); ok && x != y {
			if y {
				return -1
			}
			return 1
		}
	}
	return cmp.Compare(a.Type(), b.Type())
}

func (o *outward) pointer(v reflect.Value, depth int) (lua.LValue, error) {
	if v.IsNil() {
		return lua.LNil, nil
	}
	switch x := v.Interface().(type) {
	case error:
		return o.h.OwnToLua(x)
	case lua.LValue:
		return x, nil
	}
	if !o.h.Object(v.Type(), v.Interface()) {
		if o.visit(v, 0) {
			defer o.leave()
		}
		return o.value(v.Elem(), depth)
	}
	return o.h.OwnToLua(v.Interface())
}
