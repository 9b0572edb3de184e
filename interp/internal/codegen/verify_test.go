package codegen

import (
	"fmt"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/parser"
)

// verify checks what the VM takes on trust: that every operand of every instruction is in range, and every jump.
func verify(p *lua.FunctionProto) (err error) {
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
		op, a, b, c, bx := opOf(in), argA(in), argB(in), argC(in), int(in&0x3ffff)
		next := func(want ...int) {
			ok := false
			for _, w := range want {
				ok = ok || pc+1 < len(p.Code) && opOf(p.Code[pc+1]) == w
			}
			check(ok, "wrong instruction behind")
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
			}
		case lua.OP_TFORLOOP:
			register(a + 2 + max(c, 3))
			next(lua.OP_JMP)
		case lua.OP_SETLIST:
			register(a + b)
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
	if err == nil && opOf(p.Code[len(p.Code)-1]) != lua.OP_RETURN {
		return fmt.Errorf("no RETURN at the end")
	}
	for _, in := range p.FunctionPrototypes {
		if err == nil {
			err = verify(in)
		}
	}
	return err
}

// FuzzCompile: whatever parses becomes code that the VM may trust, or an error with a place.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		"", "return 1", "local a, b = f() a.b, b = b, a[1]", "for i = 1, 2, -0 do local x = i function g() x = x + 1 end end",
		"for k, v in next, {} do if k then break end goto c ::c:: end", "t = {f(), 1, x = 2, [f()] = ..., g(...)}",
		"return not a and b or (c == d) ~= nil", "local function f(...) return f(...), (f(...)) end", "while a do repeat local b until b or c end",
		"x = a .. b .. c:d(1)'s'", "return function(a, ...) local arg return arg, a, f end", "local a <close>", "return -2 ^ -3 + #'x' % 0",
		"local a do local b = function() return a end goto e end ::e:: a()",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		chunk, err := parser.Parse(src)
		if err != nil {
			return
		}
		p, err := Compile(chunk, "f")
		if err == nil {
			err = verify(p)
		} else if err.(*parser.Error).Line > 0 {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", src, err)
		}
	})
}
