package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// maxRoomy is how many threads may be in use before those that wait are packed: a thread has room for more than most tasks
// need, and where there are a hundred thousand of them that is what they cost.
const maxRoomy = 2048

// Limits of what is packed: a thread that is deeper, or has more registers, is worth its room.
const (
	maxPackedFrames    = framesPerSegment
	maxPackedRegisters = 64
)

// Packed is a thread that waits, without its room. It can be used again.
type Packed struct {
	regs    []lua.LValue
	frames  []packedFrame // empty: it is not in use
	first   [2]packedFrame
	pending []pending
}

// packedFrame is a callFrame; its Parent is the one below it.
type packedFrame struct {
	fn                  *lua.LFunction
	pc, base, localBase int32
	nargs, nret, tails  int32
}

// Pack gives the room of a thread that waits back, if there are many threads and it needs little: then it returns what to
// give to Unpack, which is p unless that is nil. It returns nil if the thread is to be kept.
func (th *Thread) Pack(p *Packed) *Packed {
	if th.m.inUse <= maxRoomy {
		return nil
	}
	return th.pack(p)
}

func (th *Thread) pack(p *Packed) *Packed {
	m, l, n := th.m, in(&th.l), th.stack.sp()
	if n > maxPackedFrames || th.reg.top > maxPackedRegisters || th.open != nil || th.parent != nil || l.Env != m.root.Env {
		return nil
	}
	if p == nil {
		p = &Packed{}
		p.frames = p.first[:0]
	}
	for i := range n {
		f := th.frameAt(i)
		if f.ReturnBase != f.Base {
			return nil
		}
	}
	for i := range th.reg.array[:th.reg.top] {
		th.fresh(&th.reg.array[i])
	}
	p.regs = append(p.regs, th.reg.array[:th.reg.top]...) // those that a frame has above are dead: it is in the middle of a call
	for i := range n {
		f := th.frameAt(i)
		p.frames = append(p.frames, packedFrame{f.Fn, int32(f.Pc), int32(f.Base), int32(f.LocalBase), int32(f.NArgs), int32(f.NRet), int32(f.TailCall)})
	}
	p.pending = append(p.pending, th.pending...)
	m.Free(th)
	return p
}

// InUse reports whether p stands for a thread now.
func (p *Packed) InUse() bool { return p != nil && len(p.frames) > 0 }

// Plain is Thread.Plain.
func (p *Packed) Plain() bool { return len(p.pending) == 0 }

// Unpack gives a thread its room again, and leaves p as it is: see Clear.
func (m *Machine) Unpack(p *Packed, depth int) *Thread {
	th := m.NewThread(depth)
	end := len(p.regs)
	var up *callFrame
	for i, f := range p.frames {
		at := th.stack.next()
		*at = callFrame{Idx: i, Fn: f.fn, Parent: up, Pc: int(f.pc), Base: int(f.base), LocalBase: int(f.localBase), ReturnBase: int(f.base),
			NArgs: int(f.nargs), NRet: int(f.nret), TailCall: int(f.tails)}
		th.push(at)
		up = at
		if !f.fn.IsG {
			end = max(end, up.end())
		}
	}
	th.reach(end)
	th.reg.top = copy(th.reg.array, p.regs)
	th.pending = append(th.pending, p.pending...)
	return th
}

// Clear makes p ready for the next Pack.
func (p *Packed) Clear() {
	clear(p.regs)
	clear(p.frames)
	clear(p.pending)
	p.regs, p.frames, p.pending = p.regs[:0], p.frames[:0], p.pending[:0]
}

// Packed adds what stands for a thread.
func (s *Sizer) Packed(p *Packed) {
	if p == nil || !s.first(unsafe.Pointer(p)) {
		return
	}
	s.total += int(unsafe.Sizeof(*p)) + 16*cap(p.regs) + int(unsafe.Sizeof(pending{}))*cap(p.pending)
	for _, v := range p.regs {
		s.Value(v)
	}
	for _, f := range p.frames {
		s.Value(f.fn)
	}
}
