package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
)

// budget is how many steps (calls and backward jumps, see Limits.Meter) a machine makes between two looks at whether it is to
// be interrupted.
const budget = 4096

// The parts of a frame that execute keeps are pointers without a length: see there. The fewer variables it has, the more of them are in
// the processor's registers; what else it needs it finds by way of the thread and the frame.
type (
	instructions [1 << 28]uint32
	values       [256]lua.LValue
)

// window is what execute needs of a frame: its code, constants and registers, and where it goes on.
//
//go:nocheckptr
func (th *Thread) window(cf *callFrame) (code *instructions, k, R *values, pc int) {
	p := cf.Fn.Proto
	return (*instructions)(unsafe.Pointer(unsafe.SliceData(p.Code))), (*values)(unsafe.Pointer(unsafe.SliceData(p.Constants))), th.registers(cf), cf.Pc
}

// registers are those of a frame.
func (th *Thread) registers(cf *callFrame) *values { return th.registersFrom(cf.LocalBase) }

//go:nocheckptr
func (th *Thread) registersFrom(i int) *values {
	return (*values)(unsafe.Pointer(&th.reg.array[i]))
}

// end is the first register above the frame.
func (cf *callFrame) end() int { return cf.LocalBase + int(cf.Fn.Proto.NumUsedRegisters) }

