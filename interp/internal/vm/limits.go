package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// Limits are bounds of what scripts do in a machine. The errors that its functions return unwind the running thread.
type Limits struct {
	// Meter is told how many steps were spent since it was last asked, and says how many there are until it is asked again.
	// A step is a call or a jump backwards, and every 64 instructions of the code that it leads to are one more; what is done
	// to long strings, and what the library does in Go, counts by its size (see Work).
	Meter func(spent int) (grant int, err error)
	// Room is asked before n bytes are taken at once, where that is many.
	Room func(n int) error
	// Text is the length of strings, in bytes, that must not be exceeded; Long makes the error, nil where no limit says so but MaxText.
	Text int
	Long func(n int) error
	// Depth is the number of calls inside each other that must not be exceeded, 0: that of the thread; Deep makes the error.
	Depth int
	Deep  func() error
	// GoCalls is how deep Go may call Lua that calls Go; 0: maxGoCalls.
	GoCalls int
}

// manyBytes is how many bytes are taken without asking Limits.Room.
const manyBytes = 32 << 10

// WorkBytes is how many bytes of memory are worth a step when Go touches them; a register takes slotBytes.
const (
	WorkBytes = 64
	slotBytes = 16
)

// refuel gives a thread whose budget has ended a new one, or unwinds it.
func (m *Machine) refuel() {
	if err := m.refuelled(); err != nil {
		Unwind(err)
	}
}

func (m *Machine) refuelled() error {
	if m.limits == nil {
		m.fuel = budget
	} else {
		grant, err := m.limits.Meter(m.tank - m.fuel)
		m.fuel, m.tank = grant, grant
		if err != nil {
			return err
		}
	}
	return m.looked()
}

// Spent is how many steps were spent since the last Spent or Meter.
func (m *Machine) Spent() int {
	n := m.tank - m.fuel
	m.tank = m.fuel
	return n
}

// Grant sets how many steps there are until Meter is asked. Call Spent before.
func (m *Machine) Grant(n int) { m.fuel, m.tank = n, n }

// Work counts what a function in Go that runs on L does to n bytes, or in n short steps, and unwinds L where it is to be
// interrupted. A function with much to do does it in pieces, and counts each: nothing else interrupts what runs in Go.
func Work(L *lua.LState, n int) {
	if th := ThreadOf(L); th != nil {
		th.m.work(n)
	}
}

func (m *Machine) work(n int) {
	if m.spend(n); m.fuel <= 0 {
		m.refuel()
	}
}

// spend is work where nothing may be unwound: the next call, jump or work sees to the budget.
func (m *Machine) spend(n int) { m.fuel -= n / WorkBytes }

// Worked is Work, and the moment for an interruption, for a function that returns its errors.
func Worked(L *lua.LState, n int) error {
	th := ThreadOf(L)
	if th == nil {
		return nil
	}
	m := th.m
	th.worked += n // many little pieces are work, too
	m.fuel -= th.worked / WorkBytes
	if th.worked %= WorkBytes; m.fuel <= 0 {
		return m.refuelled()
	}
	return m.looked()
}

// Room unwinds L if the n bytes that are about to be taken at once are too many.
func Room(L *lua.LState, n int) {
	if th := ThreadOf(L); th != nil {
		th.m.room(n)
	}
}

func (m *Machine) room(n int) {
	if n < manyBytes {
		return
	}
	if m.limits != nil {
		if err := m.limits.Room(n); err != nil {
			Unwind(err)
		}
	}
	m.work(n)
}

// Given is a string of b, without copying it: nobody may touch b any more.
func Given(b []byte) lua.LString { return lua.LString(unsafe.String(unsafe.SliceData(b), len(b))) }

// CheckText unwinds L if a string of n bytes, which is about to be made, is too long, or there is no room for it.
func CheckText(L *lua.LState, n int) {
	if th := ThreadOf(L); th != nil {
		th.m.text(n)
	}
}

func (m *Machine) text(n int) {
	if m.limits != nil && n > m.limits.Text {
		if err := m.limits.Long(n); err != nil {
			Unwind(err)
		}
	}
	if n < manyBytes {
		m.work(n)
	} else {
		m.room(n)
	}
}

// Limited reports whether L belongs to a machine with limits.
func Limited(L *lua.LState) bool {
	th := ThreadOf(L)
	return th != nil && th.m.limits != nil
}

// tooDeep ends a call that there is no room for on the thread.
func (th *Thread) tooDeep() {
	if lim := th.m.limits; lim != nil && lim.Depth > 0 {
		Unwind(lim.Deep())
	}
	th.errorf("stack overflow")
}

// tooDeepFor reports whether no call is left for a coroutine that by resumes.
func (m *Machine) tooDeepFor(by *Thread) bool {
	return m.limits != nil && m.limits.Depth > 0 && by != nil && by.below+by.stack.sp() >= m.limits.Depth
}

// deepen bounds the calls in a coroutine that by resumes: it stands on those of by.
func (th *Thread) deepen(by *Thread) {
	th.goBase, th.below = 0, 0
	if by != nil {
		th.goBase = by.goBase + by.goCalls
		th.below = by.below + by.stack.sp()
	}
	if lim := th.m.limits; lim != nil && lim.Depth > 0 {
		th.depth = max(1, segmentsFor(lim.Depth-th.below))
	}
}

func segmentsFor(depth int) int { return (depth + framesPerSegment - 1) / framesPerSegment }
