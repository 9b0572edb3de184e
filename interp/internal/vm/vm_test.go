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

// newMachine is a machine with the library that this package brings and, for the rest, gopher-lua's. The output goes to
// the builder.
func newMachine(tb testing.TB, cfg Config) (*Machine, *strings.Builder) {
	tb.Helper()
	if cfg.Interrupted == nil {
		cfg.Interrupted = func() error { return nil }
	}
	cfg.Closed = errClosed
	m := newBare(tb, cfg)
	tb.Cleanup(m.Close)
	L := m.State()
	for _, open := range []lua.LGFunction{lua.OpenBase, lua.OpenTable, lua.OpenString, lua.OpenMath} {
		L.Push(L.NewFunction(open))
		L.Call(0, 0)
	}
	openTables(m)
	openLibrary(m)
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

// openTables opens what gopher-lua's library would not find in tables whose fields are in slots.
func openTables(m *Machine) {
	for name, fn := range map[string]lua.LGFunction{
		"setmetatable": func(L *lua.LState) int {
			mt, _ := L.Get(2).(*lua.LTable)
			SetMetatable(L.CheckTable(1), mt)
			L.SetTop(1)
			return 1
		},
		"next": func(L *lua.LState) int {
			k, v, _ := Next(L, L.CheckTable(1), L.Get(2))
			L.Push(k)
			L.Push(v)
			return 2
		},
		"pairs": func(L *lua.LState) int {
			L.Push(L.GetGlobal("next"))
			L.Push(L.CheckTable(1))
			L.Push(lua.LNil)
			return 3
		},
		"rawget": func(L *lua.LState) int {
			L.Push(RawGet(L, L.CheckTable(1), L.Get(2)))
			return 1
		},
		"rawset": func(L *lua.LState) int {
			Set(L, L.CheckTable(1), L.Get(2), L.Get(3))
			L.SetTop(1)
			return 1
		},
	} {
		m.root.G.Global.RawSetString(name, m.root.NewFunction(fn))
	}
}

// openLibrary opens what this package has of Lua's library.
func openLibrary(m *Machine) {
	Define(m.root, m.root.G.Global, Base())
	for name, open := range map[string]func(*Machine, *lua.LTable){"coroutine": OpenCoroutine, "debug": OpenDebug} {
		t := NewTable(0)
		open(m, t)
		m.root.G.Global.RawSetString(name, t)
	}
}

// newBare is a machine without a library, which is to be closed.
func newBare(tb testing.TB, cfg Config) *Machine {
	tb.Helper()
	st := &stacks{}
	cfg.Stacks = st.config()
	m, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	st.m = m
	return m
}

// runOn runs source on a thread of its own that allows depth frames.
func runOn(m *Machine, depth int, src string, args ...lua.LValue) ([]lua.LValue, error) {
	p, err := Compile("=t", []byte(src))
	if err != nil {
		return nil, err
	}
	return call(m, depth, m.State().NewFunctionFromProto(p), args...)
}

// call calls a function on a thread of its own, in a turn.
func call(m *Machine, depth int, fn *lua.LFunction, args ...lua.LValue) ([]lua.LValue, error) {
	th := m.NewThread(depth)
	defer m.Free(th)
	th.Prepare(fn, args)
	if how := stacksOf(m).turn(func() Turn { return th.Resume(nil) }); how != Ended {
		return nil, fmt.Errorf("the turn's outcome is %d", how)
	}
	m.Pause()
	return th.Results(nil)
}

// stacks are the goroutines on which turns run, as a scheduler has them, but each for one stretch only.
type stacks struct {
	m       *Machine
	running *place
	next    *place // see Goto
	ended   chan Turn
}

// place is where a goroutine waits.
type place struct {
	s    *stacks
	wake chan struct{}
}

func (s *stacks) newPlace() *place { return &place{s, make(chan struct{}, 1)} }

func (s *stacks) goTo(p *place) {
	s.running = p
	p.wake <- struct{}{}
}

func (s *stacks) config() Stacks {
	s.running, s.ended = s.newPlace(), make(chan Turn)
	return Stacks{
		Here: func() any { return s.running },
		Keep: func(to any) {
			me := s.running
			if to == nil {
				s.start(s.m.GoOn)
			} else {
				s.goTo(to.(*place))
			}
			<-me.wake
		},
		Goto: func(to any) { s.next = to.(*place) },
	}
}

func (s *stacks) start(turn func() Turn) {
	s.running = s.newPlace()
	go func() {
		if how := turn(); how != Elsewhere {
			s.ended <- how
			return
		}
		s.goTo(s.next)
	}()
}

func (s *stacks) turn(turn func() Turn) Turn {
	me := s.running
	s.start(turn)
	how := <-s.ended
	s.running = me
	return how
}

// stacksOf finds those of a machine of newMachine's.
func stacksOf(m *Machine) *stacks { return m.cfg.Stacks.Here().(*place).s }

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
