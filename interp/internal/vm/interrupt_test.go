package vm

import (
	"errors"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// A long run is interrupted, whatever it does: poke is called, and then something that would take seconds, or would be done before
// the next jump or call.
func TestInterruptedWithin(t *testing.T) {
	cut := errors.New("cut")
	long := strings.Repeat("x", 20<<20)
	for _, c := range []struct{ name, src string }{
		{"straight code", strings.Repeat("n = n + 1 ", 400_000)},
		{"a constructor", "t = {" + strings.Repeat("{},", 800_000) + "}"},
		{"a constructor of fields", "t = {" + strings.Repeat("x = {},", 400_000) + "}"},
		{"compiling", `compile(("x = 1 "):rep(1e5))`},
		{"compiling a long expression", `compile("x = " .. ("1 + "):rep(1e5) .. "1")`},
		{"comparing", "x = s < u"},
		{"comparing for equality", "x = s == u"},
		{"a key", "t = {[s] = 1} x = t[u]"},
		{"joining", "x = s .. u"},
		{"a number", "x = d + 1"},
	} {
		var m *Machine
		m, _ = newMachine(t, Config{Interrupted: func() error { return cut }})
		g := m.State().G.Global
		for name, v := range map[string]lua.LValue{
			"s": lua.LString(long), "u": lua.LString("" + long[1:] + "x"), "d": lua.LString(strings.Repeat("1", 1<<20)), "n": lua.LNumber(0),
			"poke":    m.State().NewFunction(func(*lua.LState) int { m.Poke(); return 0 }),
			"compile": m.State().NewFunction(func(L *lua.LState) int { CompileOn(L, "=x", []byte(L.Get(1).(lua.LString))); return 0 }),
		} {
			g.RawSetString(name, v)
		}
		_, err := runOn(m, 100, "local u = u poke() "+c.src+" missed = true")
		if u, ok := err.(*Unwound); !ok || u.Err != cut || g.RawGetString("missed") != lua.LNil {
			t.Errorf("%s: %.200v", c.name, err)
		}
	}
}
