package vm

import (
	"math/bits"

	lua "github.com/yuin/gopher-lua"
)

// metamethod is the metamethod of v for an event, or nil: for the loop, and for Go code behind agedBy, as the cache may know it.
func (th *Thread) metamethod(v lua.LValue, event string) lua.LValue {
	var mt lua.LValue
	switch v := v.(type) {
	case *lua.LTable:
		mt = v.Metatable
	case *lua.LUserData:
		mt = v.Metatable
	default:
		mt = inGlobal(th.l.G).builtinMts[int(v.Type())]
	}
	if t, ok := mt.(*lua.LTable); ok {
		if h := th.m.rawField(t, event); h != nil {
			return h
		}
	}
	return lua.LNil
}

// binary calls the metamethod of a or else b for an event; ok is false if there is none.
func (th *Thread) binary(event string, a, b lua.LValue) (v lua.LValue, ok bool) {
	fn := th.metamethod(a, event)
	if isNil(fn) {
		if fn = th.metamethod(b, event); isNil(fn) {
			return nil, false
		}
	}
	return th.call2(fn, a, b), true
}

// access is an instruction that reads or writes a table, in all its cases. The frame's registers are below the top.
//
//go:noinline
func (th *Thread) access(cf *callFrame, inst uint32) {
	R := th.reg.array[cf.LocalBase:]
	k := cf.Fn.Proto.Constants
	operand := func(x uint32) lua.LValue {
		if x&0x100 != 0 {
			return k[x&0xff]
		}
		th.fresh(&R[x])
		return R[x]
	}
	A, B, C := argA(inst), argB(inst), argC(inst)
	var v lua.LValue
	switch op(inst) {
	case lua.OP_GETGLOBAL:
		v = th.getTable(cf.Fn.Env, k[argBx(inst)], -1)
	case lua.OP_SETGLOBAL:
		th.setTable(cf.Fn.Env, k[argBx(inst)], R[A], -1)
		return
	case lua.OP_SETTABLE, lua.OP_SETTABLEKS:
		th.setTable(R[A], operand(B), operand(C), cf.LocalBase+int(A))
		return
	case lua.OP_SELF:
		t := operand(B)
		v = th.getTable(t, operand(C), cf.LocalBase+int(B))
		th.reg.array[cf.LocalBase+int(A)+1] = t
	default:
		v = th.getTable(operand(B), operand(C), cf.LocalBase+int(B))
	}
	th.reg.array[cf.LocalBase+int(A)] = v
}

// fewHops is how many tables may be looked at, one by way of another's metatable, until each counts as work.
const fewHops = 8

// getTable is v[key] (PUC's luaV_gettable); v is in register at, or none if that is -1.
func (th *Thread) getTable(v, key lua.LValue, at int) lua.LValue {
	for i := range lua.MaxTableGetLoop {
		if i > fewHops {
			th.m.work(WorkBytes)
		}
		t, ok := v.(*lua.LTable)
		if ok {
			if got := inTable(t).get(th.m, key); !isNil(got) {
				return got
			}
			if isNil(t.Metatable) {
				return lua.LNil
			}
		}
		h := th.metamethod(v, "__index")
		if isNil(h) {
			if ok {
				return lua.LNil
			}
			th.typeError("index", v, at)
		}
		if h.Type() == lua.LTFunction {
			return th.call2(h, v, key)
		}
		v, at = h, -1
	}
	th.errorf("loop in gettable")
	return nil
}

// setTable is v[key] = val (PUC's luaV_settable).
func (th *Thread) setTable(v, key, val lua.LValue, at int) {
	for i := range lua.MaxTableGetLoop {
		if i > fewHops {
			th.m.work(WorkBytes)
		}
		t, ok := v.(*lua.LTable)
		if ok {
			if isNil(key) {
				th.errorf("table index is nil")
			}
			if n, ok := key.(lua.LNumber); ok && n != n {
				th.errorf("table index is NaN")
			}
			if isNil(t.Metatable) || !isNil(inTable(t).get(th.m, key)) {
				inTable(t).set(th.m, key, val)
				return
			}
		}
		h := th.metamethod(v, "__newindex")
		if isNil(h) {
			if !ok {
				th.typeError("index", v, at)
			}
			inTable(t).set(th.m, key, val)
			return
		}
		if h.Type() == lua.LTFunction {
			th.call3(h, v, key, val)
			return
		}
		v, at = h, -1
	}
	th.errorf("loop in settable")
}

// Index is v[key], from a Go function that runs on L.
func Index(L *lua.LState, v, key lua.LValue) lua.LValue {
	if th := ThreadOf(L); th != nil {
		th.m.agedBy(in(L).currentFrame.function())
		return th.getTable(v, key, -1)
	}
	return L.GetTable(v, key)
}

// SetIndex is v[key] = val, from a Go function that runs on L.
func SetIndex(L *lua.LState, v, key, val lua.LValue) {
	if th := ThreadOf(L); th != nil {
		th.m.agedBy(in(L).currentFrame.function())
		th.setTable(v, key, val, -1)
	} else {
		L.SetTable(v, key, val)
	}
}

