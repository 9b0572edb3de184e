package codegen

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

// Verify checks what the VM takes on trust, for tests: every operand of every instruction is in range, and every jump, and
// no instruction reads a register that none has written on some way to it, or copies one that has its number in its own box.
func Verify(p *lua.FunctionProto) (err error) {
	registers, constants := int(p.NumUsedRegisters), len(p.Constants)
	if len(p.DbgSourcePositions) != len(p.Code) {
		return fmt.Errorf("%d lines for %d instructions", len(p.DbgSourcePositions), len(p.Code))
	}
	pc := 0
	check := func(ok bool, what string) {
		if !ok && err == nil {
			err = fmt.Errorf("instruction %d, op %d, of the function at line %d: %s", pc, opOf(p.Code[pc]), p.LineDefined, what)
		}
	}
	register := func(r int) { check(r >= 0 && r < registers, fmt.Sprintf("register %d of %d", r, registers)) }
	rk := func(x int) {
		if x >= constant {
			check(x-constant < constants, "constant")
		} else {
			register(x)
		}
	}
	text := func(i int) {
		check(i < constants, "constant")
		if err == nil {
			_, ok := p.Constants[i].(lua.LString)
			check(ok, "constant is no string")
		}
	}
	for ; pc < len(p.Code) && err == nil; pc++ {
		in := p.Code[pc]
		op, a, b, c, bx := Base(opOf(in)), argA(in), argB(in), argC(in), int(in&0x3ffff)
		next := func(want ...int) {
			ok := false
			for _, w := range want {
				ok = ok || pc+1 < len(p.Code) && Base(opOf(p.Code[pc+1])) == w
			}
			check(ok, "wrong instruction behind")
		}
		opened := func() { // the list that the instruction takes is open: the one before has its end
			ok := false
			if pc > 0 {
				switch before := p.Code[pc-1]; opOf(before) {
				case lua.OP_CALL, lua.OP_TAILCALL:
					ok = opOf(before) == lua.OP_TAILCALL || argC(before) == 0
				case lua.OP_VARARG:
					ok = argB(before) == 0
				}
				ok = ok && argA(p.Code[pc-1]) >= a
			}
			check(ok, "no open list before")
		}
		switch op {
		case lua.OP_EQ, lua.OP_LT, lua.OP_LE, lua.OP_SETUPVAL, lua.OP_JMP, lua.OP_CLOSE:
		default:
			register(a)
		}
		switch op {
		case lua.OP_MOVE, lua.OP_UNM, lua.OP_NOT, lua.OP_LEN:
			register(b)
		case lua.OP_MOVEN:
			register(b)
			for i := range c {
				check(pc+1+i < len(p.Code) && opOf(p.Code[pc+1+i]) == lua.OP_MOVE, "no MOVE behind")
			}
		case lua.OP_LOADK:
			check(bx < constants, "constant")
		case lua.OP_LOADBOOL:
			check(c == 0 || pc+2 < len(p.Code), "skips the end")
		case lua.OP_LOADNIL:
			register(b)
			check(a <= b, "no registers")
		case lua.OP_GETUPVAL, lua.OP_SETUPVAL:
			check(b < int(p.NumUpvalues), "upvalue")
		case lua.OP_GETGLOBAL, lua.OP_SETGLOBAL:
			text(bx)
		case lua.OP_GETTABLE:
			register(b)
			rk(c)
		case lua.OP_GETTABLEKS:
			register(b)
			text(c - constant)
		case lua.OP_SELF:
			register(b)
			register(a + 1)
			rk(c)
		case lua.OP_SETTABLE, lua.OP_ADD, lua.OP_SUB, lua.OP_MUL, lua.OP_DIV, lua.OP_MOD, lua.OP_POW:
			rk(b)
			rk(c)
		case lua.OP_SETTABLEKS:
			text(b - constant)
			rk(c)
		case lua.OP_CONCAT:
			register(b)
			register(c)
			check(b < c, "fewer than two operands")
		case lua.OP_JMP, lua.OP_FORLOOP, lua.OP_FORPREP:
			to := pc + 1 + bx - maxJump
			check(to >= 0 && to < len(p.Code), "jumps out")
			if op != lua.OP_JMP {
				register(a + 3)
			}
		case lua.OP_EQ, lua.OP_LT, lua.OP_LE:
			rk(b)
			rk(c)
			next(lua.OP_JMP)
		case lua.OP_TEST:
			next(lua.OP_JMP)
		case lua.OP_TESTSET:
			register(b)
			next(lua.OP_JMP)
		case lua.OP_CALL, lua.OP_TAILCALL:
			if b > 0 {
				register(a + b - 1)
			} else {
				opened()
			}
			if c > 1 {
				register(a + c - 2)
			}
			if c == 0 && op == lua.OP_CALL {
				next(lua.OP_CALL, lua.OP_TAILCALL, lua.OP_RETURN, lua.OP_SETLIST)
			} else if op == lua.OP_TAILCALL {
				next(lua.OP_RETURN)
			}
		case lua.OP_RETURN:
			if b > 1 {
				register(a + b - 2)
			} else if b == 0 {
				opened()
			}
		case lua.OP_TFORLOOP:
			register(a + 2 + max(c, 3))
			next(lua.OP_JMP)
		case lua.OP_SETLIST:
			register(a + b)
			if b == 0 {
				opened()
			}
			if c == 0 {
				pc++
			}
		case lua.OP_CLOSURE:
			check(bx < len(p.FunctionPrototypes), "function")
			if err == nil {
				for range p.FunctionPrototypes[bx].NumUpvalues {
					pc++
					switch b := argB(p.Code[pc]); opOf(p.Code[pc]) {
					case lua.OP_MOVE:
						register(b)
					case lua.OP_GETUPVAL:
						check(b < int(p.NumUpvalues), "upvalue")
					default:
						check(false, "not where an upvalue is")
					}
				}
			}
		case lua.OP_VARARG:
			if b > 1 {
				register(a + b - 2)
			} else if b == 0 {
				next(lua.OP_CALL, lua.OP_TAILCALL, lua.OP_RETURN, lua.OP_SETLIST)
			}
		}
	}
	if err == nil && Base(opOf(p.Code[len(p.Code)-1])) != lua.OP_RETURN {
		return fmt.Errorf("no RETURN at the end")
	}
	if err == nil {
		err = written(p)
	}
	for _, in := range p.FunctionPrototypes {
		if err == nil {
			err = Verify(in)
		}
	}
	return err
}