// execute is the interpreter (PUC's luaV_execute): it runs the Lua function on top of the stack until that returns, and
// everything it calls, for which it needs no Go stack as long as that is Lua. It does itself what is frequent, in its plain
// case; loop_call.go has calls and closures, loop_meta.go what is left of operators. The rest of an instruction's cases are
// gopher-lua's handler's.
//
// The shortcuts rest on this:
//
//   - Code is trusted. It comes from Lull's compiler (binary chunks are refused): it ends in a RETURN, its jumps stay within,
//     A, B and C name constants that are there and registers of the frame, which frame has made room for. So code, k and R
//     need no bounds, and &0xff spares the check against their own.
//   - R is the frame's registers. It is taken again after whatever may have let the registry grow: a handler or a call.
//   - A register that a call's code has not written yet may hold anything: no instruction reads it.
//   - reg.top is nobody's business between instructions, but above all live registers whenever a handler or Go runs, since
//     they push there: it is raised to the frame's end before a handler, set to the last argument by CALL. An open call or
//     VARARG leaves it at its last result, for the instruction that follows.
//   - cf.Pc is behind the instruction before anything that can raise, call back or look at the stack: errors take the line
//     from it.
//   - The budget ends before an instruction has changed anything; it is run again afterwards.
//
// Its frame is every coroutine's below a sort or a gsub, and its registers are the compiler's to keep: what it calls for a
// case that is not plain is marked noinline, so that no profile of the compiler's brings it in.
func (th *Thread) execute(base *callFrame) {
	m := th.m
	var (
		cf   *callFrame
		code *instructions
		k, R *values
		pc   int
		f    float64 // on its way to own, or number
	)
	if in(&th.l).currentFrame.Pc == 0 {
		goto load
	}
back: // a call has returned to the frame
	th.iterated(in(&th.l).currentFrame)
load: // a frame begins, or goes on
	th.ownAll()
	cf = in(&th.l).currentFrame
	code, k, R, pc = th.window(cf)
	for {
		inst := code[pc]
		pc++
	handler:
		switch op(inst) {
		case lua.OP_MOVE:
			R[argA(inst)] = R[argB(inst)&0xff]
			continue
		case lua.OP_MOVEN:
			R[argA(inst)] = R[argB(inst)&0xff]
			for range argC(inst) {
				in := code[pc]
				pc++
				R[int(in>>18)&0xff] = R[in&0xff]
			}
			continue
		case lua.OP_LOADK:
			R[argA(inst)] = constant(k, argBx(inst))
			continue
		case lua.OP_LOADBOOL:
			R[argA(inst)] = lua.LBool(argB(inst) != 0)
			if argC(inst) != 0 {
				pc++
			}
			continue
		case lua.OP_LOADNIL:
			for i := argA(inst); i <= argB(inst); i++ {
				R[i&0xff] = lua.LNil
			}
			continue
		case lua.OP_GETUPVAL:
			if uv := inUpvalue(cf.Fn.Upvalues[argB(inst)]); uv.closed {
				R[argA(inst)] = uv.value
			} else {
				R[argA(inst)] = uv.reg.array[uv.index]
			}
			continue
		case lua.OP_SETUPVAL:
			if uv := inUpvalue(cf.Fn.Upvalues[argB(inst)]); uv.closed {
				uv.value = R[argA(inst)]
			} else {
				uv.reg.array[uv.index] = R[argA(inst)]
			}
			continue

		case lua.OP_GETGLOBAL, codegen.GetGlobalOwn:
			if s, ok := constant(k, argBx(inst)).(lua.LString); ok && s != "" {
				if i := placeOf(cf.Fn.Env, string(s)); m.cache.live.has(i) {
					if e := &m.cache.fields[i&(cacheSize-1)]; e.is(cf.Fn.Env, string(s)) && e.value != nil {
						if m.cache.owned.has(i) {
							f = *e.number()
							goto loaded
						}
						R[argA(inst)] = e.value
						continue
					}
				}
				if v := m.field(cf.Fn.Env, constant(k, argBx(inst))); v != nil {
					R[argA(inst)] = v
					continue
				}
			}
			inst = inst&(1<<26-1) | uint32(lua.OP_GETGLOBAL)<<26
			goto access
		case lua.OP_SETGLOBAL:
			if s, ok := constant(k, argBx(inst)).(lua.LString); ok && s != "" {
				if f, ok := R[argA(inst)].(lua.LNumber); ok {
					if i := placeOf(cf.Fn.Env, string(s)); m.cache.owned.has(i) {
						if e := &m.cache.fields[i&(cacheSize-1)]; e.is(cf.Fn.Env, string(s)) {
							*e.number() = float64(f)
							continue
						}
					}
				}
			}
			if m.setField(cf.Fn.Env, constant(k, argBx(inst)), R[argA(inst)]) {
				continue
			}
			goto access
		case lua.OP_GETTABLEKS, codegen.GetTableKSOwn:
			if t, ok := R[argB(inst)&0xff].(*lua.LTable); ok {
				if inTable(t).inSlots() {
					if v := m.seenSlot(t, rk(argC(inst), R, k)); v != nil {
						if n, ok := (*v).(lua.LNumber); ok {
							f = float64(n)
							goto loaded
						}
						R[argA(inst)] = *v
						continue
					}
				} else if s, ok := rk(argC(inst), R, k).(lua.LString); ok && s != "" {
					if i := placeOf(t, string(s)); m.cache.live.has(i) {
						if e := &m.cache.fields[i&(cacheSize-1)]; e.is(t, string(s)) && e.value != nil {
							if m.cache.owned.has(i) {
								f = *e.number()
								goto loaded
							}
							R[argA(inst)] = e.value
							continue
						}
					}
				}
				if v := m.field(t, rk(argC(inst), R, k)); v != nil {
					R[argA(inst)] = v
					continue
				}
			}
			goto access
		case lua.OP_NEWTABLE:
			R[argA(inst)] = m.NewTable(int(argB(inst)), int(argC(inst)))
			continue
		case lua.OP_SELF:
			if t, ok := R[argB(inst)&0xff].(*lua.LTable); ok {
				if v := m.field(t, rk(argC(inst), R, k)); v != nil {
					R[argA(inst)], R[(argA(inst)+1)&0xff] = v, t
					continue
				}
			} else if ud, ok := R[argB(inst)&0xff].(*lua.LUserData); ok {
				if s, ok := rk(argC(inst), R, k).(lua.LString); ok {
					if v := m.method(ud, string(s)); v != nil {
						R[argA(inst)], R[(argA(inst)+1)&0xff] = v, ud
						continue
					}
				}
			} else if _, ok := R[argB(inst)&0xff].(lua.LString); ok {
				if s, ok := rk(argC(inst), R, k).(lua.LString); ok {
					if v := m.stringMethod(string(s)); v != nil {
						R[(argA(inst)+1)&0xff] = R[argB(inst)&0xff]
						R[argA(inst)] = v
						continue
					}
				}
			}
			goto access
		case lua.OP_GETTABLE:
			if t, ok := R[argB(inst)&0xff].(*lua.LTable); ok {
				switch key := rk(argC(inst), R, k).(type) {
				case lua.LNumber:
					arr := inTable(t).array
					if i := int(key) - 1; uint(i) < uint(len(arr)) && lua.LNumber(i+1) == key {
						if v := arr[i]; !isNil(v) {
							R[argA(inst)] = v
							continue
						}
					}
				case lua.LString:
					if v := m.fieldNow(t, string(key)); v != nil {
						R[argA(inst)] = v
						continue
					}
				}
			}
			goto access
		case lua.OP_SETTABLE:
			if lt, ok := R[argA(inst)].(*lua.LTable); ok {
				v := rk(argC(inst), R, k)
				switch key := rk(argB(inst), R, k).(type) {
				case lua.LNumber: // no hole is made, nor filled where a metamethod or dict has a say in it
					t := inTable(lt)
					if i := int(key) - 1; lua.LNumber(i+1) == key && !isNil(v) {
						if uint(i) < uint(len(t.array)) {
							if !isNil(t.array[i]) || isNil(t.Metatable) && len(t.dict) == 0 {
								t.array[i] = v
								continue
							}
						} else if i == len(t.array) && i < cap(t.array) && isNil(t.Metatable) && len(t.dict) == 0 {
							t.array = append(t.array, v)
							continue
						}
					}
				case lua.LString:
					if m.setNow(lt, rk(argB(inst), R, k), v) {
						continue
					}
				}
			}
			goto access
		case lua.OP_SETTABLEKS, codegen.SetTableKSBox:
			if t, ok := R[argA(inst)].(*lua.LTable); ok {
				if inTable(t).inSlots() {
					if m.setSeenSlot(t, rk(argB(inst), R, k), rk(argC(inst), R, k)) {
						continue
					}
				} else if f, ok := rk(argC(inst), R, k).(lua.LNumber); ok {
					if s, ok := rk(argB(inst), R, k).(lua.LString); ok && s != "" {
						if i := placeOf(t, string(s)); m.cache.owned.has(i) {
							if e := &m.cache.fields[i&(cacheSize-1)]; e.is(t, string(s)) {
								*e.number() = float64(f)
								continue
							}
						}
					}
					if op(inst) == codegen.SetTableKSBox {
						th.fresh(&R[argC(inst)&0xff])
					}
				}
				if m.setField(t, rk(argB(inst), R, k), rk(argC(inst), R, k)) {
					continue
				}
			}
			inst = inst&(1<<26-1) | uint32(lua.OP_SETTABLEKS)<<26
			goto access

		case lua.OP_ADD:
			if a, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				if b, ok := rk(argC(inst), R, k).(lua.LNumber); ok {
					f = float64(a + b)
					goto number
				}
			}
			goto arith
		case lua.OP_SUB:
			if a, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				if b, ok := rk(argC(inst), R, k).(lua.LNumber); ok {
					f = float64(a - b)
					goto number
				}
			}
			goto arith
		case lua.OP_MUL:
			if a, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				if b, ok := rk(argC(inst), R, k).(lua.LNumber); ok {
					f = float64(a * b)
					goto number
				}
			}
			goto arith
		case lua.OP_DIV:
			if a, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				if b, ok := rk(argC(inst), R, k).(lua.LNumber); ok {
					f = float64(a / b)
					goto number
				}
			}
			goto arith
		case lua.OP_MOD:
			if a, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				if b, ok := rk(argC(inst), R, k).(lua.LNumber); ok {
					f = modulo(float64(a), float64(b))
					goto number
				}
			}
			goto arith
		case lua.OP_POW:
			if a, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				if b, ok := rk(argC(inst), R, k).(lua.LNumber); ok {
					f = power(float64(a), float64(b))
					goto number
				}
			}
			goto arith
		case lua.OP_UNM:
			if v, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				f = float64(-v)
				goto number
			}
			inst = inst&^(0x1ff<<9) | argB(inst)<<9
			goto arith
		case codegen.AddOwn:
			if a, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				if b, ok := rk(argC(inst), R, k).(lua.LNumber); ok {
					th.setOwn(cf, R, argA(inst), float64(a+b))
					continue
				}
			}
			goto arith
		case codegen.SubOwn:
			if a, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				if b, ok := rk(argC(inst), R, k).(lua.LNumber); ok {
					th.setOwn(cf, R, argA(inst), float64(a-b))
					continue
				}
			}
			goto arith
		case codegen.MulOwn:
			if a, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				if b, ok := rk(argC(inst), R, k).(lua.LNumber); ok {
					th.setOwn(cf, R, argA(inst), float64(a*b))
					continue
				}
			}
			goto arith
		case codegen.DivOwn:
			if a, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				if b, ok := rk(argC(inst), R, k).(lua.LNumber); ok {
					th.setOwn(cf, R, argA(inst), float64(a/b))
					continue
				}
			}
			goto arith
		case codegen.ModOwn:
			if a, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				if b, ok := rk(argC(inst), R, k).(lua.LNumber); ok {
					f = modulo(float64(a), float64(b))
					goto own
				}
			}
			goto arith
		case codegen.PowOwn:
			if a, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				if b, ok := rk(argC(inst), R, k).(lua.LNumber); ok {
					f = power(float64(a), float64(b))
					goto own
				}
			}
			goto arith
		case codegen.UnmOwn:
			if v, ok := rk(argB(inst), R, k).(lua.LNumber); ok {
				f = float64(-v)
				goto own
			}
			inst = inst&^(0x1ff<<9) | argB(inst)<<9
			goto arith
		case codegen.LenOwn:
			switch v := rk(argB(inst), R, k).(type) {
			case lua.LString:
				f = float64(len(v))
				goto own
			case *lua.LTable:
				cf.Pc = pc
				f = float64(inTable(v).length(m))
				goto own
			}
			inst = inst&(1<<26-1) | uint32(lua.OP_LEN)<<26
		case codegen.MoveOwn:
			if v, ok := R[argB(inst)&0xff].(lua.LNumber); ok {
				th.setOwn(cf, R, argA(inst), float64(v))
				continue
			}
			R[argA(inst)] = R[argB(inst)&0xff]
			continue
		case codegen.MoveBox:
			th.fresh(&R[argB(inst)&0xff])
			R[argA(inst)] = R[argB(inst)&0xff]
			continue
		case codegen.ForLoopOwn:
			step, limit := numberAt(&R[(argA(inst)+2)&0xff]), numberAt(&R[(argA(inst)+1)&0xff])
			i := numberAt(&R[argA(inst)]) + step
			if step > 0 && i <= limit || !(step > 0) && limit <= i {
				if m.fuel += sBx(inst) >> 6; m.fuel <= 0 {
					goto interrupt
				}
				th.setOwn(cf, R, argA(inst), i)
				th.setOwn(cf, R, argA(inst)+3, i)
				pc += sBx(inst)
			}
			continue
		case codegen.ReturnBox:
			th.fresh(&R[argA(inst)])
			inst = inst&(1<<26-1) | uint32(lua.OP_RETURN)<<26
			goto handler
		case codegen.SetTableBox:
			th.fresh(&R[argC(inst)&0xff])
			inst = inst&(1<<26-1) | uint32(lua.OP_SETTABLE)<<26
			goto handler
		case codegen.SetUpvalBox:
			th.fresh(&R[argA(inst)])
			inst = inst&(1<<26-1) | uint32(lua.OP_SETUPVAL)<<26
			goto handler
		case codegen.SetGlobalBox:
			th.fresh(&R[argA(inst)])
			inst = inst&(1<<26-1) | uint32(lua.OP_SETGLOBAL)<<26
			goto handler

		case lua.OP_NOT:
			R[argA(inst)] = lua.LBool(!truthy(R[argB(inst)&0xff]))
			continue
		case lua.OP_LEN:
			switch v := rk(argB(inst), R, k).(type) {
			case lua.LString:
				f = float64(len(v))
				goto number
			case *lua.LTable: // has no __len in Lua 5.1
				cf.Pc = pc
				f = float64(inTable(v).length(m))
				goto number
			}
		case lua.OP_CONCAT:
			if argC(inst) == argB(inst)+1 {
				if a, ok := R[argB(inst)&0xff].(lua.LString); ok {
					if b, ok := R[argC(inst)&0xff].(lua.LString); ok && len(a)+len(b) <= m.maxText {
						R[argA(inst)] = joined(a, b)
						continue
					}
				}
			}
			cf.Pc = pc
			th.reg.top = max(th.reg.top, cf.end())
			v := th.concat(cf, int(argB(inst)), int(argC(inst)))
			R = th.registers(cf)
			R[argA(inst)] = v
			continue

		case lua.OP_JMP:
			d := sBx(inst)
			if d < 0 {
				if m.fuel += d >> 6; m.fuel <= 0 {
					goto interrupt
				}
			}
			pc += d
			continue
		case lua.OP_EQ:
			x, y := rk(argB(inst), R, k), rk(argC(inst), R, k)
			var r bool
			switch x := x.(type) {
			case lua.LNumber:
				y, ok := y.(lua.LNumber)
				r = ok && x == y
			case lua.LString:
				y, ok := y.(lua.LString)
				if r = ok && len(x) == len(y); r {
					if len(x) > longText {
						goto long
					}
					r = x == y
				}
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
			if r == (argA(inst) != 0) {
				goto taken
			}
			pc++
			continue
		case lua.OP_LT:
			x, y := rk(argB(inst), R, k), rk(argC(inst), R, k)
			if a, ok := x.(lua.LNumber); ok {
				if b, ok := y.(lua.LNumber); ok {
					if (a < b) == (argA(inst) != 0) {
						goto taken
					}
					pc++
					continue
				}
			} else if a, ok := x.(lua.LString); ok {
				if b, ok := y.(lua.LString); ok {
					if len(a) > longText && len(b) > longText {
						goto long
					}
					if (a < b) == (argA(inst) != 0) {
						goto taken
					}
					pc++
					continue
				}
			}
		case lua.OP_LE:
			x, y := rk(argB(inst), R, k), rk(argC(inst), R, k)
			if a, ok := x.(lua.LNumber); ok {
				if b, ok := y.(lua.LNumber); ok {
					if (a <= b) == (argA(inst) != 0) {
						goto taken
					}
					pc++
					continue
				}
			} else if a, ok := x.(lua.LString); ok {
				if b, ok := y.(lua.LString); ok {
					if len(a) > longText && len(b) > longText {
						goto long
					}
					if (a <= b) == (argA(inst) != 0) {
						goto taken
					}
					pc++
					continue
				}
			}
		case lua.OP_TEST:
			if truthy(R[argA(inst)]) != (argC(inst) == 0) {
				goto taken
			}
			pc++
			continue
		case lua.OP_TESTSET:
			if v := R[argB(inst)&0xff]; truthy(v) != (argC(inst) == 0) {
				R[argA(inst)] = v
				goto taken
			}
			pc++
			continue

		case lua.OP_FORPREP:
			i, ok1 := R[argA(inst)].(lua.LNumber)
			_, ok2 := R[(argA(inst)+1)&0xff].(lua.LNumber)
			step, ok3 := R[(argA(inst)+2)&0xff].(lua.LNumber)
			if !ok1 || !ok2 || !ok3 {
				cf.Pc = pc
				th.forNumbers(R, int(argA(inst)))
				i, step = R[argA(inst)].(lua.LNumber), R[(argA(inst)+2)&0xff].(lua.LNumber)
			}
			th.setOwn(cf, R, argA(inst), float64(i-step))
			pc += sBx(inst)
			continue
		case lua.OP_FORLOOP: // FORPREP has seen to it that they are numbers, and no script can reach them
			step, limit := numberAt(&R[(argA(inst)+2)&0xff]), numberAt(&R[(argA(inst)+1)&0xff])
			i := numberAt(&R[argA(inst)]) + step
			if step > 0 && i <= limit || !(step > 0) && limit <= i {
				if m.fuel += sBx(inst) >> 6; m.fuel <= 0 {
					goto interrupt
				}
				th.setOwn(cf, R, argA(inst), i)
				m.nums.put(&R[(argA(inst)+3)&0xff], i)
				pc += sBx(inst)
			}
			continue
		case lua.OP_TFORLOOP:
			if m.fuel--; m.fuel <= 0 {
				goto interrupt
			}
			if fn, ok := R[argA(inst)].(*lua.LFunction); ok && fn.IsG && fn.Proto != nil {
				q := (*QuickWay)(unsafe.Pointer(fn.Proto))
				A, n := argA(inst), argC(inst)
				cf.Pc = pc
				// The results go above the arguments, where the call would have been.
				got := q.Call(m, R[A+1:A+3], R[A+3:A+3+n])
				if !q.fieldsStay() {
					m.cache.aged()
				}
				if got >= 0 {
					for i := uint32(got); i < n; i++ {
						R[(A+3+i)&0xff] = lua.LNil
					}
					goto iterated
				}
				if got == Parked || got == calls {
					R[(A+5)&0xff], R[(A+4)&0xff], R[(A+3)&0xff] = R[(A+2)&0xff], R[(A+1)&0xff], fn
					th.ends(got, cf, fn, cf.LocalBase+int(A)+3, 2, int(n))
					goto called
				}
			}
			at := argA(inst) + 3
			R[(at+2)&0xff], R[(at+1)&0xff], R[at&0xff] = R[(at-1)&0xff], R[(at-2)&0xff], R[(at-3)&0xff]
			cf.Pc = pc
			if !th.call(cf, cf.LocalBase+int(at), 2, int(argC(inst))) {
				goto called
			}
			R = th.registers(cf)
			goto iterated
		case lua.OP_SETLIST:
			C := int(argC(inst))
			if C == 0 {
				C = int(code[pc])
				pc++
			}
			n := int(argB(inst))
			cf.Pc = pc
			if n == 0 {
				n = th.reg.top - cf.LocalBase - int(argA(inst)) - 1
				m.work(slotBytes * n)
			}
			if t, ok := R[argA(inst)].(*lua.LTable); ok {
				at := cf.LocalBase + int(argA(inst)) + 1
				inTable(t).setList(m, (C-1)*lua.FieldsPerFlush+1, th.reg.array[at:at+n])
			}
			continue
		case lua.OP_NOP: // where the code is long
			if m.fuel -= codegen.Pause >> 6; m.fuel <= 0 {
				goto interrupt
			}
			continue
		case opTrap: // never without coverage
			inst = th.trap(cf, pc-1)
			goto handler
		case lua.OP_CLOSE:
			th.closeUpvalues(cf.LocalBase + int(argA(inst)))
			continue
		case lua.OP_CLOSURE:
			p := cf.Fn.Proto.FunctionPrototypes[argBx(inst)]
			R[argA(inst)] = th.closure(cf, p, pc)
			pc += int(p.NumUpvalues)
			continue
		case lua.OP_VARARG:
			th.vararg(cf, int(argA(inst)), int(argB(inst))-1)
			R = th.registers(cf)
			continue

		case lua.OP_CALL:
			if m.fuel--; m.fuel <= 0 {
				goto interrupt
			}
			at := cf.LocalBase + int(argA(inst))
			nargs := int(argB(inst)) - 1
			if nargs < 0 {
				nargs = th.reg.top - at - 1
				if nargs > maxFrame {
					m.spend(slotBytes * nargs)
				}
			}
			cf.Pc = pc
			if callee, ok := R[argA(inst)].(*lua.LFunction); !ok {
			} else if p := callee.Proto; callee.IsG {
				if p != nil && th.quick(cf, callee, at, nargs, int(argC(inst))-1) {
					if in(&th.l).currentFrame != cf {
						goto called
					}
					R = th.registers(cf)
					continue
				}
			} else { // as call does it, where nothing has to grow
				if p.IsVarArg&lua.VarArgIsVarArg == 0 && at+1+max(int(p.NumUsedRegisters), nargs) <= th.high {
					for i := nargs; i < int(p.NumParameters); i++ {
						th.reg.array[at+1+i] = lua.LNil
					}
					if spoiling {
						th.spoil(at+1+int(p.NumParameters), at+1+int(p.NumUsedRegisters))
					}
					m.fuel -= len(p.Code) >> 6
					if th.stack.segSp >= framesPerSegment {
						th.nextSegment()
					}
					f := th.stack.next()
					th.set(f, cf, callee, at, nargs, int(argC(inst))-1)
					th.push(f)
					cf = f
					code, k, R, pc = th.window(cf)
					continue
				}
				th.callLua(cf, callee, at, nargs, int(argC(inst))-1)
				goto load
			}
			if !th.call(cf, at, nargs, int(argC(inst))-1) {
				goto called
			}
			R = th.registers(cf)
			continue
		case lua.OP_TAILCALL:
			if m.fuel--; m.fuel <= 0 {
				goto interrupt
			}
			at := cf.LocalBase + int(argA(inst))
			nargs := int(argB(inst)) - 1
			if nargs < 0 {
				nargs = th.reg.top - at - 1
				if nargs > maxFrame {
					m.spend(slotBytes * nargs)
				}
			}
			cf.Pc = pc
			if callee, ok := R[argA(inst)].(*lua.LFunction); !ok {
			} else if p := callee.Proto; callee.IsG {
				if p != nil && th.quick(cf, callee, at, nargs, lua.MultRet) {
					if in(&th.l).currentFrame != cf {
						goto called
					}
					R = th.registers(cf)
					continue
				}
			} else if th.tailCallLua(cf, callee, at, nargs) {
				code, k, R, pc = th.window(cf)
				continue
			}
			if !th.tailCall(cf, at, nargs) {
				goto called
			}
			R = th.registers(cf)
			continue // a function in Go has returned: the RETURN that follows hands its results on
		case lua.OP_RETURN:
			// Only registers of this frame that a closure of its own captured can be open above LocalBase.
			if th.open != nil && len(cf.Fn.Proto.FunctionPrototypes) != 0 {
				th.closeUpvalues(cf.LocalBase)
			}
			nret, want := int(argB(inst))-1, cf.NRet
			if nret < 0 {
				nret = th.reg.top - cf.LocalBase - int(argA(inst))
				if nret > maxFrame {
					m.spend(slotBytes * nret)
				}
			}
			if want < 0 {
				want = nret
			}
			top := cf.ReturnBase + want
			if top > th.high {
				th.reach(top)
				R = th.registers(cf)
			}
			if want == 1 && nret == 1 {
				th.reg.array[top-1] = R[argA(inst)]
			} else if want != 0 {
				from := cf.LocalBase + int(argA(inst))
				moveResults(th.reg.array[cf.ReturnBase:top], th.reg.array[from:from+nret])
			}
			th.reg.top = top
			if spoiling {
				th.spoil(top, cf.end())
			}
			th.stack.pop()
			up := cf.Parent
			in(&th.l).currentFrame = up
			if cf == base {
				return
			}
			if up == nil || up.Fn.IsG {
				th.endCall(up)
				goto called
			}
			cf = up
			code, k, R, pc = th.window(cf)
			if inst = code[pc-1]; op(inst) == lua.OP_TFORLOOP {
				goto iterated
			}
			continue
		}
		// gopher-lua's handler
		cf.Pc = pc
		th.reg.top = max(th.reg.top, cf.end())
		jumpTable[inst>>26](&th.l, inst, base)
		th.ownAll()
		pc = cf.Pc
		R = th.registers(cf)
		continue

	loaded: // a number of a field
		if o := op(inst); o == lua.OP_GETTABLEKS || o == lua.OP_GETGLOBAL {
			goto number
		}
	own: // the rarer ones: each that does it itself has room in the frame for it
		th.setOwn(cf, R, argA(inst), f)
		continue

	number: // where something may copy it
		m.nums.put(&R[argA(inst)], f)
		continue

	arith: // operands that are not both numbers
		{
			cf.Pc = pc
			th.reg.top = max(th.reg.top, cf.end())
			v := th.arith(codegen.Base(op(inst)), rk(argB(inst), R, k), rk(argC(inst), R, k))
			R = th.registers(cf)
			R[argA(inst)] = v
			continue
		}

	long: // two strings that it takes a moment to compare
		{
			cf.Pc = pc
			th.reg.top = max(th.reg.top, cf.end())
			x, _ := rk(argB(inst), R, k).(lua.LString)
			y, _ := rk(argC(inst), R, k).(lua.LString)
			c := m.compare(string(x), string(y))
			if holds := c == 0 && op(inst) != lua.OP_LT || c < 0 && op(inst) != lua.OP_EQ; holds == (argA(inst) != 0) {
				goto taken
			}
			pc++
			continue
		}

	access: // more than one table has to do with, or what is no plain case of one
		cf.Pc = pc
		th.reg.top = max(th.reg.top, cf.end())
		th.access(cf, inst)
		R = th.registers(cf)
		continue

	iterated: // the iterator of a TFORLOOP has returned
		if v := R[(argA(inst)+3)&0xff]; !isNil(v) {
			R[(argA(inst)+2)&0xff] = v
			m.fuel += sBx(code[pc]) >> 6
			pc += sBx(code[pc])
		}
		pc++
		continue

	taken: // a test holds: the jump behind it is made at once
		if next := code[pc]; op(next) == lua.OP_JMP {
			if d := sBx(next); d >= 0 {
				pc += d + 1
			} else if m.fuel > 1 { // else let it see to the budget itself
				m.fuel += d >> 6
				pc += d + 1
			}
		}
	}

called: // another frame is on top, or none, or another thread goes on
	th = m.cur
	if cf = in(&th.l).currentFrame; m.left || cf == nil {
		return
	}
	if cf.Pc == 0 {
		goto load
	}
	goto back

interrupt:
	{
		cf.Pc = pc
		top := th.reg.top // where the arguments of an open call end
		th.reg.top = max(top, cf.end())
		m.refuel()
		th.tidy()
		th.reg.top = top
		cf.Pc = pc - 1
		goto load
	}
}

// iterated is what TFORLOOP does after its iterator has returned, where a call has returned to cf in a roundabout way.
//
//go:noinline
func (th *Thread) iterated(cf *callFrame) {
	code := cf.Fn.Proto.Code
	inst := code[cf.Pc-1]
	if op(inst) != lua.OP_TFORLOOP {
		return
	}
	R := th.registers(cf)
	if v := R[(argA(inst)+3)&0xff]; !isNil(v) {
		R[(argA(inst)+2)&0xff] = v
		cf.Pc += sBx(code[cf.Pc])
	}
	cf.Pc++
}
