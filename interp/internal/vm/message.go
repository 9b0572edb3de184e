package vm

import (
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
)

// errorf raises an error of the interpreter itself: with the position, where a function of Lua runs (PUC's luaG_runerror).
func (th *Thread) errorf(format string, args ...any) {
	Raise(&th.l, lua.LString(th.position()+message(format, args...)))
}

func (th *Thread) position() string {
	if cf := in(&th.l).currentFrame; cf != nil && !cf.Fn.IsG {
		return fmt.Sprintf("%s:%d: ", cf.Fn.Proto.SourceName, lineOf(cf))
	}
	return ""
}

// maxShown is how many bytes of a name messages show, positions and tracebacks too. Scripts can make names of any length, and keep
// messages by the thousand.
const maxShown = 500

// Short is a name as messages show it: what is longer than maxShown is cut, and ends in dots.
func Short(name string) string { return Cut(name, maxShown) }

// Cut is text as messages show it, with no more than n bytes of it.
func Cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return text[:n-3] + "..."
}

// Whole is a text that Errorf does not cut, as it does names. Its maker sees to its length.
type Whole string

// message is fmt.Sprintf, but that it cuts names.
func message(format string, args ...any) string {
	for i, a := range args {
		if s, ok := a.(string); ok && len(s) > maxShown {
			args[i] = Short(s)
		}
	}
	return fmt.Sprintf(format, args...)
}

// typeError says that v, which is in register at (-1: in none), does not bear an operation, and names it as the script
// does (PUC's luaG_typeerror).
func (th *Thread) typeError(op string, v lua.LValue, at int) {
	what := fmt.Sprintf("a %s value", TypeName(v))
	cf := in(&th.l).currentFrame
	inLua := cf != nil && !cf.Fn.IsG
	reg := -1
	if inLua && at >= 0 {
		if kind, name := nameOf(cf, at-cf.LocalBase); kind != "" {
			what, reg = fmt.Sprintf("%s '%s' (%s)", kind, name, what), at-cf.LocalBase
		}
	}
	text := fmt.Sprintf("%sattempt to %s %s", th.position(), op, what)
	if inLua {
		if op == "call" && isLoop(cf) && th.hasMethod(v, "items") {
			text += "; write: for v in q:items() do"
		}
		th.m.note(text, op, v, cf, reg)
	}
	Raise(&th.l, lua.LString(text))
}

// isLoop reports whether the running instruction of cf calls the iterator of a for.
func isLoop(cf *callFrame) bool {
	pc := cf.Pc - 1
	return pc >= 0 && op(cf.Fn.Proto.Code[pc]) == lua.OP_TFORLOOP
}

// hasMethod reports whether an object of the host's has a method of that name.
func (th *Thread) hasMethod(v lua.LValue, name string) bool {
	if _, ok := v.(*lua.LUserData); !ok {
		return false
	}
	methods, ok := th.metamethod(v, "__index").(*lua.LTable)
	return ok && Field(methods, name).Type() == lua.LTFunction
}

// TypeName is the type of a value, as messages say it: of an object of the host's the name that it goes by.
func TypeName(v lua.LValue) string {
	if ud, ok := v.(*lua.LUserData); ok && ud.Value != nil { // a script may give its own any name
		if mt, ok := ud.Metatable.(*lua.LTable); ok {
			if name, ok := Field(mt, "__metatable").(lua.LString); ok {
				return string(name)
			}
		}
	}
	return v.Type().String()
}

// raised is the Panic of every thread. An error of a handler of gopher-lua's is said as PUC says it: the frame is still there,
// with the instruction that failed.
func raised(L *lua.LState) {
	v := L.Get(-1)
	if s, ok := v.(lua.LString); ok {
		th := ThreadOf(L)
		if cf := in(L).currentFrame; th != nil && cf != nil && !cf.Fn.IsG && cf.Pc > 0 {
			th.explain(cf, string(s))
		}
	}
	panic(&lua.ApiError{Type: lua.ApiErrorRun, Object: v})
}

// explain raises PUC's text for one of gopher-lua's handlers', or returns if it does not know better.
func (th *Thread) explain(cf *callFrame, text string) {
	inst := cf.Fn.Proto.Code[cf.Pc-1]
	B, C := int(inst&0x1ff), int(inst>>9)&0x1ff
	operand := func(x int) (lua.LValue, int) {
		if x&0x100 != 0 {
			return cf.Fn.Proto.Constants[x&0xff], -1
		}
		return th.reg.array[cf.LocalBase+x], cf.LocalBase + x
	}
	switch op := codegen.Base(op(inst)); op {
	case lua.OP_LEN:
		if strings.HasSuffix(text, "__len undefined") {
			v, at := operand(B)
			th.typeError("get length of", v, at)
		}
	case lua.OP_LT, lua.OP_LE:
		if strings.Contains(text, "attempt to compare ") {
			a, _ := operand(B)
			b, _ := operand(C)
			th.orderError(a, b)
		}
	}
	if strings.HasSuffix(text, "registry overflow") {
		th.errorf("stack overflow")
	}
}

