package vm

import (
	"context"
	"runtime"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

const (
	registryMax  = 1 << 22 // 64 MB; PUC's stack ends at 1 << 18 or so, but its frames are smaller
	registryStep = 4096    // by which gopher-lua grows a registry when Go pushes beyond minStack values
	minStack     = 8       // free registers above a frame, for handlers and Go
	maxFree      = 256     // threads kept for reuse
	handlerDepth = 64      // levels left to an error handler when the stack has overflown
)

// Thread is a thread of Lua: a task's own, or a coroutine's. It is one allocation: its state, its first registers and
// its first frames. Invariant: l is the first field, so that a *lua.LState of ours is a *Thread.
type Thread struct {
	l     lua.LState
	reg   registry
	stack growStack
	open  *lua.Upvalue // the upvalues of its registers, that of the highest first
	index [4]*segment
	slots [28]lua.LValue
	boxes [28]float64 // owned, as long as the registers are slots
	seg   segment

	m       *Machine
	owned   []float64  // the own boxes of the registers, see codegen.AddOwn. Invariant: when the loop runs, there is one for each
	high    int        // Invariant: registers from here on hold nothing, and there are minStack of them
	depth   int        // segments of frames allowed
	deepest int        // Invariant: no segment above this one was made here and is kept
	goCalls int        // loops on the Go stack
	goBase  int        // of the threads that it was resumed from
	below   int        // frames of the threads that it was resumed from
	worked  int        // bytes of work that are not a step yet: see Worked
	co      *coroutine // nil: a task's own
	parent  *Thread    // that resumed it
	free    *Thread

	frames  any        // the goroutine that its Go frames have blocked, see coroutine.go
	failure error      // on its way, or the end of the thread
	main    bool       // it was Prepared with a main chunk
	repeats *callFrame // of the function in Go that goes on after a call, on Go's stack; see callNow
	pending []pending  // functions in Go that have ended in a call, the innermost last

	// Host is the host's, for a coroutine.
	Host any
}

// State is the thread as gopher-lua knows it.
func (th *Thread) State() *lua.LState { return &th.l }

// threadMark is the context of every thread, by which it is known. It is never done.
type threadMark struct{ context.Context }

var ofThread context.Context = threadMark{context.Background()}

// ThreadOf is the thread that L is, or nil for a state that is none of ours.
func ThreadOf(L *lua.LState) *Thread {
	if _, ok := in(L).ctx.(threadMark); !ok {
		return nil
	}
	return (*Thread)(unsafe.Pointer(L))
}

// NewThread returns an idle thread that allows depth levels of calls, in frames. Give it back with Free.
func (m *Machine) NewThread(depth int) *Thread {
	m.inUse++
	return m.newThread(depth)
}

func (m *Machine) newThread(depth int) *Thread {
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
	if lim := m.limits; lim != nil && lim.Depth > 0 {
		depth = min(depth, lim.Depth)
	}
	th.depth = segmentsFor(depth)
	return th
}

// Free takes back a thread that has ended.
func (m *Machine) Free(th *Thread) {
	m.inUse--
	m.release(th)
}

func (m *Machine) release(th *Thread) {
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
	th.worked = 0
	th.closeUpvalues(0)
	l.currentFrame, th.open = nil, nil
	used := len(th.slots)
	if len(th.reg.array) == used { // it has not grown
		used = min(max(th.reg.top, th.high), used)
	}
	clear(th.slots[:used])
	th.owned = th.boxes[:]
	th.reg.array, th.reg.top, th.reg.growBy = th.slots[:], 0, registryStep
	if th.index != [4]*segment{&th.seg} {
		th.index = [4]*segment{&th.seg}
	}
	th.stack = growStack{segments: th.index[:]}
	for i := range th.seg.array {
		if f := &th.seg.array[i]; f.Fn != nil {
			f.Fn, f.Parent = nil, nil
		}
	}
	th.parent, th.co, th.Host, th.main = nil, nil, nil, false
	th.goCalls, th.goBase, th.below, th.high, th.deepest = 0, 0, 0, 0, 0
	l.Env = th.m.root.Env // setfenv(0, t)
	th.failure, th.frames, th.repeats = nil, nil, nil
	clear(th.pending)
	th.pending = th.pending[:0]
}

// room makes sure that Go can push two frames, up to the thread's depth: gopher-lua cannot grow the index itself, and
// between two pushes of its own it comes into enterLoop, or raises "lua callstack overflow".
func (th *Thread) room() {
	n := len(th.stack.segments)
	if int(th.stack.segIdx)+2 < n || n >= th.depth {
		return
	}
	grown := make([]*segment, min(2*n, max(th.depth, n)))
	copy(grown, th.stack.segments)
	th.stack.segments = grown
}

// nextSegment makes room for a frame where the segment in use is full.
func (th *Thread) nextSegment() {
	th.room()
	st := &th.stack
	next := int(st.segIdx) + 1
	if next >= min(len(st.segments), th.depth) {
		th.tooDeep()
	}
	if st.segments[next] == nil {
		st.segments[next] = new(segment)
	}
	th.deepest = max(th.deepest, next)
	st.segIdx, st.segSp = uint16(next), 0
}

// unfill goes on to the next segment where the one in use is just full, before a function in Go runs: LState.PCall would
// take it for an empty one, see cut.
func (th *Thread) unfill() {
	if th.stack.segSp >= framesPerSegment {
		th.nextSegment()
	}
}

// grow makes the registry at least n long.
func (th *Thread) grow(n int) {
	reg := &th.reg
	if n > registryMax {
		th.errorf("stack overflow")
	}
	size := min(max(n+2*minStack, 2*len(reg.array)), registryMax)
	th.m.room((slotBytes + 8) * size) // with their own boxes
	array := make([]lua.LValue, size)
	copy(array, reg.array)
	reg.array = array
	reg.growBy = max(registryStep, len(array))
	th.ownMore()
}

// reach makes the registers below n a frame's or Go's.
func (th *Thread) reach(n int) {
	if n+minStack > len(th.reg.array) {
		th.grow(n + minStack)
	}
	th.high = max(th.high, n)
}

// maxFrame is how many registers a function of Lua has at most.
const maxFrame = 256

// clean lets go of what is in the registers of calls that have ended, and of their frames. To do so at each return would take a
// good part of a call's time: it is done now and then (tidy), and before the thread waits.
func (th *Thread) clean() {
	th.cleanRegisters()
	th.trim(1)
}

// tidy is clean for a thread that goes on, which may soon be as deep again: most of the frames stay.
func (th *Thread) tidy() {
	th.cleanRegisters()
	th.trim(max(1, (th.deepest-int(th.stack.segIdx))*7/8))
}

// trim keeps so many segments above the one in use.
func (th *Thread) trim(spare int) {
	if last := int(th.stack.segIdx) + spare; th.deepest > last {
		clear(th.stack.segments[last+1 : th.deepest+1])
		th.deepest = last
	}
}

func (th *Thread) cleanRegisters() {
	live := th.reg.top
	for cf := in(&th.l).currentFrame; cf != nil && cf.LocalBase+maxFrame > live; cf = cf.Parent {
		if !cf.Fn.IsG {
			if live = max(live, cf.end()); live >= th.high { // as a rule
				return
			}
		}
	}
	if live < th.high {
		clear(th.reg.array[live:th.high])
		th.high = live
	}
}

// Collect collects garbage, what calls that have ended on L left in its registers included.
func Collect(L *lua.LState) {
	if th := ThreadOf(L); th != nil {
		th.clean()
		th.m.cache.drop()
	}
	runtime.GC()
}

// reserve makes room for n more values on the stack of L, or raises an error.
func reserve(L *lua.LState, n int) {
	if th := ThreadOf(L); th != nil && n > len(th.reg.array)-th.reg.top {
		th.grow(th.reg.top + n)
	}
}

// frameAt is the i-th frame from below.
func (th *Thread) frameAt(i int) *callFrame {
	return &th.stack.segments[i/framesPerSegment].array[i%framesPerSegment]
}

// sp is how many frames are on the stack.
func (s *growStack) sp() int { return int(s.segSp) + framesPerSegment*int(s.segIdx) }

// next is the place of the next frame, in a segment that has room for it.
func (s *growStack) next() *callFrame { return &s.segments[s.segIdx].array[s.segSp] }

// pop takes the last frame off. gopher-lua leaves a segment that is empty in use, hence the step back; the segments stay, for the
// next calls, until they are trimmed.
func (s *growStack) pop() {
	if s.segSp == 0 {
		s.segIdx--
		s.segSp = framesPerSegment
	}
	s.segSp--
}

// cut takes frames off until sp are left. gopher-lua's own SetSp loses count where a segment is just full.
func (s *growStack) cut(sp int) {
	idx, rest := sp/framesPerSegment, sp%framesPerSegment
	if rest == 0 && idx > 0 {
		idx, rest = idx-1, framesPerSegment
	}
	clear(s.segments[idx+1 : min(int(s.segIdx)+2, len(s.segments))])
	s.segIdx, s.segSp = uint16(idx), uint8(rest)
}
