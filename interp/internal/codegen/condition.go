package codegen

import (
	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"
)

func (f *function) test(op, a, b, c int) int {
	f.emit(op, a, b, c)
	return f.jump()
}

// leaveIf emits a jump taken when o is as wanted.
func (f *function) leaveIf(o *operand, wanted bool) int {
	c := 0
	if wanted {
		c = 1
	}
	if o.kind == kPending {
		if in := f.p.Code[o.a]; opOf(in) == lua.OP_NOT {
			f.drop()
			return f.test(lua.OP_TEST, argB(in), 0, 1-c)
		}
	}
	if o.kind != kRegister {
		f.load(o, f.reserve(1))
	}
	f.drops(o)
	return f.test(lua.OP_TESTSET, 0, o.a, c)
}

// whenTrue goes on if o is true; jumps for the other case are in o.f.
func (f *function) whenTrue(o *operand) {
	f.fetch(o)
	j := none
	switch o.kind {
	case kTrue, kNumber, kString:
	case kFalse:
		j = f.jump()
	case kTest:
		f.p.Code[o.a-1] ^= 1 << 18
		j = o.a
	default:
		j = f.leaveIf(o, false)
	}
	o.f = f.join(j, o.f)
	f.patchHere(o.t)
	o.t = none
}

// whenFalse goes on if o is false; jumps for the other case are in o.t.
func (f *function) whenFalse(o *operand) {
	f.fetch(o)
	j := none
	switch o.kind {
	case kNil, kFalse:
	case kTrue:
		j = f.jump()
	case kTest:
		j = o.a
	default:
		j = f.leaveIf(o, true)
	}
	o.t = f.join(j, o.t)
	f.patchHere(o.f)
	o.f = none
}

// unless compiles a condition and gives the jumps taken when it does not hold.
func (f *function) unless(e ast.Expr) int {
	o := f.expr(e)
	if o.kind == kNil {
		o.kind = kFalse // here they are the same
	}
	f.whenTrue(&o)
	return o.f
}

// when compiles a condition and gives the jumps taken when it holds.
func (f *function) when(e ast.Expr) int {
	o := f.expr(e)
	if o.kind == kNumber || o.kind == kString {
		o.kind = kTrue
	}
	f.whenFalse(&o)
	return o.t
}

func (f *function) not(o operand) operand {
	f.fetch(&o)
	switch o.kind {
	case kNil, kFalse:
		o.kind = kTrue
	case kTrue, kNumber, kString:
		o.kind = kFalse
	case kTest:
		f.p.Code[o.a-1] ^= 1 << 18
	default:
		if o.kind == kPending {
			f.load(&o, f.reserve(1))
		}
		f.drops(&o)
		o.kind, o.a = kPending, f.emit(lua.OP_NOT, 0, o.a, 0)
	}
	o.t, o.f = o.f, o.t
	f.forget(o.t)
	f.forget(o.f)
	return o
}
