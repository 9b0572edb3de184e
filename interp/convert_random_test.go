package interp_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/lull-lua/lull/interp"
)

// Types that have themselves in them, or what no value of Lua is.
type (
	ownPointer *ownPointer
	ownSlice   []ownSlice
	ownMap     map[string]ownMap
	ownAnyMap  map[any]ownAnyMap
	ownFunc    func(ownFunc) ownFunc
	//lint:ignore U1000 The field that is not exported is there for reflection to come across.
	hidden    struct{ Shown, other int }
	embedding struct {
		hidden
		*ownStruct
		Next *embedding
		Self any
		List []embedding
	}
	ownStruct struct {
		Up   *ownStruct
		Any  any
		Map  map[any]any
		Nope chan int
	}
	valueError  struct{ Text string }
	brokenError struct{ s *string }
)

func (e valueError) Error() string   { return e.Text }
func (e *brokenError) Error() string { return *e.s }

// typeMaker draws types, and values of them in which parts occur again and again, themselves included.
type typeMaker struct {
	*rand.Rand
	made map[reflect.Type][]reflect.Value
}

var drawnTypes = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[uint64](), reflect.TypeFor[uintptr](),
	reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex128](), reflect.TypeFor[unsafe.Pointer](), reflect.TypeFor[chan int](),
	reflect.TypeFor[func()](), reflect.TypeFor[func(chan int)](), reflect.TypeFor[any](), reflect.TypeFor[any](), reflect.TypeFor[error](), reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[context.Context](),
	reflect.TypeFor[time.Time](), reflect.TypeFor[time.Duration](), reflect.TypeFor[interp.Value](), reflect.TypeFor[interp.Table](), reflect.TypeFor[*interp.Function](),
	reflect.TypeFor[*interp.Task](), reflect.TypeFor[*interp.Handle](), reflect.TypeFor[interp.Task](), reflect.TypeFor[*interp.Error](), reflect.TypeFor[interp.Values](),
	reflect.TypeFor[ownPointer](), reflect.TypeFor[ownSlice](), reflect.TypeFor[ownMap](), reflect.TypeFor[ownAnyMap](), reflect.TypeFor[ownFunc](),
	reflect.TypeFor[embedding](), reflect.TypeFor[*embedding](), reflect.TypeFor[ownStruct](), reflect.TypeFor[*ownStruct](), reflect.TypeFor[valueError](),
	reflect.TypeFor[*brokenError](), reflect.TypeFor[*reflect.Value](), reflect.TypeFor[struct{}](),
}

func (m *typeMaker) typ(depth int) reflect.Type {
	if depth > 3 || m.IntN(3) == 0 {
		return drawnTypes[m.IntN(len(drawnTypes))]
	}
	switch e := m.typ(depth + 1); m.IntN(6) {
	case 0:
		return reflect.SliceOf(e)
	case 1:
		return reflect.ArrayOf(m.IntN(4), e)
	case 2:
		return reflect.PointerTo(e)
	case 3:
		if k := m.typ(depth + 1); k.Comparable() {
			return reflect.MapOf(k, e)
		}
		return reflect.MapOf(reflect.TypeFor[any](), e)
	case 4:
		tags := []reflect.StructTag{"", `lua:"a"`, `lua:"-"`}
		return reflect.StructOf([]reflect.StructField{
			{Name: "A", Type: e, Tag: tags[m.IntN(3)]}, {Name: "B", Type: m.typ(depth + 1), Tag: tags[m.IntN(3)]}, {Name: "c", PkgPath: "p", Type: e},
		})
	default:
		return e
	}
}

