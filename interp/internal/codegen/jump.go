package codegen

import lua "github.com/yuin/gopher-lua"

// Jumps that wait for the same target form a list, linked through their own distances.

func (f *function) jump() int { return f.emitBx(lua.OP_JMP, 0, none+maxJump) }

func (f *function) dest(pc int) int {
	d := int(f.p.Code[pc]&0x3ffff) - maxJump
	if d == none {
		return none
	}
	return pc + 1 + d
}

func (f *function) setDest(pc, to int) {
	d := to - (pc + 1)
	if d > maxJump || d < -maxJump {
		f.fail(f.line, "control structure too long")
	}
	f.p.Code[pc] = f.p.Code[pc]&^0x3ffff | uint32(d+maxJump)
}

// join appends list more to list.
func (f *function) join(list, more int) int {
	if list == none || more == none {
		return max(list, more)
	}
	last := list
	for next := f.dest(last); next != none; next = f.dest(last) {
		last = next
	}
	f.setDest(last, more)
	return list
}

// patch sends a list of jumps to a place. A TESTSET among them keeps no value.
func (f *function) patch(list, to int) { f.patchValues(list, none, to, to) }

func (f *function) patchHere(list int) {
	f.landing = f.here()
	f.patch(list, f.here())
}

// patchValues sends those jumps of a list that keep the tested value (they put it into register
// r) to one place, all others to another.
func (f *function) patchValues(list, r, kept, other int) {
	for list != none {
		next := f.dest(list)
		if f.keep(list, r) {
			f.setDest(list, kept)
		} else {
			f.setDest(list, other)
		}
		list = next
	}
}

// control is the instruction that decides about a jump: the test before it, or the jump itself.
func (f *function) control(jump int) int {
	if jump > 0 {
		switch opOf(f.p.Code[jump-1]) {
		case lua.OP_EQ, lua.OP_LT, lua.OP_LE, lua.OP_TEST, lua.OP_TESTSET:
			return jump - 1
		}
	}
	return jump
}

// keep makes a jump's test put its value into register r, if it can; a test that need not
// becomes a TEST.
func (f *function) keep(jump, r int) bool {
	pc := f.control(jump)
	in := f.p.Code[pc]
	if opOf(in) != lua.OP_TESTSET {
		return false
	}
	if r != none && r != argB(in) {
		f.setA(pc, r)
	} else {
		f.p.Code[pc] = uint32(lua.OP_TEST<<26 | argB(in)<<18 | argC(in)<<9)
	}
	return true
}

// valueless says whether a list has a jump that leaves no value behind.
func (f *function) valueless(list int) bool {
	for ; list != none; list = f.dest(list) {
		if opOf(f.p.Code[f.control(list)]) != lua.OP_TESTSET {
			return true
		}
	}
	return false
}

func (f *function) forget(list int) {
	for ; list != none; list = f.dest(list) {
		f.keep(list, none)
	}
}

// shorten makes jumps to jumps go where those go, and marks runs of MOVEs as one MOVEN.
func (f *function) shorten() {
	code := f.p.Code
	for pc := 0; pc < len(code); pc++ {
		switch op := opOf(code[pc]); op {
		case lua.OP_JMP:
			for range 100 {
				to := pc + 1 + int(code[pc]&0x3ffff) - maxJump
				if opOf(code[to]) != lua.OP_JMP || to == pc {
					break
				}
				d := to + 1 + int(code[to]&0x3ffff) - maxJump - (pc + 1)
				if d > maxJump || d < -maxJump {
					break
				}
				code[pc] = code[pc]&^0x3ffff | uint32(d+maxJump)
			}
		case lua.OP_CLOSURE: // what follows says where its upvalues are
			pc += int(f.p.FunctionPrototypes[code[pc]&0x3ffff].NumUpvalues)
		case lua.OP_SETLIST:
			if argC(code[pc]) == 0 {
				pc++
			}
		case lua.OP_MOVE:
			n := 0
			for opOf(code[pc+n+1]) == lua.OP_MOVE && n < 0x1ff {
				n++
			}
			if n > 0 {
				code[pc] = uint32(lua.OP_MOVEN<<26) | code[pc]&(1<<26-1) | uint32(n<<9)
			}
			pc += n
		}
	}
}