// orderError is PUC's luaG_ordererror.
func (th *Thread) orderError(a, b lua.LValue) {
	if a.Type() == b.Type() {
		th.errorf("attempt to compare two %s values", a.Type())
	}
	text := fmt.Sprintf("%sattempt to compare %s with %s", th.position(), a.Type(), b.Type())
	if isText(a) && isText(b) {
		th.m.noteOrder(text)
	}
	Raise(&th.l, lua.LString(text))
}

// nameOf tells by what name the running instruction of cf knows the value in a register (PUC's getobjname): a local's, or
// what the instruction that loaded it says.
func nameOf(cf *callFrame, reg int) (kind, name string) {
	kind, name, _ = origin(cf, reg)
	return kind, name
}

// origin is nameOf, and the place of the instruction that loaded the value.
func origin(cf *callFrame, reg int) (kind, name string, at int) {
	p := cf.Fn.Proto
	if i := p.Code[cf.Pc-1]; op(i) == lua.OP_TFORLOOP && reg > int(i>>18)&0xff+2 {
		return "", "", -1 // the copy that the loop calls; PUC finds what was in the register before
	}
	for pc := cf.Pc - 1; ; {
		if name, ok := cf.Fn.LocalName(reg+1, pc); ok {
			return "local", Short(name), -1
		}
		at := loadedBy(p, pc, reg)
		if at < 0 {
			return "", "", -1
		}
		inst := p.Code[at]
		B, C := int(inst&0x1ff), int(inst>>9)&0x1ff
		switch codegen.Base(op(inst)) {
		case lua.OP_GETGLOBAL:
			return "global", Short(p.Constants[inst&0x3ffff].String()), at
		case lua.OP_MOVE, lua.OP_MOVEN:
			if B >= reg {
				return "", "", -1
			}
			reg, pc = B, at
			continue
		case lua.OP_GETTABLE, lua.OP_GETTABLEKS:
			return "field", constantName(p, C), at
		case lua.OP_SELF:
			return "method", constantName(p, C), at
		case lua.OP_GETUPVAL:
			if B < len(p.DbgUpvalues) {
				return "upvalue", Short(p.DbgUpvalues[B]), at
			}
		}
		return "", "", -1
	}
}

func constantName(p *lua.FunctionProto, x int) string {
	if x&0x100 != 0 {
		if s, ok := p.Constants[x&0xff].(lua.LString); ok {
			return Short(string(s))
		}
	}
	return "?"
}

// loadedBy finds the instruction before pc that has set a register last, -1 if none has (PUC's symbexec): it goes through
// the code in order, and makes the jumps that lead forward but not past pc.
func loadedBy(p *lua.FunctionProto, last, reg int) int {
	found := -1
	for pc := 0; pc < last; pc++ {
		inst := p.Code[pc]
		A, B, C := int(inst>>18)&0xff, int(inst&0x1ff), int(inst>>9)&0x1ff
		sets := false
		switch codegen.Base(op(inst)) {
		case lua.OP_MOVE, lua.OP_MOVEN, lua.OP_LOADK, lua.OP_LOADBOOL, lua.OP_GETUPVAL, lua.OP_GETGLOBAL, lua.OP_GETTABLE, lua.OP_GETTABLEKS,
			lua.OP_NEWTABLE, lua.OP_ADD, lua.OP_SUB, lua.OP_MUL, lua.OP_DIV, lua.OP_MOD, lua.OP_POW, lua.OP_UNM, lua.OP_NOT, lua.OP_LEN,
			lua.OP_CONCAT, lua.OP_TEST, lua.OP_TESTSET, lua.OP_FORPREP, lua.OP_FORLOOP:
			sets = A == reg
		case lua.OP_LOADNIL:
			sets = A <= reg && reg <= B
		case lua.OP_SELF:
			sets = A == reg || A+1 == reg
		case lua.OP_TFORLOOP:
			sets = reg >= A+2
		case lua.OP_CALL, lua.OP_TAILCALL:
			sets = reg >= A
		case lua.OP_VARARG:
			sets = reg >= A && (B == 0 || reg < A+B-1)
		case lua.OP_CLOSURE:
			sets = A == reg
			if sets {
				found = pc
			}
			pc += int(p.FunctionPrototypes[inst&0x3ffff].NumUpvalues)
			continue
		case lua.OP_SETLIST:
			if C == 0 {
				pc++
			}
		}
		if sets {
			found = pc
		}
		switch codegen.Base(op(inst)) {
		case lua.OP_JMP, lua.OP_FORLOOP, lua.OP_FORPREP:
			if to := pc + 1 + sBx(inst); to > pc && to <= last {
				pc = to - 1
			}
		}
	}
	return found
}