// registers is a set of them.
type registers [4]uint64

func (s *registers) has(r int) bool { return s[r>>6]>>(r&63)&1 != 0 }

func (s *registers) add(from, n int) {
	for r := from; r < from+n; r++ {
		s[r>>6] |= 1 << (r & 63)
	}
}

// cut takes out all from r on.
func (s *registers) cut(r int) {
	for ; r < 256; r++ {
		s[r>>6] &^= 1 << (r & 63)
	}
}

func (s *registers) remove(r int) { s[r>>6] &^= 1 << (r & 63) }

func (s *registers) meet(other registers) (changed bool) {
	for i := range s {
		if n := s[i] & other[i]; n != s[i] {
			s[i], changed = n, true
		}
	}
	return changed
}

func (s *registers) join(other registers) (changed bool) {
	for i := range s {
		if n := s[i] | other[i]; n != s[i] {
			s[i], changed = n, true
		}
	}
	return changed
}

// state is what is known of a function's registers at an instruction, whichever way leads to it.
type state struct {
	set  registers // have been written
	own  registers // may have a number in their own box
	held registers // may be variables that closures hold
}

func (s *state) meet(other state) (changed bool) {
	changed = s.set.meet(other.set)
	changed = s.own.join(other.own) || changed
	return s.held.join(other.held) || changed
}

