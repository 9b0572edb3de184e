package vm

import (
	"fmt"
	"strings"
	"unsafe"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
)

// OpenDebug fills the table debug, as far as it lets scripts look: what writes to the running functions (sethook,
// setlocal), shows the host's own (getregistry) or talks to a terminal (debug) raises an error, but only when it is called, so
// that programs which keep all of debug somewhere run.
func OpenDebug(m *Machine, t *lua.LTable) {
	Define(m.root, t, []Named{
		{Name: lua.LString("debug"), Fn: unsupported("debug")}, {Name: lua.LString("getregistry"), Fn: unsupported("getregistry")},
		{Name: lua.LString("setlocal"), Fn: unsupported("setlocal")},
		{Name: lua.LString("getfenv"), Fn: debugGetfenv}, {Name: lua.LString("gethook"), Fn: debugGethook},
		{Name: lua.LString("getinfo"), Fn: debugGetinfo}, {Name: lua.LString("getlocal"), Fn: debugGetlocal},
		{Name: lua.LString("getmetatable"), Fn: m.debugGetmetatable}, {Name: lua.LString("getupvalue"), Fn: debugGetupvalue},
		{Name: lua.LString("setfenv"), Fn: debugSetfenv}, {Name: lua.LString("sethook"), Fn: debugSethook},
		{Name: lua.LString("setmetatable"), Fn: debugSetmetatable}, {Name: lua.LString("setupvalue"), Fn: debugSetupvalue},
		{Name: lua.LString("traceback"), Fn: debugTraceback},
	})
}

// unsupported is a function of debug that is there to say that it is not.
func unsupported(name string) lua.LGFunction {
	return func(L *lua.LState) int {
		Errorf(L, "debug.%s is not supported", name)
		return 0
	}
}

// subject is the thread that a function of debug is about, its first argument if that is one, and how many arguments that
// took. The thread is nil for a coroutine that does not run and never has.
func subject(L *lua.LState) (l *lstate, self bool, arg int) {
	h, ok := L.Get(1).(*lua.LState)
	if !ok {
		return in(L), true, 0
	}
	if h == L {
		return in(L), true, 1
	}
	if co := coroutineOf(h); co != nil && co.th != nil {
		return in(&co.th.l), &co.th.l == L, 1
	}
	return &lstate{}, false, 1
}

// debugGethook says that there is no hook.
func debugGethook(L *lua.LState) int {
	L.Push(lua.LNil)
	L.Push(lua.LString(""))
	L.Push(lua.LNumber(0))
	return 3
}

// debugSethook is debug.sethook([thread,] [hook, mask [, count]]) of a Lua without hooks: turning them off is no error.
func debugSethook(L *lua.LState) int {
	if _, _, arg := subject(L); !isNil(L.Get(arg + 1)) {
		Errorf(L, "debug.sethook is not supported")
	}
	return 0
}

const (
	tracebackFirst = 12 // levels at the top, and at the bottom, that debug.traceback shows at most: PUC's LEVELS1 and LEVELS2
	tracebackLast  = 10
)