var events = map[int]string{lua.OP_ADD: "__add", lua.OP_SUB: "__sub", lua.OP_MUL: "__mul", lua.OP_DIV: "__div", lua.OP_MOD: "__mod",
	lua.OP_POW: "__pow", lua.OP_UNM: "__unm"}

// arith is an operation whose operands are not both numbers (PUC's Arith): strings that are numbers are taken as such,
// anything else must have a metamethod. The frame's registers are below the top.
func (th *Thread) arith(op int, a, b lua.LValue) lua.LValue {
	x, ok1 := th.m.toNumber(a)
	y, ok2 := th.m.toNumber(b)
	if ok1 && ok2 {
		return th.m.nums.box(operate(op, x, y))
	}
	th.fresh(&a)
	th.fresh(&b)
	if v, ok := th.binary(events[op], a, b); ok {
		return v
	}
	cf := in(&th.l).currentFrame
	inst := cf.Fn.Proto.Code[cf.Pc-1]
	operand, v := int(inst>>9)&0x1ff, b
	if !ok1 || op == lua.OP_UNM {
		operand, v = int(inst&0x1ff), a
	}
	at := -1
	if operand < 0x100 {
		at = cf.LocalBase + operand
	}
	th.typeError("perform arithmetic on", v, at)
	return nil
}

func operate(op int, x, y float64) float64 {
	switch op {
	case lua.OP_ADD:
		return x + y
	case lua.OP_SUB:
		return x - y
	case lua.OP_MUL:
		return x * y
	case lua.OP_DIV:
		return x / y
	case lua.OP_MOD:
		return modulo(x, y)
	case lua.OP_POW:
		return power(x, y)
	}
	return -x
}

// concat is R(B) .. ... .. R(C), from the right, strings and numbers in a row at once (PUC's luaV_concat).
//
//go:noinline
func (th *Thread) concat(cf *callFrame, B, C int) lua.LValue {
	reg := &th.reg
	at := func(i int) lua.LValue { return reg.array[cf.LocalBase+i] }
	acc := at(C)
	for i := C - 1; i >= B; i-- {
		if isText(at(i)) && isText(acc) {
			last := i
			for i > B && isText(at(i-1)) {
				i--
			}
			acc = th.join(reg.array[cf.LocalBase+i:cf.LocalBase+last+1], acc)
			continue
		}
		v, ok := th.binary("__concat", at(i), acc)
		if !ok {
			bad, idx := at(i), cf.LocalBase+i
			if isText(bad) {
				if bad, idx = acc, -1; i == C-1 {
					idx = cf.LocalBase + C
				}
			}
			th.typeError("concatenate", bad, idx)
		}
		acc = v
	}
	return acc
}

// MaxText bounds the length of a string that scripts make, in bytes: 1 GiB, and 256 MiB where an int has 32 bits, which holds the sum of
// some.
const MaxText = 1 << (26 + bits.UintSize/16)

// join is the text of vals and of last.
func (th *Thread) join(vals []lua.LValue, last lua.LValue) lua.LValue {
	size := textSize(last)
	for _, v := range vals {
		if size += textSize(v); size > MaxText {
			th.errorf("string length overflow")
		}
	}
	if size > th.m.maxText {
		th.m.text(size)
	}
	var room [128]byte
	if size <= len(room) {
		buf := room[:0]
		for _, v := range vals {
			buf = appendText(buf, v)
		}
		return CopyText(appendText(buf, last))
	}
	buf := make([]byte, 0, size)
	for i := 0; i <= len(vals); i++ {
		v := last
		if i < len(vals) {
			v = vals[i]
		}
		if s, ok := v.(lua.LString); ok && len(s) > textPiece {
			for ; len(s) > textPiece; s = s[textPiece:] {
				buf = append(buf, s[:textPiece]...)
				th.m.look()
			}
			buf = append(buf, s...)
		} else {
			buf = appendText(buf, v)
		}
	}
	return Text(buf)
}

// textSize is the length of a string; of a number, the most it can be.
func textSize(v lua.LValue) int {
	if s, ok := v.(lua.LString); ok {
		return len(s)
	}
	return 24
}

func isText(v lua.LValue) bool {
	switch v.(type) {
	case lua.LString, lua.LNumber:
		return true
	}
	return false
}

// appendText appends a string, or a number as tostring shows it.
func appendText(buf []byte, v lua.LValue) []byte {
	switch v := v.(type) {
	case lua.LString:
		return append(buf, v...)
	case lua.LNumber:
		return AppendNumber(buf, v)
	}
	return append(buf, v.String()...)
}

// forNumbers makes numbers of the three values of a numeric for; strings are converted.
func (th *Thread) forNumbers(R *values, A int) {
	for i, what := range []string{"initial value", "limit", "step"} {
		n, ok := th.m.toNumber(R[(A+i)&0xff])
		if !ok {
			th.errorf("'for' %s must be a number", what)
		}
		R[(A+i)&0xff] = lua.LNumber(n)
	}
}
