package vm

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errClosed = errors.New("the coroutine was closed")

// newMachine is a machine with the library that this package brings and, for the rest, gopher-lua's. What is printed goes
// to the builder.
func newMachine(tb testing.TB, cfg Config) (*Machine, *strings.Builder) {
	tb.Helper()
	if cfg.Interrupted == nil {
		cfg.Interrupted = func() error { return nil }
	}
	cfg.Closed = errClosed
	m, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(m.Close)
	L := m.State()
	for _, open := range []lua.LGFunction{lua.OpenBase, lua.OpenTable, lua.OpenString, lua.OpenMath} {
		L.Push(L.NewFunction(open))
		L.Call(0, 0)
	}
	OpenBase(m)
	OpenCoroutine(m)
	OpenDebug(m)
	out := &strings.Builder{}
	L.SetGlobal("print", L.NewFunction(func(L *lua.LState) int {
		for i := 1; i <= L.GetTop(); i++ {
			if i > 1 {
				out.WriteByte('\t')
			}
			out.WriteString(L.ToStringMeta(L.Get(i)).String())
		}
		out.WriteByte('\n')
		return 0
	}))
	return m, out
}

// runOn runs source on a thread of its own that allows depth frames.
func runOn(m *Machine, depth int, src string, args ...lua.LValue) ([]lua.LValue, error) {
	p, err := Compile("=t", []byte(src))
	if err != nil {
		return nil, err
	}
	th := m.NewThread(depth)
	defer m.Free(th)
	return th.Run(m.State().NewFunctionFromProto(p), args)
}

// script is what source prints; an error it ends in is the last line.
func script(tb testing.TB, src string) string {
	tb.Helper()
	m, out := newMachine(tb, Config{})
	if _, err := runOn(m, 20_000, src); err != nil {
		fmt.Fprintln(out, "error:", err)
	}
	return out.String()
}

func expect(t *testing.T, cases [][2]string) {
	t.Helper()
	for _, c := range cases {
		if got := script(t, c[0]); got != c[1] {
			t.Errorf("%s\n got %q\nwant %q", c[0], got, c[1])
		}
	}
}
