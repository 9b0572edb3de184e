package convert

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// FromLua makes a Go value of type t. It is for the loop's side, where v holds a table or function.
func (h *Host) FromLua(v lua.LValue, t reflect.Type) (reflect.Value, error) {
	c := conversion{h: h}
	return c.value(v, t, 0)
}

// conversion is one conversion of a value with all that is in it.
type conversion struct {
	h      *Host
	root   *lua.LTable
	seen   map[*lua.LTable]struct{} // tables inside root
	shared int                      // how many of the tables around the value have been seen before
	again  int                      // values made in such tables
}

// value makes a Go value of type t.
func (c *conversion) value(v lua.LValue, t reflect.Type, depth int) (reflect.Value, error) {
	h := c.h
	out := reflect.New(t).Elem()
	if depth > maxConvertDepth {
		return out, Mismatchf("tables inside tables more than %d deep", maxConvertDepth)
	}
	if c.shared > 0 {
		if c.again++; c.again > maxSharedValues {
			return out, fmt.Errorf("tables that occur in it more than once come to more than %d values", maxSharedValues)
		}
	}
	switch t {
	case typeDuration, typeTime, typeError, typeAny:
		return c.special(v, t, depth)
	}
	if h.Own(t) {
		return h.OwnFromLua(v, t)
	}
	if isBytes(t) {
		s, ok := h.Text(v)
		if !ok {
			return out, Expected("string", v)
		}
		out.SetBytes([]byte(s))
		return out, nil
	}
	switch k := t.Kind(); k {
	case reflect.Bool:
		b, ok := v.(lua.LBool)
		if !ok {
			return out, Expected("boolean", v)
		}
		out.SetBool(bool(b))
	case reflect.String:
		s, ok := h.Text(v)
		if !ok {
			return out, Expected("string", v)
		}
		out.SetString(s)
	case reflect.Float32, reflect.Float64:
		n, ok := numberOf(v)
		if !ok {
			return out, Expected("number", v)
		}
		if k == reflect.Float32 && !math.IsInf(n, 0) && out.OverflowFloat(n) {
			return out, Mismatchf("%v does not fit a %v", n, t)
		}
		out.SetFloat(n)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return out, setInt(out, v)
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		tb, ok := v.(*lua.LTable)
		if !ok {
			return out, Expected("table", v)
		}
		return out, c.table(out, tb, depth+1)
	case reflect.Pointer:
		return c.pointer(v, t, depth)
	case reflect.Interface:
		if ud, ok := v.(*lua.LUserData); ok && ud.Value != nil && reflect.TypeOf(ud.Value).Implements(t) {
			out.Set(reflect.ValueOf(ud.Value))
			return out, nil
		}
		if v == lua.LNil {
			return out, nil
		}
		return out, Expected(t.String(), v)
	default:
		return out, Mismatchf("a %v has no counterpart in Lua", t)
	}
	return out, nil
}

// special makes a value of one of the types that are told from others of their kind.
func (c *conversion) special(v lua.LValue, t reflect.Type, depth int) (reflect.Value, error) {
	out := reflect.New(t).Elem()
	switch t {
	case typeDuration:
		n, ok := numberOf(v)
		if !ok {
			return out, Expected("number of seconds", v)
		}
		ns := math.Round(n * 1e9)
		if !(math.Abs(ns) < 1<<63) {
			return out, Mismatchf("%v seconds are no duration", vm.NumberText(lua.LNumber(n)))
		}
		return reflect.ValueOf(time.Duration(ns)), nil
	case typeTime:
		n, ok := numberOf(v)
		if !ok {
			return out, Expected("number of seconds since 1970", v)
		}
		if math.IsNaN(n) || math.Abs(n) > 1<<53 {
			return out, Mismatchf("%v is no time", vm.NumberText(lua.LNumber(n)))
		}
		whole, frac := math.Modf(n)
		return reflect.ValueOf(time.Unix(int64(whole), int64(math.Round(frac*1e9)))), nil
	case typeError:
		switch x := v.(type) {
		case *lua.LNilType:
			return out, nil
		case *lua.LUserData:
			if e, ok := x.Value.(error); ok {
				return reflect.ValueOf(&e).Elem(), nil
			}
		}
		e := c.h.Error(v)
		return reflect.ValueOf(&e).Elem(), nil
	case typeAny:
		x, err := c.natural(v, depth)
		if err == nil && x != nil {
			out.Set(reflect.ValueOf(x))
		}
		return out, err
	}
	return out, nil
}

func (c *conversion) pointer(v lua.LValue, t reflect.Type, depth int) (reflect.Value, error) {
	out := reflect.New(t).Elem()
	switch x := v.(type) {
	case *lua.LNilType:
		return out, nil
	case *lua.LUserData:
		if reflect.TypeOf(x.Value) == t {
			return reflect.ValueOf(x.Value), nil
		}
		return out, Expected(ObjectName(t), v)
	}
	e, err := c.value(v, t.Elem(), depth+1)
	if err != nil {
		return out, err
	}
	p := reflect.New(t.Elem())
	p.Elem().Set(e)
	return p, nil
}

// ObjectName is what scripts call objects of a pointer type.
func ObjectName(t reflect.Type) string { return Name(t.Elem().Name()) }

