package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

const (
	registryMax  = 1 << 20
	registryStep = 256 // gopher-lua grows by a constant step
	maxFree      = 256 // threads kept for reuse
	handlerDepth = 64  // levels left to an error handler when the stack has overflown
)

// Thread is a thread of Lua: a task's own, or a coroutine's. It is one allocation: its state, its first registers and
// its first frames. Invariant: l is the first field, so that a *lua.LState of ours is a *Thread.
type Thread struct {
	l     lua.LState
	reg   registry
	stack growStack
	index [4]*segment
	slots [20]lua.LValue
	seg   segment

	m      *Machine
	depth  int        // segments of frames allowed
	co     *coroutine // nil: a task's own
	parent *Thread    // that resumed it
	free   *Thread

	// Host is the host's, for a coroutine.
	Host any
}

// State is the thread as gopher-lua knows it.
func (th *Thread) State() *lua.LState { return &th.l }

// ThreadOf is the thread that L is, or nil for a state that is none of ours.
func ThreadOf(L *lua.LState) *Thread {
	if _, ok := in(L).ctx.(*interrupt); !ok {
		return nil
	}
	return (*Thread)(unsafe.Pointer(L))
}

func (m *Machine) makeTemplate() {
	m.intr = &interrupt{m: m}
	t, _ := m.root.NewThread()
	t.SetContext(m.intr)
	t.Panic = func(L *lua.LState) { panic(&lua.ApiError{Type: lua.ApiErrorRun, Object: L.Get(-1)}) }
	in(t).hasErrorFunc = true
	m.tmpl = t
}

// NewThread returns an idle thread that allows depth levels of calls, in frames. Give it back with Free.
func (m *Machine) NewThread(depth int) *Thread {
	th := m.free
	if th != nil {
		m.free = th.free
		m.nfree--
		th.free = nil
	} else {
		th = &Thread{m: m}
		*in(&th.l) = *in(m.tmpl)
		l := in(&th.l)
		th.reg = *l.reg
		th.reg.handler.word = unsafe.Pointer(th)
		l.reg = &th.reg
		l.stack.word = unsafe.Pointer(&th.stack)
		th.reset()
	}
	th.depth = (depth + framesPerSegment - 1) / framesPerSegment
	return th
}

// Free takes back a thread whose Run has returned.
func (m *Machine) Free(th *Thread) {
	if m.nfree >= maxFree {
		return
	}
	th.reset()
	th.free = m.free
	m.free = th
	m.nfree++
}

// reset makes the thread idle, and gives back what it had grown to.
func (th *Thread) reset() {
	l := in(&th.l)
	closeUpvalues(l, 0)
	l.currentFrame, l.uvcache = nil, nil
	clear(th.slots[:])
	th.reg.array, th.reg.top = th.slots[:], 0
	clear(th.index[:])
	th.index[0] = &th.seg
	th.stack = growStack{segments: th.index[:]}
	th.seg = segment{}
	th.parent, th.co, th.Host = nil, nil, nil
}

// room makes sure that a few more frames can be pushed, up to the thread's depth: gopher-lua cannot grow the index itself.
func (th *Thread) room() {
	n := len(th.stack.segments)
	if int(th.stack.segIdx)+2 < n || n >= th.depth {
		return
	}
	grown := make([]*segment, min(2*n, max(th.depth, n)))
	copy(grown, th.stack.segments)
	th.stack.segments = grown
}

// sp is how many frames are on the stack.
func (s *growStack) sp() int { return int(s.segSp) + framesPerSegment*int(s.segIdx) }

// cut takes frames off until sp are left. gopher-lua's own SetSp loses count where a segment is just full.
func (s *growStack) cut(sp int) {
	idx, rest := sp/framesPerSegment, sp%framesPerSegment
	if rest == 0 && idx > 0 {
		idx, rest = idx-1, framesPerSegment
	}
	for i := int(s.segIdx); i > idx; i-- {
		s.segments[i] = nil
	}
	s.segIdx, s.segSp = uint16(idx), uint8(rest)
}

// closeUpvalues detaches the upvalues of the registers from idx on: those of frames that are going away. The list is in
// ascending order of index.
func closeUpvalues(l *lstate, idx int) {
	link := &l.uvcache
	for *link != nil && inUpvalue(*link).index < idx {
		link = &inUpvalue(*link).next
	}
	uv := *link
	*link = nil
	for ; uv != nil; uv = inUpvalue(uv).next {
		uv.Close()
	}
}