// value is a value of a type that has its parts made up, or is one that was made before.
func (m *typeMaker) value(t reflect.Type, depth int) reflect.Value {
	if old := m.made[t]; len(old) > 0 && m.IntN(3) == 0 {
		return old[m.IntN(len(old))]
	}
	v := reflect.New(t).Elem()
	if depth > 6 || m.IntN(8) == 0 {
		return v
	}
	switch t.Kind() {
	case reflect.Bool:
		v.SetBool(m.IntN(2) == 0)
	case reflect.String:
		v.SetString([]string{"", "a", "b", "1", "\xff\x00"}[m.IntN(5)])
	case reflect.Float32, reflect.Float64:
		v.SetFloat([]float64{0, math.Copysign(0, -1), 1, 0.1, math.NaN(), math.Inf(1), 1 << 60}[m.IntN(7)])
	case reflect.Int, reflect.Int8, reflect.Int64:
		v.SetInt([]int64{0, 1, -1, math.MaxInt64, math.MinInt64, 1<<53 + 1}[m.IntN(6)])
	case reflect.Uint64, reflect.Uintptr:
		v.SetUint([]uint64{0, 1, math.MaxUint64}[m.IntN(3)])
	case reflect.Slice:
		v.Set(reflect.MakeSlice(t, m.IntN(4), 4))
		m.made[t] = append(m.made[t], v)
		for i := range v.Len() {
			v.Index(i).Set(m.value(t.Elem(), depth+1))
		}
	case reflect.Array:
		for i := range v.Len() {
			v.Index(i).Set(m.value(t.Elem(), depth+1))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		m.made[t] = append(m.made[t], v)
		for range m.IntN(4) {
			func() {
				defer func() { _ = recover() }() // a key that cannot be hashed
				v.SetMapIndex(m.value(t.Key(), depth+1), m.value(t.Elem(), depth+1))
			}()
		}
	case reflect.Pointer:
		p := reflect.New(t.Elem())
		v.Set(p.Convert(t))
		m.made[t] = append(m.made[t], v)
		p.Elem().Set(m.value(t.Elem(), depth+1))
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() {
				v.Field(i).Set(m.value(t.Field(i).Type, depth+1))
			}
		}
	case reflect.Interface:
		if x := m.value(m.typ(2), depth+1); x.Type().Implements(t) {
			v.Set(x)
		}
	}
	return v
}

// A host's return is a value or an error, whatever it is, and so is what a script gives for any type: nothing panics,
// and nothing takes for ever.
func TestConvertRandomTypes(t *testing.T) {
	rt, err := interp.New()
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	const values = `local own = {} own[1] = own own.a = own
		local shared = {} for i = 1, ... % 30 == 0 and 40 or 6 do shared = { shared, shared, a = shared } end
		local keyed = { [{}] = 1, [print] = 2, [1.5] = 3, [true] = 4 }
		local values = { n = 0, own, shared, keyed, {}, { 1, 2 }, { {}, {} }, { a = 1, b = {} }, { 1, nil, 3 }, { [2^53] = 1 }, { [-1] = 1 }, "text", "12", "0x10", "1e999", 1, 1.5, -1,
			2^53, 2^63, 2^64, 1e300, 1/0, -1/0, 0/0, true, print, coroutine.create(print), io.stdout, { [{ 1 }] = 1 }, { shown = 1, next = {} }, { next = own } }
		for i = 1, 60 do values[#values + 1] = { a = values[i], values[i], [values[i] == values[i] and values[i] ~= nil and values[i] or 1] = 1 } end
		return values`
	rounds := 1500
	if testing.Short() {
		rounds = 100
	}
	failed, passed := 0, 0
	for seed := range rounds {
		m := &typeMaker{rand.New(rand.NewPCG(uint64(seed), 1)), map[reflect.Type][]reflect.Value{}}
		typ := m.typ(0)
		vals, err := rt.RunFunc(context.Background(), "given", func(c *interp.Call) error { return c.Return(m.value(typ, 0).Interface()) })
		if e := (*interp.Error)(nil); errors.As(err, &e) && e.Kind == interp.KindPanic && !strings.Contains(e.Msg, "method of an error") {
			t.Fatalf("seed %d: returning a %v: %v\n%s", seed, typ, err, e.Traceback())
		} else if err == nil {
			_ = vals.Get(1).String()
		}
		given, err := rt.RunString(context.Background(), "=values", values, seed)
		if err != nil {
			t.Fatal(err)
		}
		list, _ := given.Get(1).Table()
		for i := 1; i <= list.Len(); i++ {
			func() {
				defer func() {
					if p := recover(); p != nil {
						t.Fatalf("seed %d: value %d into a %v: %v", seed, i, typ, p)
					}
				}()
				if err := list.Index(i).Into(reflect.New(typ).Interface()); err != nil {
					failed++
				} else {
					passed++
				}
			}()
		}
	}
	if failed == 0 || passed == 0 {
		t.Errorf("%d conversions failed, %d did not", failed, passed)
	}
}