// written checks that registers are written before they are read, on every way through code that is right otherwise. A
// local that debug information has in scope at an instruction counts as read there. A call leaves behind it only its
// results: the registers above are the callee's.
func written(p *lua.FunctionProto) error {
	first := state{}
	first.set.add(0, int(p.NumParameters))
	if p.IsVarArg&lua.VarArgHasArg != 0 {
		first.set.add(int(p.NumParameters), 1) // arg
	}
	known := map[int]state{0: first}    // at the beginning of instructions that can be reached
	scope := make([]int, len(p.Code)+2) // how many more locals are in scope than one instruction before
	for _, l := range p.DbgLocals {
		if l.StartPc+1 < l.EndPc {
			scope[l.StartPc+1]++
			scope[l.EndPc]--
		}
	}
	for pc := range p.Code {
		scope[pc+1] += scope[pc]
	}
	for todo := []int{0}; len(todo) > 0; {
		pc := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		in, s := p.Code[pc], known[pc]
		op, a, b, c, bx := Base(opOf(in)), argA(in), argB(in), argC(in), int(in&0x3ffff)
		if op > lua.OP_NOP {
			return fmt.Errorf("instruction %d: unknown, %d", pc, op)
		}
		owned, boxed := owns[op] == opOf(in), boxes[op] == opOf(in) // it writes an own box, it makes a new one
		unset, shared := none, none
		read := func(from, n int) {
			for r := from; r < from+n; r++ {
				if !s.set.has(r) && unset == none {
					unset = r
				}
			}
		}
		copied := func(from, n int) { // read, and somewhere else now
			read(from, n)
			for r := from; r < from+n && r < 256; r++ {
				if boxed {
					s.own.remove(r)
				} else if s.own.has(r) && shared == none {
					shared = r
				}
			}
		}
		write := func(from, n int) {
			s.set.add(from, n)
			for r := from; r < from+n; r++ {
				if s.own.remove(r); owned {
					s.own.add(r, 1)
					if s.held.has(r) && shared == none {
						shared = r
					}
				}
			}
		}
		rk := func(x int) {
			if x < constant {
				read(x, 1)
			}
		}
		readTo := func(end int) { // a list from a on; if it is open, what comes before has written its end
			if b == 0 {
				end = argA(p.Code[pc-1])
			}
			copied(a, end-a)
		}
		flow := func(to int, s state) {
			old, ok := known[to]
			if !ok {
				known[to] = s
			} else if old.meet(s) {
				known[to] = old
			} else {
				return
			}
			todo = append(todo, to)
		}
		if op != lua.OP_JMP && op != lua.OP_CLOSE { // where nobody looks at locals, and a goto may come from outside their scope
			read(0, scope[pc])
		}
		next := pc + 1
		switch op {
		case lua.OP_MOVE, lua.OP_MOVEN:
			if owned {
				read(b, 1)
			} else {
				copied(b, 1)
			}
			write(a, 1)
		case lua.OP_UNM, lua.OP_NOT:
			read(b, 1)
			write(a, 1)
		case lua.OP_LEN:
			copied(b, 1)
			write(a, 1)
		case lua.OP_LOADK, lua.OP_GETUPVAL, lua.OP_GETGLOBAL, lua.OP_NEWTABLE:
			write(a, 1)
		case lua.OP_LOADBOOL:
			write(a, 1)
			if c != 0 {
				next++
			}
		case lua.OP_LOADNIL:
			write(a, b-a+1)
		case lua.OP_SETUPVAL, lua.OP_SETGLOBAL:
			copied(a, 1)
		case lua.OP_GETTABLE, lua.OP_GETTABLEKS:
			read(b, 1)
			rk(c)
			write(a, 1)
		case lua.OP_SETTABLE, lua.OP_SETTABLEKS:
			read(a, 1)
			rk(b)
			if c < constant {
				copied(c, 1)
			}
		case lua.OP_SELF:
			copied(b, 1)
			rk(c)
			write(a, 2)
		case lua.OP_ADD, lua.OP_SUB, lua.OP_MUL, lua.OP_DIV, lua.OP_MOD, lua.OP_POW:
			rk(b)
			rk(c)
			write(a, 1)
		case lua.OP_CONCAT:
			copied(b, c-b+1)
			write(a, 1)
		case lua.OP_JMP:
			next = pc + 1 + bx - maxJump
		case lua.OP_EQ, lua.OP_LT, lua.OP_LE:
			rk(b)
			rk(c)
			flow(pc+2, s)
		case lua.OP_TEST:
			read(a, 1)
			flow(pc+2, s)
		case lua.OP_TESTSET:
			copied(b, 1)
			flow(pc+2, s)
			write(a, 1)
		case lua.OP_CALL, lua.OP_TAILCALL:
			readTo(a + b)
			s.set.cut(a)
			s.own.cut(a)
			write(a, max(c-1, 0))
		case lua.OP_RETURN:
			readTo(a + b - 1)
			next = none
		case lua.OP_FORPREP:
			read(a, 3)
			next = pc + 1 + bx - maxJump
		case lua.OP_FORLOOP:
			read(a, 3)
			again := s
			again.set.add(a+3, 1)
			for _, r := range []int{a, a + 3} {
				if again.own.remove(r); owned {
					again.own.add(r, 1)
				}
			}
			if owned && s.held.has(a+3) {
				shared = a + 3
			}
			flow(pc+1+bx-maxJump, again)
		case lua.OP_TFORLOOP:
			copied(a, 3)
			s.set.cut(a + 3)
			s.own.cut(a + 3)
			flow(pc+2, s)
			write(a+3, c)
		case lua.OP_SETLIST:
			readTo(a + b + 1)
			if c == 0 {
				next++
			}
		case lua.OP_CLOSE:
			s.held.cut(a)
		case lua.OP_NOP:
		case lua.OP_CLOSURE:
			for i := range int(p.FunctionPrototypes[bx].NumUpvalues) {
				if from := p.Code[pc+1+i]; opOf(from) == lua.OP_MOVE {
					if s.held.add(argB(from), 1); argB(from) != a { // a function may hold itself
						copied(argB(from), 1)
					}
				}
				next++
			}
			write(a, 1)
		case lua.OP_VARARG:
			write(a, max(b-1, 0))
		default:
			return fmt.Errorf("instruction %d: unknown, %d", pc, op)
		}
		if unset != none {
			return fmt.Errorf("instruction %d, op %d, of the function at line %d: register %d is read and was not written", pc, op, p.LineDefined, unset)
		}
		if shared != none {
			return fmt.Errorf("instruction %d, op %d, of the function at line %d: register %d shares its own box", pc, opOf(in), p.LineDefined, shared)
		}
		if next != none {
			flow(next, s)
		}
	}
	return nil
}