// debugTraceback is debug.traceback([thread,] [message [, level]]).
func debugTraceback(L *lua.LState) int {
	l, self, arg := subject(L)
	level := 0
	if self {
		level = 1
	}
	if n, ok := ToNumber(L, L.Get(arg+2)); ok {
		level = max(Int(n), 0)
	}
	var b strings.Builder
	if L.GetTop() > arg {
		v := L.Get(arg + 1)
		if !isText(v) {
			L.Push(v)
			return 1
		}
		text := ValueText(v)
		if len(text) > longText {
			CheckText(L, len(text))
			b.Grow(len(text) + textPiece) // the traceback as well, so that the text is not copied once more
		}
		b.WriteString(text)
		b.WriteByte('\n')
	}
	b.WriteString("stack traceback:")
	total := 0
	for cf := l.currentFrame; cf != nil; cf = cf.Parent {
		if total++; !cf.Fn.IsG {
			total += cf.TailCall
		}
	}
	if l.beneath() != nil {
		total++
	}
	cut := false
	for i := level; i < total; i++ {
		if i >= tracebackFirst && !cut {
			if cut = true; i+tracebackLast+1 < total {
				b.WriteString("\n\t...")
				i = total - tracebackLast
			}
		}
		cf := frameAt(l, i)
		b.WriteString("\n\t" + shortSource(cf) + ":")
		if line := currentLine(cf); line > 0 {
			fmt.Fprintf(&b, "%d:", line)
		}
		_, name := calledAs(cf)
		switch {
		case name != "":
			b.WriteString(" in function '" + name + "'")
		case cf.Fn.IsG:
			b.WriteString(" ?")
		case cf.Fn.Proto.LineDefined == 0:
			b.WriteString(" in main chunk")
		default:
			fmt.Fprintf(&b, " in function <%s:%d>", shortSource(cf), cf.Fn.Proto.LineDefined)
		}
	}
	if h, ok := L.Get(1).(*lua.LState); ok && arg == 1 {
		if co := coroutineOf(h); co != nil {
			for _, f := range co.died {
				b.WriteString("\n\t" + f.String())
			}
		}
	}
	L.Push(lua.LString(b.String()))
	return 1
}

func shortSource(cf *callFrame) string {
	switch {
	case cf == replaced:
		return "(tail call)"
	case cf.Fn.IsG:
		return "[C]"
	}
	return cf.Fn.Proto.SourceName
}

func currentLine(cf *callFrame) int {
	if cf.Fn.IsG {
		return -1
	}
	return lineOf(cf)
}

// debugGetinfo is debug.getinfo([thread,] function [, what]).
func debugGetinfo(L *lua.LState) int {
	l, _, arg := subject(L)
	what := "flnSu"
	if v := L.Get(arg + 2); isText(v) {
		what = v.String()
	} else if !isNil(v) {
		TypeError(L, arg+2, "string")
	}
	if strings.Trim(what, "flnSuL") != "" {
		ArgError(L, arg+2, "invalid option")
	}
	var cf *callFrame
	fn, ok := L.Get(arg + 1).(*lua.LFunction)
	if !ok {
		n, ok := ToNumber(L, L.Get(arg+1))
		if !ok {
			ArgError(L, arg+1, "function or level expected")
		}
		if cf = frameAt(l, Int(n)); cf == nil || !(n >= 0) {
			L.Push(lua.LNil)
			return 1
		}
		fn = cf.Fn
	}
	t := L.CreateTable(0, 12)
	set := func(key string, v lua.LValue) { t.RawSetString(key, v) }
	for _, c := range what {
		switch c {
		case 'f':
			if cf != replaced {
				set("func", fn)
			}
		case 'l':
			line := -1
			if cf != nil {
				line = currentLine(cf)
			}
			set("currentline", lua.LNumber(line))
		case 'n':
			kind, name := "", ""
			if cf != nil && cf != replaced {
				kind, name = calledAs(cf)
			}
			if set("namewhat", lua.LString(kind)); name != "" {
				set("name", lua.LString(name))
			}
		case 'S':
			source, short, kind, first, last := "=[C]", "[C]", "C", -1, -1
			switch {
			case cf == replaced:
				source, short, kind = "=(tail call)", "(tail call)", "tail"
			case !fn.IsG:
				p := fn.Proto
				source, short, kind, first, last = codegen.SourceOf(p), p.SourceName, "Lua", p.LineDefined, p.LastLineDefined
				if first == 0 {
					kind = "main"
				}
			}
			set("source", lua.LString(source))
			set("short_src", lua.LString(short))
			set("what", lua.LString(kind))
			set("linedefined", lua.LNumber(first))
			set("lastlinedefined", lua.LNumber(last))
		case 'u':
			n := 0
			if !fn.IsG {
				n = len(fn.Upvalues)
			}
			set("nups", lua.LNumber(n))
		case 'L':
			if !fn.IsG {
				lines := L.CreateTable(0, 0)
				for _, line := range fn.Proto.DbgSourcePositions {
					Set(L, lines, lua.LNumber(line), lua.LTrue)
				}
				set("activelines", lines)
			}
		}
	}
	L.Push(t)
	return 1
}

