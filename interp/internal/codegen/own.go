package codegen

import (
	lua "github.com/yuin/gopher-lua"
)

// Instructions of Lull's own, in numbers that gopher-lua leaves free. A number in an LValue is in a box, which Go allocates, and which
// several registers, tables and variables may share. Each register has a box of its own beside it (vm.Thread.owned), which the
// instructions that end in Own write to: without an allocation, but over what they left there before.
//
// Invariant: a register's own box is in that register alone. An instruction that copies such a register is one of those that end in
// Box, which give it a new box first, or MoveOwn. So an own box is written only where nothing else copies the register until it is
// written again. own and ownLocals see to that, and Verify finds what they have overlooked.
const (
	AddOwn = lua.OP_NOP + 1 + iota
	SubOwn
	MulOwn
	DivOwn
	ModOwn
	PowOwn
	UnmOwn
	LenOwn
	MoveOwn // leaves the number of B in the own box of A
	ForLoopOwn
	GetGlobalOwn
	GetTableKSOwn
	MoveBox // gives B its new box
	ReturnBox
	SetTableBox
	SetTableKSBox
	SetUpvalBox
	SetGlobalBox
	end
)

var (
	bases = [end]int{
		AddOwn: lua.OP_ADD, SubOwn: lua.OP_SUB, MulOwn: lua.OP_MUL, DivOwn: lua.OP_DIV, ModOwn: lua.OP_MOD, PowOwn: lua.OP_POW, UnmOwn: lua.OP_UNM,
		LenOwn: lua.OP_LEN, MoveOwn: lua.OP_MOVE, ForLoopOwn: lua.OP_FORLOOP, GetGlobalOwn: lua.OP_GETGLOBAL, GetTableKSOwn: lua.OP_GETTABLEKS, MoveBox: lua.OP_MOVE, ReturnBox: lua.OP_RETURN, SetTableBox: lua.OP_SETTABLE,
		SetTableKSBox: lua.OP_SETTABLEKS, SetUpvalBox: lua.OP_SETUPVAL, SetGlobalBox: lua.OP_SETGLOBAL,
	}
	owns  = inverse(AddOwn, MoveBox)
	boxes = inverse(MoveBox, end)
)

// inverse are the instructions from one to before another, by what Base says of them.
func inverse(from, to int) (of [lua.OP_NOP + 1]int) {
	for op := from; op < to; op++ {
		of[bases[op]] = op
	}
	return of
}

// Base is gopher-lua's instruction that does what op does, but for where numbers are kept: op itself, unless that is one of Lull's own.
func Base(op int) int {
	if op > lua.OP_NOP && op < end {
		return bases[op]
	}
	return op
}

func (f *function) setOp(pc, op int) { f.p.Code[pc] = f.p.Code[pc]&(1<<26-1) | uint32(op)<<26 }

// ownOp makes the instruction at pc the one that leaves its number in its register's own box.
func (f *function) ownOp(pc int) { f.setOp(pc, owns[Base(opOf(f.p.Code[pc]))]) }

// makesNumber reports whether the instruction at pc makes a number, unless a metamethod makes something else.
func (f *function) makesNumber(pc int) bool {
	op := opOf(f.p.Code[pc])
	return op >= lua.OP_ADD && op <= lua.OP_LEN && owns[op] != 0
}

// loads reports whether the instruction at pc gets a field or a global, which may be a number.
func (f *function) loads(pc int) bool {
	op := Base(opOf(f.p.Code[pc]))
	return op == lua.OP_GETGLOBAL || op == lua.OP_GETTABLEKS
}

// own lets an operand that is still pending be in its register's own box: the instruction that is about to be emitted reads it from
// there, nothing else does, and that one copies no number.
func (f *function) own(o *operand) {
	if o.jumps() {
		return
	}
	if o.kind == kGlobal || o.kind == kIndexed && o.name {
		f.fetch(o)
	}
	if o.kind == kPending && (f.makesNumber(o.a) || f.loads(o.a)) {
		f.ownOp(o.a)
	}
}

