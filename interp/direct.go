package interp

import (
	"reflect"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/convert"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// plain are the types of arguments and results of the functions that direct knows.
type plain interface{ float64 | int | string | bool }

// direct is the builtin of a function of one of the commonest shapes, which is called as it is: by reflection a call takes
// three times as long. nil: it is of another.
func direct(fn any) Func {
	for _, shape := range []func(any) Func{
		direct0,
		direct1[float64], direct1[int], direct1[string], direct1[bool],
		direct2[float64, float64], direct2[int, int], direct2[string, string], direct2[string, int], direct2[string, float64],
	} {
		if f := shape(fn); f != nil {
			return f
		}
	}
	return nil
}

func direct0(fn any) Func {
	switch f := fn.(type) {
	case func():
		return func(*Call) error { f(); return nil }
	case func() error:
		return func(*Call) error { return f() }
	case func() float64:
		return func(c *Call) error { return put(c, f(), nil) }
	case func() int:
		return func(c *Call) error { return put(c, f(), nil) }
	case func() string:
		return func(c *Call) error { return put(c, f(), nil) }
	case func() bool:
		return func(c *Call) error { return put(c, f(), nil) }
	case func() (float64, error):
		return func(c *Call) error { r, err := f(); return put(c, r, err) }
	case func() (int, error):
		return func(c *Call) error { r, err := f(); return put(c, r, err) }
	case func() (string, error):
		return func(c *Call) error { r, err := f(); return put(c, r, err) }
	case func() (bool, error):
		return func(c *Call) error { r, err := f(); return put(c, r, err) }
	}
	return nil
}

func direct1[A plain](fn any) Func {
	with := func(f func(*Call, A) error) Func {
		return func(c *Call) error {
			a, err := get[A](c, 1)
			if err != nil {
				return err
			}
			return f(c, a)
		}
	}
	switch f := fn.(type) {
	case func(A):
		return with(func(_ *Call, a A) error { f(a); return nil })
	case func(A) error:
		return with(func(_ *Call, a A) error { return f(a) })
	case func(A) float64:
		return with(func(c *Call, a A) error { return put(c, f(a), nil) })
	case func(A) int:
		return with(func(c *Call, a A) error { return put(c, f(a), nil) })
	case func(A) string:
		return with(func(c *Call, a A) error { return put(c, f(a), nil) })
	case func(A) bool:
		return with(func(c *Call, a A) error { return put(c, f(a), nil) })
	case func(A) (float64, error):
		return with(func(c *Call, a A) error { r, err := f(a); return put(c, r, err) })
	case func(A) (int, error):
		return with(func(c *Call, a A) error { r, err := f(a); return put(c, r, err) })
	case func(A) (string, error):
		return with(func(c *Call, a A) error { r, err := f(a); return put(c, r, err) })
	case func(A) (bool, error):
		return with(func(c *Call, a A) error { r, err := f(a); return put(c, r, err) })
	}
	return nil
}

func direct2[A, B plain](fn any) Func {
	with := func(f func(*Call, A, B) error) Func {
		return func(c *Call) error {
			a, err := get[A](c, 1)
			if err != nil {
				return err
			}
			b, err := get[B](c, 2)
			if err != nil {
				return err
			}
			return f(c, a, b)
		}
	}
	switch f := fn.(type) {
	case func(A, B):
		return with(func(_ *Call, a A, b B) error { f(a, b); return nil })
	case func(A, B) error:
		return with(func(_ *Call, a A, b B) error { return f(a, b) })
	case func(A, B) float64:
		return with(func(c *Call, a A, b B) error { return put(c, f(a, b), nil) })
	case func(A, B) int:
		return with(func(c *Call, a A, b B) error { return put(c, f(a, b), nil) })
	case func(A, B) string:
		return with(func(c *Call, a A, b B) error { return put(c, f(a, b), nil) })
	case func(A, B) bool:
		return with(func(c *Call, a A, b B) error { return put(c, f(a, b), nil) })
	case func(A, B) (float64, error):
		return with(func(c *Call, a A, b B) error { r, err := f(a, b); return put(c, r, err) })
	case func(A, B) (int, error):
		return with(func(c *Call, a A, b B) error { r, err := f(a, b); return put(c, r, err) })
	case func(A, B) (string, error):
		return with(func(c *Call, a A, b B) error { r, err := f(a, b); return put(c, r, err) })
	case func(A, B) (bool, error):
		return with(func(c *Call, a A, b B) error { r, err := f(a, b); return put(c, r, err) })
	}
	return nil
}

// get is the i-th argument.
func get[T plain](c *Call, i int) (v T, err error) {
	lv := c.Arg(i).lv
	switch p := any(&v).(type) {
	case *float64:
		if n, ok := lv.(lua.LNumber); ok {
			*p = float64(n)
			return v, nil
		}
	case *int:
		if n, ok := convert.Whole(lv); ok {
			*p = n
			return v, nil
		}
	case *string:
		if s, ok := lv.(lua.LString); ok {
			*p = string(s)
			return v, nil
		}
	case *bool:
		if b, ok := lv.(lua.LBool); ok {
			*p = bool(b)
			return v, nil
		}
	}
	x, err := c.argument(i, reflect.TypeFor[T]()) // must be converted, or cannot be
	if err != nil {
		return v, err
	}
	return x.Interface().(T), nil
}

// put sets the result of a function that has returned it with err.
func put[T plain](c *Call, v T, err error) error {
	if err != nil {
		return err
	}
	var lv lua.LValue
	switch x := any(v).(type) {
	case float64:
		lv = c.rt.vm.Number(x)
	case int:
		if lv, err = c.rt.conv.Exact(int64(x)); err != nil {
			return c.resultError(0, err)
		}
	case string:
		vm.CheckText(c.l, len(x))
		lv = lua.LString(x)
	case bool:
		lv = lua.LBool(x)
	}
	c.l.Push(lv)
	c.results++
	return nil
}