// debugGetlocal is debug.getlocal([thread,] level, n), for the locals that have a name.
func debugGetlocal(L *lua.LState) int {
	l, _, arg := subject(L)
	cf := frameAt(l, checkInt(L, arg+1))
	n := checkInt(L, arg+2)
	if cf == nil {
		ArgError(L, arg+1, "level out of range")
	}
	if !cf.Fn.IsG && n > 0 {
		if name, ok := cf.Fn.LocalName(n, cf.Pc-1); ok {
			L.Push(lua.LString(name))
			v := &l.reg.array[cf.LocalBase+n-1]
			if th := ThreadOf((*lua.LState)(unsafe.Pointer(l))); th != nil {
				th.fresh(v)
			}
			L.Push(*v)
			return 2
		}
	}
	L.Push(lua.LNil)
	return 1
}

// upvalueArg is the upvalue that a function of debug is about; nil if there is none.
func upvalueArg(L *lua.LState) (*lua.Upvalue, string) {
	fn, n := checkFunction(L, 1), checkInt(L, 2)
	if fn.IsG || n < 1 || n > len(fn.Upvalues) {
		return nil, ""
	}
	name := ""
	if n <= len(fn.Proto.DbgUpvalues) {
		name = fn.Proto.DbgUpvalues[n-1]
	}
	return fn.Upvalues[n-1], name
}

func debugGetupvalue(L *lua.LState) int {
	uv, name := upvalueArg(L)
	if uv == nil {
		return 0
	}
	L.Push(lua.LString(name))
	L.Push(uv.Value())
	return 2
}

func debugSetupvalue(L *lua.LState) int {
	v := checkAny(L, 3)
	uv, name := upvalueArg(L)
	if uv == nil {
		return 0
	}
	if u := inUpvalue(uv); u.closed {
		u.value = v
	} else {
		u.reg.array[u.index] = v
	}
	L.Push(lua.LString(name))
	return 1
}

func (m *Machine) debugGetmetatable(L *lua.LState) int {
	v := checkAny(L, 1)
	mt := Metatable(L, v)
	if _, object := v.(*lua.LUserData); object {
		if t, ok := mt.(*lua.LTable); ok {
			m.Unseal(t)
		}
	}
	L.Push(mt)
	return 1
}

func debugSetmetatable(L *lua.LState) int {
	mt := L.Get(2)
	if t, ok := mt.(*lua.LTable); ok {
		inTable(t).thaw()
	} else if !isNil(mt) || L.GetTop() < 2 {
		ArgError(L, 2, "nil or table expected")
	}
	if t, ok := L.Get(1).(*lua.LTable); !ok || !isNil(mt) || !IsList(t) { // a list without a metatable stays one
		L.SetMetatable(L.Get(1), mt)
	}
	L.Push(lua.LTrue)
	return 1
}

func debugGetfenv(L *lua.LState) int {
	switch v := checkAny(L, 1).(type) {
	case *lua.LFunction:
		L.Push(v.Env)
	case *lua.LState:
		L.Push(*environmentOfThread(v))
	case *lua.LUserData:
		if v.Env == nil {
			L.Push(L.G.Global)
		} else {
			L.Push(v.Env)
		}
	default:
		L.Push(lua.LNil)
	}
	return 1
}

// environmentOfThread is where the environment of a coroutine's thread is: a thread of its own it has from its first resume to
// its end.
func environmentOfThread(h *lua.LState) **lua.LTable {
	if co := coroutineOf(h); co != nil && co.th != nil {
		return &in(&co.th.l).Env
	}
	return &in(h).Env
}

func debugSetfenv(L *lua.LState) int {
	env := checkTable(L, 2)
	switch v := L.Get(1).(type) {
	case *lua.LFunction:
		v.Env = env
	case *lua.LState:
		*environmentOfThread(v) = env
	case *lua.LUserData:
		v.Env = env
	default:
		Errorf(L, "'setfenv' cannot change environment of given object")
	}
	L.Push(L.Get(1))
	return 1
}