// variable is a local of a function, in scope from the instruction behind StartPc to before EndPc.
type variable struct {
	*lua.DbgLocalInfo
	register int
	init     int       // the instruction that sets it before it is in scope, or none
	loop     int       // the FORLOOP that sets it, or none
	named    bool      // the code names it
	shared   bool      // a closure holds it, or an instruction copies it that has no form which makes a new box
	own      bool      // its numbers are kept in the own box of its register
	from     *variable // the last one that was moved into it, or nil
	reads    int       // instructions that read it and copy nothing
	writes   int       // instructions that make its numbers
	copies   int       // instructions that copy it
}

// passing is a number on its way into a local by way of a temporary register: made by one instruction, moved by another.
type passing struct{ made, moved int }

// ownLocals chooses the locals whose numbers are kept in the own boxes of their registers: those that arithmetic sets and that are mostly
// read by what copies nothing. It goes through the code twice, whatever that is, and neither adds nor moves an instruction.
func (f *function) ownLocals() {
	s := scopes{f: f}
	for pc := 0; pc < len(f.p.Code); pc += 1 + operands(f.p, pc) {
		s.at(pc)
		s.judge(pc)
	}
	some := false
	for _, v := range f.variables {
		if v.init != none && f.makesNumber(v.init) {
			v.writes++
		}
		v.own = !v.shared && (v.loop != none && (v.reads > v.copies || v.copies == 0) || v.writes > 0 && v.reads >= v.copies)
		some = some || v.own
	}
	if !some {
		return
	}
	for _, v := range f.variables {
		v.own = v.own || !v.shared && v.from != nil && v.from.own && v.reads >= v.copies
	}
	s = scopes{f: f}
	for pc := 0; pc < len(f.p.Code); pc += 1 + operands(f.p, pc) {
		s.at(pc)
		s.choose(pc)
	}
	for _, v := range f.variables {
		switch {
		case !v.own || v.init == none:
		case f.makesNumber(v.init) || f.loads(v.init):
			f.ownOp(v.init)
		case opOf(f.p.Code[v.init]) == MoveBox: // from another such local
			f.setOp(v.init, MoveOwn)
		}
	}
}

// scopes says which locals are in scope, on a way through the code of a function from its first instruction to its last.
type scopes struct {
	f      *function
	in     [256]*variable // by register, the one declared last
	live   int            // registers of locals in scope
	next   int            // of the function's variables, the first that was not in scope yet
	passed int            // of f.passing
}

func (s *scopes) at(pc int) {
	for s.live > 0 && s.in[s.live-1].EndPc <= pc {
		s.live--
	}
	for ; s.next < len(s.f.variables) && s.f.variables[s.next].StartPc < pc; s.next++ {
		v := s.f.variables[s.next]
		s.in[v.register] = v
		if s.live = min(s.live, v.register); v.EndPc > pc {
			s.live = v.register + 1
		}
	}
}

// local is the local in scope that operand x is, or nil.
func (s *scopes) local(x int) *variable {
	if x < s.live {
		return s.in[x]
	}
	return nil
}

func (s *scopes) isOwn(x int) bool { return x < s.live && s.in[x].own }

// passes is what made the number that the MOVE at pc passes on, or none.
func (s *scopes) passes(pc int) int {
	if p := s.f.passing; s.passed < len(p) && p[s.passed].moved == pc {
		s.passed++
		return p[s.passed-1].made
	}
	return none
}

// looped is the local that the FORLOOP at pc sets, whose scope has just ended.
func (s *scopes) looped(pc int) *variable {
	if v := s.in[argA(s.f.p.Code[pc])+3]; v != nil && v.StartPc == s.f.dest(pc)-1 {
		return v
	}
	return nil
}

