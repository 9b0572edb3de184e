package vm

import (
	"math"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// jumpTable is gopher-lua's table of instruction handlers.
//
//go:linkname jumpTable github.com/yuin/gopher-lua.jumpTable
var jumpTable [lua.OP_NOP + 1]func(*lua.LState, uint32, *callFrame) int

// budget is how many calls and backward jumps a machine makes between two looks at whether it is to be interrupted.
const budget = 4096

// sBx is the jump distance of an instruction.
func sBx(inst uint32) int { return int(inst&0x3ffff) - 131071 }

// window is the 256 registers from base on.
//
//go:nocheckptr
func window(reg *registry, base int) *[256]lua.LValue {
	return (*[256]lua.LValue)(unsafe.Pointer(&reg.array[base]))
}

func rk(x int, R *[256]lua.LValue, k []lua.LValue) lua.LValue {
	if x&0x100 != 0 {
		return k[x&0xff]
	}
	return R[x&0xff]
}

func isNil(v lua.LValue) bool { _, ok := v.(*lua.LNilType); return ok }

func truthy(v lua.LValue) bool {
	switch b := v.(type) {
	case *lua.LNilType:
		return false
	case lua.LBool:
		return bool(b)
	}
	return true
}

// field is t[key], as long as only tables stand behind t by way of __index; nil: somebody else must look.
func field(t *lua.LTable, key string) lua.LValue {
	for range 8 {
		if v, ok := inTable(t).strdict[key]; ok {
			return v
		}
		mt, ok := t.Metatable.(*lua.LTable)
		if !ok {
			return lua.LNil
		}
		h, ok := inTable(mt).strdict["__index"]
		if !ok {
			return lua.LNil
		}
		if t, ok = h.(*lua.LTable); !ok {
			return nil
		}
	}
	return nil
}

// execute is the interpreter (PUC's luaV_execute): it runs the Lua function on top of the stack until that returns, and
// everything it calls, for which it needs no Go stack as long as that is Lua. It does itself what is frequent, in its plain
// case; loop_call.go has calls and closures, loop_meta.go what is left of operators. The rest of an instruction's cases are
// gopher-lua's handler's.
//
// What the shortcuts rest on:
//
//   - Operands are trusted. They come from Lull's compiler (binary chunks are refused), so A, B and C name registers of the
//     frame, which enter has made room for: R needs no bounds, and &0xff spares the check against its own 256.
//   - R is the frame's registers. It is taken again after whatever may have let the registry grow: a handler or a call.
//   - reg.top is nobody's business between instructions, but above all live registers whenever a handler or Go runs, since
//     they push there: it is raised to the frame's end before a handler, set to the last argument by CALL. An open call or
//     VARARG leaves it at its last result, for the instruction that follows.
//   - cf.Pc is behind the instruction before anything that can raise, call back or look at the stack: errors take the line
//     from it.
//   - The budget ends before an instruction has changed anything; it is run again afterwards.
func (th *Thread) execute(base *callFrame) {
	l, st, reg, m := in(&th.l), &th.stack, &th.reg, th.m
	nums := &m.nums
	fuel := m.fuel
	var (
		cf   *callFrame
		fn   *lua.LFunction
		code []uint32
		k    []lua.LValue
		R    *[256]lua.LValue
		pc   int
		end  int // first register above the frame
	)
load: // a frame begins, or goes on
	cf = l.currentFrame
	fn = cf.Fn
	code, k = fn.Proto.Code, fn.Proto.Constants
	pc = cf.Pc
	end = cf.LocalBase + int(fn.Proto.NumUsedRegisters)
	R = window(reg, cf.LocalBase)
	for {
		inst := code[pc]
		pc++
		A := int(inst>>18) & 0xff
		B := int(inst & 0x1ff)
		C := int(inst>>9) & 0x1ff
	handler:
		switch int(inst >> 26) {
		case lua.OP_MOVE:
			R[A] = R[B&0xff]
			continue
		case lua.OP_MOVEN:
			R[A] = R[B&0xff]
			for range C {
				in := code[pc]
				pc++
				R[int(in>>18)&0xff] = R[in&0xff]
			}
			continue
		case lua.OP_LOADK:
			R[A] = k[inst&0x3ffff]
			continue
		case lua.OP_LOADBOOL:
			R[A] = lua.LBool(B != 0)
			if C != 0 {
				pc++
			}
			continue
		case lua.OP_LOADNIL:
			for i := A; i <= B; i++ {
				R[i&0xff] = lua.LNil
			}
			continue
		case lua.OP_GETUPVAL:
			if uv := inUpvalue(fn.Upvalues[B]); uv.closed {
				R[A] = uv.value
			} else {
				R[A] = uv.reg.array[uv.index]
			}
			continue
		case lua.OP_SETUPVAL:
			if uv := inUpvalue(fn.Upvalues[B]); uv.closed {
				uv.value = R[A]
			} else {
				uv.reg.array[uv.index] = R[A]
			}
			continue

		case lua.OP_GETGLOBAL:
			if s, ok := k[inst&0x3ffff].(lua.LString); ok {
				if v := field(fn.Env, string(s)); v != nil {
					R[A] = v
					continue
				}
			}
		case lua.OP_SETGLOBAL:
			if s, ok := k[inst&0x3ffff].(lua.LString); ok {
				t := inTable(fn.Env)
				if v := R[A]; !isNil(v) {
					if _, ok := t.strdict[string(s)]; ok { // known: neither __newindex nor the order of keys is concerned
						t.strdict[string(s)] = v
						continue
					}
				}
			}
		case lua.OP_GETTABLEKS:
			if t, ok := R[B&0xff].(*lua.LTable); ok {
				if s, ok := rk(C, R, k).(lua.LString); ok {
					if v := field(t, string(s)); v != nil {
						R[A] = v
						continue
					}
				}
			}
		case lua.OP_SELF:
			if t, ok := R[B&0xff].(*lua.LTable); ok {
				if s, ok := rk(C, R, k).(lua.LString); ok {
					if v := field(t, string(s)); v != nil {
						R[A], R[(A+1)&0xff] = v, t
						continue
					}
				}
			}
		case lua.OP_GETTABLE:
			if t, ok := R[B&0xff].(*lua.LTable); ok {
				switch key := rk(C, R, k).(type) {
				case lua.LNumber:
					arr := inTable(t).array
					if i := int(key) - 1; uint(i) < uint(len(arr)) && lua.LNumber(i+1) == key {
						if v := arr[i]; !isNil(v) {
							R[A] = v
							continue
						}
					}
				case lua.LString:
					if v := field(t, string(key)); v != nil {
						R[A] = v
						continue
					}
				}
			}
		case lua.OP_SETTABLE:
			if t, ok := R[A].(*lua.LTable); ok {
				t := inTable(t)
				v := rk(C, R, k)
				switch key := rk(B, R, k).(type) {
				case lua.LNumber:
					if i := int(key) - 1; lua.LNumber(i+1) == key {
						if uint(i) < uint(len(t.array)) {
							if isNil(t.Metatable) || !isNil(t.array[i]) {
								t.array[i] = v
								continue
							}
						} else if i == len(t.array) && t.array != nil && i < lua.MaxArrayIndex-2 && isNil(t.Metatable) {
							t.array = append(t.array, v)
							continue
						} else if i-len(t.array) > maxGap && i < lua.MaxArrayIndex {
							cf.Pc = pc
							th.errorf("table index %d is too far above the table's %d items", i+1, len(t.array))
						}
					} else if key != key {
						cf.Pc = pc
						th.errorf("table index is NaN")
					}
				case lua.LString:
					if _, ok := t.strdict[string(key)]; ok && !isNil(v) {
						t.strdict[string(key)] = v
						continue
					}
				case *lua.LNilType: // before any __newindex, which gopher-lua would call
					cf.Pc = pc
					th.errorf("table index is nil")
				}
			}
		case lua.OP_SETTABLEKS:
			if t, ok := R[A].(*lua.LTable); ok {
				v := rk(C, R, k)
				if s, ok := rk(B, R, k).(lua.LString); ok && !isNil(v) {
					t := inTable(t)
					if _, ok := t.strdict[string(s)]; ok {
						t.strdict[string(s)] = v
						continue
					}
				}
			}

		case lua.OP_ADD:
			if a, ok := rk(B, R, k).(lua.LNumber); ok {
				if b, ok := rk(C, R, k).(lua.LNumber); ok {
					R[A] = nums.box(float64(a + b))
					continue
				}
			}
			goto arith
		case lua.OP_SUB:
			if a, ok := rk(B, R, k).(lua.LNumber); ok {
				if b, ok := rk(C, R, k).(lua.LNumber); ok {
					R[A] = nums.box(float64(a - b))
					continue
				}
			}
			goto arith
		case lua.OP_MUL:
			if a, ok := rk(B, R, k).(lua.LNumber); ok {
				if b, ok := rk(C, R, k).(lua.LNumber); ok {
					R[A] = nums.box(float64(a * b))
					continue
				}
			}
			goto arith
		case lua.OP_DIV:
			if a, ok := rk(B, R, k).(lua.LNumber); ok {
				if b, ok := rk(C, R, k).(lua.LNumber); ok {
					R[A] = nums.box(float64(a / b))
					continue
				}
			}
			goto arith
		case lua.OP_MOD:
			if a, ok := rk(B, R, k).(lua.LNumber); ok {
				if b, ok := rk(C, R, k).(lua.LNumber); ok {
					R[A] = nums.box(modulo(float64(a), float64(b)))
					continue
				}
			}
			goto arith
		case lua.OP_POW:
			if a, ok := rk(B, R, k).(lua.LNumber); ok {
				if b, ok := rk(C, R, k).(lua.LNumber); ok {
					R[A] = nums.box(math.Pow(float64(a), float64(b)))
					continue
				}
			}
			goto arith
		case lua.OP_UNM:
			if v, ok := rk(B, R, k).(lua.LNumber); ok {
				R[A] = nums.box(float64(-v))
				continue
			}
			C = B
			goto arith
		case lua.OP_NOT:
			R[A] = lua.LBool(!truthy(R[B&0xff]))
			continue
		case lua.OP_LEN:
			switch v := rk(B, R, k).(type) {
			case lua.LString:
				R[A] = nums.box(float64(len(v)))
				continue
			case *lua.LTable: // has no __len in Lua 5.1
				R[A] = nums.box(float64(Length(v)))
				continue
			}
		case lua.OP_CONCAT:
			if C == B+1 {
				if a, ok := R[B&0xff].(lua.LString); ok {
					if b, ok := R[C&0xff].(lua.LString); ok && len(a)+len(b) <= maxText {
						R[A] = a + b
						continue
					}
				}
			}
			cf.Pc, m.fuel = pc, fuel
			reg.top = max(reg.top, end)
			v := th.concat(cf, B, C)
			fuel = m.fuel
			R = window(reg, cf.LocalBase)
			R[A] = v
			continue

		case lua.OP_JMP:
			d := sBx(inst)
			if d < 0 {
				if fuel--; fuel <= 0 {
					goto interrupt
				}
			}
			pc += d
			continue
		case lua.OP_EQ:
			x, y := rk(B, R, k), rk(C, R, k)
			var r bool
			switch x := x.(type) {
			case lua.LNumber:
				y, ok := y.(lua.LNumber)
				r = ok && x == y
			case lua.LString:
				y, ok := y.(lua.LString)
				r = ok && x == y
			case *lua.LNilType:
				r = isNil(y)
			case lua.LBool:
				y, ok := y.(lua.LBool)
				r = ok && x == y
			case *lua.LTable:
				y, ok := y.(*lua.LTable)
				if r = ok && x == y; ok && !r && !isNil(x.Metatable) && !isNil(y.Metatable) {
					break handler // __eq
				}
			case *lua.LUserData:
				y, ok := y.(*lua.LUserData)
				if r = ok && x == y; ok && !r {
					break handler
				}
			case *lua.LFunction:
				y, ok := y.(*lua.LFunction)
				r = ok && x == y
			default:
				break handler
			}
			if r == (A != 0) {
				goto taken
			}
			pc++
			continue
		case lua.OP_LT:
			x, y := rk(B, R, k), rk(C, R, k)
			if a, ok := x.(lua.LNumber); ok {
				if b, ok := y.(lua.LNumber); ok {
					if (a < b) == (A != 0) {
						goto taken
					}
					pc++
					continue
				}
			} else if a, ok := x.(lua.LString); ok {
				if b, ok := y.(lua.LString); ok {
					if (a < b) == (A != 0) {
						goto taken
					}
					pc++
					continue
				}
			}
		case lua.OP_LE:
			x, y := rk(B, R, k), rk(C, R, k)
			if a, ok := x.(lua.LNumber); ok {
				if b, ok := y.(lua.LNumber); ok {
					if (a <= b) == (A != 0) {
						goto taken
					}
					pc++
					continue
				}
			} else if a, ok := x.(lua.LString); ok {
				if b, ok := y.(lua.LString); ok {
					if (a <= b) == (A != 0) {
						goto taken
					}
					pc++
					continue
				}
			}
		case lua.OP_TEST:
			if truthy(R[A]) != (C == 0) {
				goto taken
			}
			pc++
			continue
		case lua.OP_TESTSET:
			if v := R[B&0xff]; truthy(v) != (C == 0) {
				R[A] = v
				goto taken
			}
			pc++
			continue

		case lua.OP_FORPREP:
			i, ok1 := R[A].(lua.LNumber)
			_, ok2 := R[(A+1)&0xff].(lua.LNumber)
			step, ok3 := R[(A+2)&0xff].(lua.LNumber)
			if !ok1 || !ok2 || !ok3 {
				cf.Pc = pc
				th.forNumbers(R, A)
				i, step = R[A].(lua.LNumber), R[(A+2)&0xff].(lua.LNumber)
			}
			R[A] = nums.box(float64(i - step))
			pc += sBx(inst)
			continue
		case lua.OP_FORLOOP: // FORPREP has seen to it that they are numbers, and no script can reach them
			i, _ := R[A].(lua.LNumber)
			limit, _ := R[(A+1)&0xff].(lua.LNumber)
			step, _ := R[(A+2)&0xff].(lua.LNumber)
			i += step
			if step > 0 && i <= limit || !(step > 0) && limit <= i {
				if fuel--; fuel <= 0 {
					goto interrupt
				}
				v := nums.box(float64(i))
				R[A], R[(A+3)&0xff] = v, v
				pc += sBx(inst)
			}
			continue
		case lua.OP_TFORLOOP:
			if fuel--; fuel <= 0 {
				goto interrupt
			}
			at := A + 3
			R[(at+2)&0xff], R[(at+1)&0xff], R[at&0xff] = R[(A+2)&0xff], R[(A+1)&0xff], R[A]
			cf.Pc = pc
			if f, ok := R[A].(*lua.LFunction); ok && f.IsG {
				m.fuel = fuel
				th.callGo(cf, f, cf.LocalBase+at, 2, C, end)
				fuel = m.fuel
				R = window(reg, cf.LocalBase)
				goto iterated
			}
			th.call(cf, cf.LocalBase+at, 2, C)
			if l.currentFrame == cf {
				R = window(reg, cf.LocalBase)
				goto iterated
			}
			goto load
		case lua.OP_SETLIST:
			if B != 0 {
				reg.top = max(reg.top, end)
			}
			cf.Pc = pc
			jumpTable[lua.OP_SETLIST](&th.l, inst, base)
			pc = cf.Pc
			continue
		case lua.OP_CLOSE:
			closeUpvalues(l, cf.LocalBase+A)
			continue
		case lua.OP_CLOSURE:
			p := fn.Proto.FunctionPrototypes[inst&0x3ffff]
			R[A] = th.closure(cf, p, code[pc:])
			pc += int(p.NumUpvalues)
			continue
		case lua.OP_VARARG:
			th.vararg(cf, A, B-1)
			R = window(reg, cf.LocalBase)
			continue

		case lua.OP_CALL:
			if fuel--; fuel <= 0 {
				goto interrupt
			}
			at := cf.LocalBase + A
			nargs := B - 1
			if B == 0 {
				nargs = reg.top - at - 1
			}
			cf.Pc = pc
			callee, ok := R[A].(*lua.LFunction)
			if ok && callee.IsG {
				m.fuel = fuel
				th.callGo(cf, callee, at, nargs, C-1, end)
				fuel = m.fuel
				R = window(reg, cf.LocalBase)
				continue
			}
			if ok && callee.Proto.IsVarArg&lua.VarArgIsVarArg == 0 && st.segSp < framesPerSegment { // th.call, where nothing has to grow
				p := callee.Proto
				used := int(p.NumUsedRegisters)
				if at+1+max(used, nargs)+minStack <= len(reg.array) {
					if from := min(nargs, int(p.NumParameters)); from < used {
						rest := reg.array[at+1+from : at+1+used]
						for i := range rest {
							rest[i] = lua.LNil
						}
					}
					f := &st.segments[st.segIdx].array[st.segSp]
					*f = callFrame{Idx: st.sp(), Fn: callee, Parent: cf, Base: at, LocalBase: at + 1, ReturnBase: at, NArgs: nargs, NRet: C - 1}
					st.segSp++
					l.currentFrame = f
					goto load
				}
			}
			th.call(cf, at, nargs, C-1)
			if l.currentFrame == cf {
				R = window(reg, cf.LocalBase)
				continue
			}
			goto load
		case lua.OP_TAILCALL:
			if fuel--; fuel <= 0 {
				goto interrupt
			}
			at := cf.LocalBase + A
			nargs := B - 1
			if B == 0 {
				nargs = reg.top - at - 1
			}
			cf.Pc = pc
			m.fuel = fuel
			if th.tailCall(cf, at, nargs, end) {
				goto load
			}
			fuel = m.fuel
			R = window(reg, cf.LocalBase)
			continue // a function in Go has returned: the RETURN that follows hands its results on
		case lua.OP_RETURN:
			// Only registers of this frame that a closure of its own captured can be open above LocalBase.
			if l.uvcache != nil && len(fn.Proto.FunctionPrototypes) != 0 {
				closeUpvalues(l, cf.LocalBase)
			}
			nret := B - 1
			if B == 0 {
				nret = reg.top - cf.LocalBase - A
			}
			want := cf.NRet
			if want < 0 {
				want = nret
			}
			top := cf.ReturnBase + want
			if top > len(reg.array) {
				reg.top = max(reg.top, end)
				th.grow(top)
				R = window(reg, cf.LocalBase)
			}
			if want == 1 && nret == 1 {
				reg.array[top-1] = R[A]
			} else {
				moveResults(reg.array[cf.ReturnBase:top], reg.array[cf.LocalBase+A:cf.LocalBase+A+nret])
			}
			if B == 0 {
				end = max(end, reg.top)
			}
			if top < end {
				clear(reg.array[top:end]) // what the function left must not be kept alive
			}
			reg.top = top
			st.pop()
			up := cf.Parent
			l.currentFrame = up
			if cf == base || up == nil || up.Fn.IsG {
				m.fuel = fuel
				return
			}
			if up.Fn.Proto.Code[up.Pc-1]>>26 == uint32(lua.OP_TFORLOOP) {
				cf, fn = up, up.Fn
				code, k = fn.Proto.Code, fn.Proto.Constants
				pc = cf.Pc
				end = cf.LocalBase + int(fn.Proto.NumUsedRegisters)
				R = window(reg, cf.LocalBase)
				A = int(code[pc-1]>>18) & 0xff
				goto iterated
			}
			goto load
		}
		// gopher-lua's handler
		cf.Pc = pc
		reg.top = max(reg.top, end)
		m.fuel = fuel
		jumpTable[inst>>26](&th.l, inst, base)
		fuel = m.fuel
		pc = cf.Pc
		R = window(reg, cf.LocalBase)
		continue

	arith: // operands that are not both numbers
		{
			cf.Pc, m.fuel = pc, fuel
			reg.top = max(reg.top, end)
			v := th.arith(int(inst>>26), rk(B, R, k), rk(C, R, k))
			fuel = m.fuel
			R = window(reg, cf.LocalBase)
			R[A] = v
			continue
		}

	iterated: // the iterator of a TFORLOOP has returned
		if v := R[(A+3)&0xff]; !isNil(v) {
			R[(A+2)&0xff] = v
			pc += sBx(code[pc])
		}
		pc++
		continue

	taken: // a test holds: the jump behind it is made at once
		if next := code[pc]; next>>26 == uint32(lua.OP_JMP) {
			if d := sBx(next); d >= 0 {
				pc += d + 1
			} else if fuel > 1 { // else let it see to the budget itself
				fuel--
				pc += d + 1
			}
		}
	}

interrupt:
	{
		cf.Pc = pc
		top := reg.top // where the arguments of an open call end
		reg.top = max(top, end)
		m.fuel = budget
		m.look()
		fuel = m.fuel
		reg.top = top
		cf.Pc = pc - 1
		goto load
	}
}

// maxGap bounds the array that a table grows to at once, in items of 16 bytes: gopher-lua fills every gap.
const maxGap = 1 << 24

// moveResults copies what is there, and makes the rest nil.
func moveResults(to, from []lua.LValue) {
	for i := copy(to, from); i < len(to); i++ {
		to[i] = lua.LNil
	}
}
