package vm

import (
	"runtime"

	lua "github.com/yuin/gopher-lua"
)

// oneThread says that all goroutines have one thread, and that nothing takes it from one that computes.
const oneThread = runtime.GOARCH == "wasm"

// Poke makes the running thread call Config.Interrupted soon: at the end of its budget of calls and backward jumps, or
// before it calls a function in Go. If no thread runs now, the next one does. It may be called from any goroutine.
func (m *Machine) Poke() { m.poked.Store(true) }

// SetSample has fn called when a function in Go returns and Poke was called while it ran: the thread is still in it. nil: nobody is told.
func (m *Machine) SetSample(fn func()) { m.sample = fn }

// Calling reports whether the topmost function, one in Go, has not begun, where Config.Interrupted is called.
func (m *Machine) Calling() bool { return m.calling }

// lookBefore is look before the topmost function begins.
func (m *Machine) lookBefore() {
	m.calling = true
	defer func() { m.calling = false }()
	m.look()
}

// look is where a thread sees that it was poked.
func (m *Machine) look() {
	if err := m.looked(); err != nil {
		Unwind(err)
	}
}

func (m *Machine) looked() error {
	m.cache.aged()
	if oneThread && m.cfg.Breathe != nil {
		m.cfg.Breathe()
	}
	if !m.poked.Load() {
		return nil
	}
	m.poked.Store(false)
	if th := m.cur; th != nil && th.discarded() { // somebody's Go code has stopped the panic that discards it
		panic(discarding{})
	}
	return m.cfg.Interrupted()
}

// Interrupt gives an interruption its moment inside a Go function that runs long on L: to be called every so many
// thousand steps. It unwinds, or returns.
func Interrupt(L *lua.LState) {
	if th := ThreadOf(L); th != nil {
		th.m.look()
	}
}