func (c *conversion) table(out reflect.Value, tb *lua.LTable, depth int) error {
	if c.visit(tb) {
		c.shared++
		defer func() { c.shared-- }()
	}
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
			return Mismatchf("a list of %d expected, got one of %d", t.Len(), n)
		}
		for i := range n {
			e, err := c.value(vm.GetInt(tb, i+1), t.Elem(), depth)
			if err != nil {
				return inside(fmt.Sprintf("[%d]", i+1), err)
			}
			out.Index(i).Set(e)
		}
		return nil
	case reflect.Map:
		out.Set(reflect.MakeMap(t))
		return eachPair(tb, func(k, v lua.LValue) error {
			key, err := c.value(k, t.Key(), depth)
			if err != nil {
				return Mismatchf("key %v: %v", k, err)
			}
			if k := key; k.Kind() == reflect.Interface && !k.IsNil() && !k.Elem().Type().Comparable() || !k.Comparable() { // a table in a key of type any
				return Mismatchf("key %v: what is made of it cannot be the key of a %v", k, t)
			}
			e, err := c.value(v, t.Elem(), depth)
			if err != nil {
				return inside("."+vm.Short(fmt.Sprint(k)), err)
			}
			if out.MapIndex(key).IsValid() {
				return Mismatchf("the keys %v and '%v' are the same as a %v", k, key, t.Key())
			}
			out.SetMapIndex(key, e)
			return nil
		})
	}
	fs := FieldsOf(t)
	return eachPair(tb, func(k, v lua.LValue) error {
		name, _ := k.(lua.LString)
		index, ok := fs.ByName[string(name)]
		if !ok {
			names := make([]string, len(fs.List))
			for i, f := range fs.List {
				names[i] = f.Name
			}
			meant := ";"
			if like := vm.Nearest(string(name), slices.Values(names)); like != "" {
				meant = fmt.Sprintf(", did you mean '%s'?", like)
			}
			return Mismatchf("unknown field '%v'%s there are: %s", k, meant, strings.Join(names, ", "))
		}
		f := out.FieldByIndex(index)
		e, err := c.value(v, f.Type(), depth)
		if err != nil {
			return inside("."+string(name), err)
		}
		f.Set(e)
		return nil
	})
}

// visit reports whether tb has been seen before.
func (c *conversion) visit(tb *lua.LTable) bool {
	if c.root == nil {
		c.root = tb
		return false
	}
	if _, ok := c.seen[tb]; ok || tb == c.root {
		return true
	}
	if c.seen == nil {
		c.seen = map[*lua.LTable]struct{}{}
	}
	c.seen[tb] = struct{}{}
	return false
}

func eachPair(tb *lua.LTable, fn func(k, v lua.LValue) error) error {
	for k, v, _ := vm.Next(nil, tb, lua.LNil); k != lua.LNil; k, v, _ = vm.Next(nil, tb, k) {
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
		i, ok := Whole(k)
		if !ok || i < 1 {
			if k == lua.LString("n") {
				return nil
			}
			return Mismatchf("a list expected, got a table with the key '%v'", k)
		}
		last, count = max(last, i), count+1
		return nil
	})
	if err == nil && last != count {
		err = Mismatchf("the list has a hole")
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

func setInt(out reflect.Value, v lua.LValue) error {
	if s, ok := v.(lua.LString); ok && setDigits(out, string(s)) {
		return nil
	}
	n, ok := numberOf(v)
	if !ok {
		return Expected("integer", v)
	}
	if n != math.Trunc(n) || math.IsInf(n, 0) {
		return Mismatchf("integer expected, got %v", vm.NumberText(lua.LNumber(n)))
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
		a := "a"
		if out.Type().String()[0] == 'i' {
			a = "an"
		}
		return Mismatchf("%v does not fit %s %v", vm.NumberText(lua.LNumber(n)), a, out.Type())
	}
	return nil
}

// setDigits takes a number that a string spells out as it stands: a number of Lua's would lose the digits of a large one.
func setDigits(out reflect.Value, s string) bool {
	s = strings.TrimSpace(s)
	if out.CanInt() {
		i, err := strconv.ParseInt(s, 10, 64)
		if err != nil || out.OverflowInt(i) {
			return false
		}
		out.SetInt(i)
		return true
	}
	u, err := strconv.ParseUint(s, 10, 64)
	if err != nil || out.OverflowUint(u) {
		return false
	}
	out.SetUint(u)
	return true
}

// natural is the Go value that fits v best.
func (c *conversion) natural(v lua.LValue, depth int) (any, error) {
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
		return c.h.Function(x), nil
	case *lua.LUserData:
		return x.Value, nil
	case *lua.LTable:
		if n, err := listLen(x); err == nil && (n > 0 || vm.IsList(x) || vm.Field(x, "n") != lua.LNil) {
			out, err := c.value(v, reflect.TypeFor[[]any](), depth)
			return out.Interface(), err
		}
		out, err := c.value(v, reflect.TypeFor[map[string]any](), depth)
		return out.Interface(), err
	}
	return nil, Mismatchf("a %s has no counterpart in Go", vm.TypeName(v))
}
