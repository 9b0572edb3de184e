package interp_test

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/lull-lua/lull/interp"
)

// nested has a field of every kind that is no pointer.
type nested struct {
	B    bool
	I8   int8
	U16  uint16
	F    float64
	S    string
	Raw  []byte
	List []nested
	Map  map[string]int
	D    time.Duration
	T    time.Time
	Any  any
	A    [2]string
}

// convertTargets are types that a value may be stored in.
var convertTargets = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int64](),
	reflect.TypeFor[uint8](), reflect.TypeFor[uint64](), reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[[]byte](),
	reflect.TypeFor[[]int](), reflect.TypeFor[[][]string](), reflect.TypeFor[[3]bool](), reflect.TypeFor[map[string]float64](),
	reflect.TypeFor[map[int]string](), reflect.TypeFor[map[float64]any](), reflect.TypeFor[nested](), reflect.TypeFor[time.Duration](),
	reflect.TypeFor[time.Time](), reflect.TypeFor[any](), reflect.TypeFor[map[string]any](), reflect.TypeFor[[]any](), reflect.TypeFor[error](),
	reflect.TypeFor[*nested](), reflect.TypeFor[*int](), reflect.TypeFor[*interp.Function](), reflect.TypeFor[interp.Value](), reflect.TypeFor[interp.Table](),
}

// valueMaker builds Lua values from bytes.
type valueMaker struct {
	c      *interp.Call
	data   []byte
	tables []interp.Table
}

func (m *valueMaker) next() byte {
	if len(m.data) == 0 {
		return 0
	}
	b := m.data[0]
	m.data = m.data[1:]
	return b
}

func (m *valueMaker) text() string {
	names := []string{"b", "i8", "u16", "f", "s", "raw", "list", "map", "d", "t", "any", "a", "n", "1", "x\xff\x00"}
	return names[int(m.next())%len(names)]
}

func (m *valueMaker) number() float64 {
	special := []float64{0, math.Copysign(0, -1), 0.1, 1.5, -1, 127, 128, 255, 256, 65536, 1 << 31, 1 << 53, 1<<53 + 2, 1 << 63, -1 << 63, 1 << 64,
		1e300, 5e-324, math.Inf(1), math.Inf(-1), math.NaN(), 9.3e9, 1.7e9 + 0.123456}
	n := m.next()
	if n < 128 {
		return float64(n)
	}
	return special[int(n)%len(special)]
}

func (m *valueMaker) value(depth int) (interp.Value, error) {
	kind := m.next() % 10
	if depth > 150 {
		kind = 1
	}
	switch kind {
	case 0:
		return interp.Value{}, nil
	case 1, 2:
		return interp.Number(m.number()), nil
	case 3:
		return interp.Bool(m.next()%2 == 0), nil
	case 4, 5:
		return m.c.Value(m.text())
	case 6:
		if n := len(m.tables); n > 0 {
			return m.tables[int(m.next())%n].Value(), nil // shared, or a cycle
		}
		return m.c.Value(interp.Errorf(interp.KindIO, "an error"))
	case 7:
		return m.c.NewFunction("f", func(*interp.Call) error { return nil }), nil
	}
	t := m.c.NewTable(0)
	m.tables = append(m.tables, t)
	for i := range int(m.next() % 6) {
		v, err := m.value(depth + 1)
		if err != nil {
			return v, err
		}
		switch m.next() % 4 {
		case 0:
			t.SetField(m.text(), v)
		case 1:
			t.SetIndex(int(m.next()), v)
		default:
			t.SetIndex(i+1, v)
		}
	}
	return t.Value(), nil
}

// FuzzConvert: whatever a script gives for whatever type a host asks for, there is a value or an error. A value that was had
// without an error goes back into Lua, and comes out of it as the same.
func FuzzConvert(f *testing.F) {
	for _, seed := range []string{"", "\x01\x80", "\x08\x03\x04\x00\x02\x01\x05\x02", "\x09\x05\x06\x00\x00\x08", "\x08\x02\x08\x02\x06\x00\x02\x06\x01\x02", "\x04\x05"} {
		for i := range convertTargets {
			f.Add(byte(i), []byte(seed))
		}
	}
	rt, err := interp.New()
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { rt.Close() })
	f.Fuzz(func(t *testing.T, target byte, data []byte) {
		typ := convertTargets[int(target)%len(convertTargets)]
		_, err := rt.RunFunc(context.Background(), "fuzz", func(c *interp.Call) error {
			m := &valueMaker{c: c, data: data}
			v, err := m.value(0)
			if err != nil {
				return err
			}
			first := reflect.New(typ)
			if err := v.Into(first.Interface()); err != nil {
				return nil
			}
			back, err := c.Value(first.Elem().Interface())
			if err != nil {
				return fmt.Errorf("%v became %#v, which does not go back: %w", v, first.Elem(), err)
			}
			second := reflect.New(typ)
			if err := back.Into(second.Interface()); err != nil {
				return fmt.Errorf("%v became %#v, went back, and does not come again: %w", v, first.Elem(), err)
			}
			if typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Interface {
				return nil // an address, or an empty list that comes back as an empty table
			}
			if a, b := fmt.Sprint(first.Elem()), fmt.Sprint(second.Elem()); a != b && !hasAny(typ) {
				return fmt.Errorf("%v became %v, then %v", v, a, b)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// hasAny reports whether values of the type hold what has no type of its own.
func hasAny(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Struct:
		return t == reflect.TypeFor[nested]() || t == reflect.TypeFor[interp.Value]() || t == reflect.TypeFor[interp.Table]()
	case reflect.Slice, reflect.Map:
		return hasAny(t.Elem())
	}
	return false
}
