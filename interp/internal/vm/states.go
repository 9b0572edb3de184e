package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// states are the root state of a machine and the template of its threads: what lua.NewState and LState.NewThread make, without the tables
// and registers that those make for each, which are most of what a machine would cost.
type states struct {
	root, tmpl lua.LState
	global     lua.Global
	reg        registry
	stack      growStack
	index      [rootSegments]*segment
	seg        segment
	slots      [rootSlots]lua.LValue
	alloc      allocator
}

// The root state runs nothing but what Go calls on it.
const (
	rootSegments = 64
	rootSlots    = 32
)

// namesInRegistry is room for those of Lua's library.
const namesInRegistry = 4

// newStates makes a machine's states; globals is how many are going to be.
func (m *Machine) newStates(globals int) {
	stock := stockState()
	s := &m.states
	s.global = lua.Global{MainThread: &s.root, CurrentThread: &s.root, Registry: newTable(0, namesInRegistry), Global: newTable(0, 0)}
	inTable(s.global.Global).makeRoom(globals)
	inGlobal(&s.global).builtinMts = map[int]lua.LValue{}
	s.alloc = allocator{size: numbersPerBlock, scratchValue: lua.LNumber(0)}
	s.alloc.fheader, s.alloc.scratchValueP = unsafe.Pointer(&s.alloc.fptrs), unsafe.Pointer(&s.alloc.scratchValue)

	l := in(&s.root)
	*l = *stock
	l.G, l.Env = &s.global, s.global.Global
	s.index[0] = &s.seg
	s.stack.segments = s.index[:]
	l.stack.word = unsafe.Pointer(&s.stack)
	s.reg = *stock.reg
	s.reg.array, s.reg.alloc, s.reg.handler.word = s.slots[:], unsafe.Pointer(&s.alloc), unsafe.Pointer(&s.root)
	l.reg, l.alloc = &s.reg, unsafe.Pointer(&s.alloc)

	t := in(&s.tmpl)
	*t = *l
	t.Panic, t.mainLoop, t.ctx = raised, enterLoop, ofThread
	m.root, m.tmpl = &s.root, &s.tmpl
}
