package codegen

import lua "github.com/yuin/gopher-lua"

type kind uint8

const (
	kNil      kind = iota
	kTrue          //
	kFalse         //
	kNumber        // num
	kString        // constant a
	kRegister      // register a: a local, or a temporary
	kUpvalue       // upvalue a
	kGlobal        // named by constant a
	kIndexed       // register a, key
	kCall          // call at a, which gives one value so far
	kVararg        // VARARG at a, which gives one value so far
	kPending       // instruction at a, whose target register is still open
	kTest          // comparison whose jump is at a; it jumps when the comparison holds
)

// operand is an expression whose code is not complete yet. On the way there it may have been
// left by jumps: those of list t because it is true, those of f because it is false.
type operand struct {
	kind kind
	a    int
	key  int  // kIndexed: a register or a constant
	name bool // kIndexed: the key is a constant string
	num  float64
	t, f int
}

func (f *function) make(k kind, a int) operand {
	return operand{kind: k, a: a, t: none, f: none}
}

func (o *operand) jumps() bool   { return o.t != o.f }
func (o *operand) literal() bool { return o.kind == kNumber && !o.jumps() }

// fetch reads a variable, field or call: afterwards o is a constant, a register, a test or pending.
func (f *function) fetch(o *operand) {
	switch o.kind {
	case kUpvalue:
		o.kind, o.a = kPending, f.emit(lua.OP_GETUPVAL, 0, o.a, 0)
	case kGlobal:
		o.kind, o.a = kPending, f.emitBx(lua.OP_GETGLOBAL, 0, o.a)
	case kIndexed:
		f.release2(o.a, o.key)
		op := lua.OP_GETTABLE
		if o.name {
			op = lua.OP_GETTABLEKS
		}
		o.kind, o.a = kPending, f.emit(op, 0, o.a, o.key)
	case kCall, kVararg:
		o.kind, o.a = kRegister, argA(f.p.Code[o.a])
	}
}

// load puts o into register r, except for a test, which it leaves alone.
func (f *function) load(o *operand, r int) {
	f.fetch(o)
	switch o.kind {
	case kNil:
		f.loadNil(r, 1)
	case kTrue:
		f.emit(lua.OP_LOADBOOL, r, 1, 0)
	case kFalse:
		f.emit(lua.OP_LOADBOOL, r, 0, 0)
	case kNumber:
		f.emitBx(lua.OP_LOADK, r, f.number(o.num))
	case kString:
		f.emitBx(lua.OP_LOADK, r, o.a)
	case kRegister:
		if o.a != r {
			f.emit(lua.OP_MOVE, r, o.a, 0)
		}
	case kPending:
		f.setA(o.a, r)
	case kTest:
		return
	}
	o.kind, o.a = kRegister, r
}

// into puts o into register r and lets its jumps arrive there.
func (f *function) into(o *operand, r int) {
	f.load(o, r)
	if o.kind == kTest {
		o.t = f.join(o.a, o.t)
	}
	if o.jumps() {
		yes, no := none, none
		if f.valueless(o.t) || f.valueless(o.f) {
			over := none
			if o.kind != kTest {
				over = f.jump()
			}
			f.landing = f.here()
			no = f.emit(lua.OP_LOADBOOL, r, 0, 1)
			yes = f.emit(lua.OP_LOADBOOL, r, 1, 0)
			f.patchHere(over)
		}
		f.landing = f.here()
		f.patchValues(o.f, r, f.here(), no)
		f.patchValues(o.t, r, f.here(), yes)
	}
	*o = operand{kind: kRegister, a: r, t: none, f: none}
}

// push puts o into the next register.
func (f *function) push(o *operand) int {
	f.fetch(o)
	f.drops(o)
	f.into(o, f.reserve(1))
	return o.a
}

// pushed is push; it returns the instruction that makes the value in that register, or none where there is more than one way to it, or
// it is none that a register's own box has to do with.
func (f *function) pushed(o *operand) int {
	f.fetch(o)
	made := none
	switch {
	case o.jumps():
	case o.kind == kPending && f.makesNumber(o.a):
		made = o.a
	case o.kind == kRegister:
		made = f.here() // where a MOVE will be
	}
	if f.push(o); made == f.here() {
		made = none // it was there
	}
	return made
}

// drops gives back the register of an operand that is a temporary.
func (f *function) drops(o *operand) {
	if o.kind == kRegister {
		f.release(o.a)
	}
}

// register puts o into some register.
func (f *function) register(o *operand) int {
	f.fetch(o)
	if o.kind == kRegister {
		if !o.jumps() {
			return o.a
		}
		if o.a >= len(f.locals) { // a temporary: its jumps can arrive there
			f.into(o, o.a)
			return o.a
		}
	}
	return f.push(o)
}

// rk makes o a register or a constant, as the operands of instructions can be.
func (f *function) rk(o *operand) int {
	f.complete(o)
	k := none
	switch o.kind {
	case kNil:
		k = f.other(lua.LNil)
	case kTrue:
		k = f.other(lua.LTrue)
	case kFalse:
		k = f.other(lua.LFalse)
	case kNumber:
		k = f.number(o.num)
	case kString:
		k = o.a
	}
	if k >= 0 && k <= maxRK {
		o.kind, o.a = kString, k // it has its constant
		return k | constant
	}
	return f.register(o)
}

// complete makes o a value: a constant, a register or pending.
func (f *function) complete(o *operand) {
	if o.jumps() {
		f.register(o)
	} else {
		f.fetch(o)
	}
}