// judge notes what an instruction does to locals.
func (s *scopes) judge(pc int) {
	shared := func(from, to int) {
		for r := from; r < min(to, s.live); r++ {
			s.in[r].shared = true
		}
	}
	read := func(x int) {
		if v := s.local(x); v != nil {
			v.reads++
		}
	}
	copied := func(x int) {
		if v := s.local(x); v != nil {
			v.copies++
		}
	}
	inst := s.f.p.Code[pc]
	a, b, c := argA(inst), argB(inst), argC(inst)
	switch op := Base(opOf(inst)); op {
	case lua.OP_MOVE:
		copied(b)
		if v := s.local(a); v != nil && s.local(b) != nil {
			v.from = s.local(b)
		}
		if made := s.passes(pc); made != none && s.f.makesNumber(made) {
			if v := s.local(a); v != nil {
				v.writes++
			}
		}
	case lua.OP_SETGLOBAL, lua.OP_SETUPVAL:
		copied(a)
	case lua.OP_GETTABLE, lua.OP_GETTABLEKS, lua.OP_EQ, lua.OP_LT, lua.OP_LE:
		read(b)
		read(c)
	case lua.OP_SETTABLE, lua.OP_SETTABLEKS:
		read(a)
		read(b)
		copied(c)
	case lua.OP_ADD, lua.OP_SUB, lua.OP_MUL, lua.OP_DIV, lua.OP_MOD, lua.OP_POW, lua.OP_UNM, lua.OP_LEN:
		switch op {
		case lua.OP_LEN: // of a number it is a metamethod's, which gets it
			shared(b, b+1)
		case lua.OP_UNM:
			read(b)
		default:
			read(b)
			read(c)
		}
		if v := s.local(a); v != nil {
			v.writes++
		}
	case lua.OP_NOT:
		read(b)
	case lua.OP_TEST:
		read(a)
	case lua.OP_SELF, lua.OP_TESTSET:
		shared(b, b+1)
	case lua.OP_CONCAT:
		shared(b, c+1)
	case lua.OP_CALL, lua.OP_TAILCALL, lua.OP_SETLIST:
		shared(a, s.live)
	case lua.OP_RETURN:
		switch b {
		case 0:
			shared(a, s.live)
		case 2:
			copied(a)
		default:
			shared(a, a+b-1)
		}
	case lua.OP_TFORLOOP, lua.OP_FORPREP:
		shared(a, a+3)
	case lua.OP_FORLOOP:
		shared(a, a+3)
		if v := s.looped(pc); v != nil {
			v.loop = pc
		}
	case lua.OP_LOADK, lua.OP_LOADBOOL, lua.OP_LOADNIL, lua.OP_GETUPVAL, lua.OP_GETGLOBAL, lua.OP_NEWTABLE, lua.OP_VARARG, lua.OP_JMP, lua.OP_CLOSE, lua.OP_NOP:
	case lua.OP_CLOSURE: // which locals it holds, capture has noted
	default:
		shared(0, s.live)
	}
}

// choose makes an instruction the one that does right by the own boxes of locals.
func (s *scopes) choose(pc int) {
	inst := s.f.p.Code[pc]
	a, b, c := argA(inst), argB(inst), argC(inst)
	op := Base(opOf(inst))
	copies := none
	switch op {
	case lua.OP_MOVE:
		made := s.passes(pc)
		switch {
		case s.isOwn(a) && made != none && (s.f.makesNumber(made) || opOf(s.f.p.Code[made]) == MoveBox):
			s.f.ownOp(made)
			s.f.ownOp(pc)
			return
		case s.isOwn(a) && s.isOwn(b):
			s.f.ownOp(pc)
			return
		}
		copies = b
	case lua.OP_SETGLOBAL, lua.OP_SETUPVAL, lua.OP_RETURN:
		copies = a
	case lua.OP_SETTABLE, lua.OP_SETTABLEKS:
		copies = c
	case lua.OP_FORLOOP:
		if v := s.looped(pc); v != nil && v.own {
			s.f.ownOp(pc)
		}
	default:
		if owns[op] != 0 && s.isOwn(a) {
			s.f.ownOp(pc)
		}
	}
	if copies != none && s.isOwn(copies) && (op != lua.OP_RETURN || b == 2) {
		s.f.setOp(pc, boxes[op])
	}
}