// A host's return is had without loss, in the same order each time, or is an error that says what is wrong with it.
func TestReturnOfAnyShape(t *testing.T) {
	var self any
	self = &self
	slice := make([]any, 2)
	slice[0], slice[1] = slice, slice
	pointer := new(ownPointer)
	*pointer = pointer
	cyclic := map[string]any{}
	cyclic["m"] = cyclic
	wide := []any{1}
	for range 40 {
		wide = []any{wide, wide}
	}
	noError, text := (*brokenError)(nil), "text"
	for _, tt := range []struct {
		name string
		v    any
		want string
	}{
		{"keys of type any", map[any]any{"b": 2, "a": 1, 2: "y", 1.5: "x", true: "z"}, "true=z 1.5=x 2=y a=1 b=2"},
		{"keys that are the same", map[any]any{1: "a", 1.0: "b"}, "two of the keys are the same in Lua, '1'"},
		{"a key without a value", map[any]any{nil: 1}, "keys must be strings, numbers or booleans, one is a nil"},
		{"a struct as a key", map[struct{ A int }]int{{1}: 1}, "keys must be strings, numbers or booleans, one is a table"},
		{"NaN in a key of type any", map[any]any{math.NaN(): 1}, "NaN cannot be a key"},
		{"an integer that is too large as a key", map[int64]int{math.MaxInt64: 1, math.MaxInt64 - 1: 1}, "9223372036854775806 is no number that Lua can hold without loss"},
		{"a pointer to itself", self, "values inside values more than 100 deep"},
		{"a pointer type of itself", *pointer, "values inside values more than 100 deep"},
		{"a map in itself", cyclic, "more than 100 deep"},
		{"a slice in itself, twice", slice, "more than 100 deep"},
		{"a slice that occurs again and again", wide, "values that occur in it more than once come to more than 100000"},
		{"a channel in a list", []any{1, make(chan int)}, "field '[2]': a chan int has no counterpart in Lua"},
		{"a channel that is a field", struct{ C chan int }{}, "field 'c': a chan int has no counterpart in Lua"},
		{"a nil error of a pointer type", noError, "nil"},
		{"an error that panics", &brokenError{}, "a method of an error panicked: runtime error: invalid memory address or nil pointer dereference"},
		{"an error that is a value", valueError{text}, text},
		{"a nil task", (*interp.Task)(nil), "nil"},
		{"a task of nobody's", &interp.Task{}, "the task belongs to another runtime"},
		{"a handle of nobody's", &interp.Handle{}, "the task belongs to another runtime"},
		{"a table of nobody's", interp.Table{}, "the table belongs to another runtime"},
		{"an object", &ownStruct{}, "own_struct"},
		{"no object", (*ownStruct)(nil), "nil"},
	} {
		rt := newRuntime(t, interp.WithFunc("shape", func(c *interp.Call) error { return c.Return(tt.v) }))
		vals, err := rt.RunString(context.Background(), "=t", `
			local ok, v = pcall(shape)
			if type(v) ~= "table" then return (tostring(v):gsub(": 0x.*", "")) end
			local t = {}
			for k, x in pairs(v) do t[#t + 1] = tostring(k) .. "=" .. tostring(x) end
			return table.concat(t, " ")`)
		if got := vals.Get(1).String(); err != nil || !strings.HasSuffix(got, tt.want) && !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q; %v", tt.name, got, tt.want, err)
		}
	}
}

// A type that a script cannot fill is an error, not a zero value; one that has itself in it is no endless loop.
func TestIntoOddTypes(t *testing.T) {
	rt := newRuntime(t, interp.WithFunc("a", func(ownSlice) {}), interp.WithFunc("b", func(ownMap, ownPointer) {}), interp.WithFunc("c", func(*embedding) {}))
	vals, err := rt.RunString(context.Background(), "=t", `return 1, { [{}] = 1 }, { { {} }, {} }, { next = { shown = 3 } }, { up = { any = 1 } }, { nope = 1 }`)
	if err != nil {
		t.Fatal(err)
	}
	var list ownSlice
	var e embedding
	for _, tt := range []struct {
		n    int
		out  any
		want string
	}{
		{1, new(chan int), "a chan int has no counterpart in Lua"},
		{1, new(func() int), "a func() int has no counterpart in Lua"},
		{1, new(uintptr), "a uintptr has no counterpart in Lua"},
		{1, new(ownPointer), "tables inside tables more than 100 deep"},
		{2, new(map[any]any), "cannot be the key of a map[interface {}]interface {}"},
		{3, &list, ""},
		{4, &e, ""},
		{5, new(ownStruct), ""},
		{6, new(ownStruct), "field 'nope': a chan int has no counterpart in Lua"},
		{1, nil, "a pointer is needed"},
		{1, (*int)(nil), "a pointer is needed"},
		{1, 1, "a pointer is needed"},
	} {
		err := vals.Get(tt.n).Into(tt.out)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("value %d into a %T: %v, want %q", tt.n, tt.out, err, tt.want)
		}
	}
	if len(list) != 2 || len(list[0]) != 1 || e.Next.Shown != 3 {
		t.Errorf("got %v, %v", list, e.Next)
	}
}
