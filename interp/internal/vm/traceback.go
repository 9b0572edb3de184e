package vm

import (
	"fmt"
	"strconv"
	"strings"
	"unsafe"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
)

// Frame is one level of a traceback.
type Frame struct {
	Func   string // "function 'f'", "main chunk", "function <job.lua:12>"
	Source string
	Line   int  // -1: a function in Go
	Go     bool // a function in Go

	Proto *lua.FunctionProto // of one in Lua
	PC    int                // its instruction
}

func (f Frame) String() string {
	if strings.HasPrefix(f.Func, "(") { // levels that are left out
		return f.Func
	}
	if f.Go {
		return "[C]: in " + f.Func
	}
	return fmt.Sprintf("%s:%d: in %s", f.Source, f.Line, f.Func)
}

// A traceback of more levels than these two together leaves out the middle, as PUC's does.
const (
	firstFrames = 10
	lastFrames  = 11
)

// Traceback is where a thread is, innermost first: its frames from level on, then those of the threads that are in the
// middle of resuming it.
func Traceback(th *Thread, level int) []Frame {
	// Levels are found by their number: where every one of thousands of calls catches what the next raised, walking them
	// would take a time that grows with their square.
	total := 0
	for t := th; t != nil; t = t.parent {
		total += levels(t)
	}
	var out []Frame
	skip := total - level - firstFrames - lastFrames
	for i, below := level, 0; i < total; i++ { // below: levels of the threads inside th
		if skip > 1 && i-level == firstFrames {
			out = append(out, Frame{Func: fmt.Sprintf("(%d levels left out)", skip), Line: -1, Go: true})
			i += skip
		}
		for i-below >= levels(th) {
			below += levels(th)
			th = th.parent
		}
		idx := levels(th) - 1 - (i - below)
		out = append(out, frameOf(th.frameAt(idx)))
	}
	return out
}

// ownTraceback is Traceback without the threads that are resuming th.
func (th *Thread) ownTraceback() []Frame {
	parent := th.parent
	th.parent = nil
	out := Traceback(th, 0)
	th.parent = parent
	return out
}

// levels is how many calls are on the stack of th.
func levels(th *Thread) int {
	if cf := in(&th.l).currentFrame; cf != nil {
		return cf.Idx + 1
	}
	return 0
}

func frameOf(cf *callFrame) Frame {
	_, name := calledAs(cf)
	if cf.Fn.IsG {
		if name == "" {
			name = "?"
		}
		return Frame{Func: "function '" + name + "'", Line: -1, Go: true}
	}
	p := cf.Fn.Proto
	f := Frame{Source: p.SourceName, Line: lineOf(cf), Proto: p, PC: cf.Pc - 1}
	switch {
	case p.LineDefined == 0:
		f.Func = "main chunk"
	case name != "":
		f.Func = "function '" + name + "'"
	default:
		f.Func = fmt.Sprintf("function <%s:%d>", p.SourceName, p.LineDefined)
	}
	return f
}

// calledAs tells by what name the caller called the function of cf (PUC's getfuncname): nothing where a tail call, a
// metamethod or a function in Go has called it.
func calledAs(cf *callFrame) (kind, name string) {
	up := cf.Parent
	if up == nil || up.Fn.IsG || up.Pc == 0 || !cf.Fn.IsG && cf.TailCall > 0 {
		return "", ""
	}
	inst := up.Fn.Proto.Code[up.Pc-1]
	switch codegen.Base(op(inst)) {
	case lua.OP_CALL, lua.OP_TAILCALL, lua.OP_TFORLOOP:
		return nameOf(up, int(inst>>18)&0xff)
	}
	return "", ""
}

func lineOf(cf *callFrame) int {
	pos := cf.Fn.Proto.DbgSourcePositions
	if pc := cf.Pc - 1; pc >= 0 && pc < len(pos) {
		return pos[pc]
	}
	return cf.Fn.Proto.LineDefined
}

// CalleeName is the name by which the Go function that runs on L was called, "" if that cannot be told.
func CalleeName(L *lua.LState) string {
	cf := in(L).currentFrame
	if cf == nil {
		return ""
	}
	if _, name := calledAs(cf); name != "?" {
		return name
	}
	return ""
}

// Where is the position, such as "job.lua:12: ", of the function at that level above the one that runs on L; a
// function in Go is passed over for its caller, and a coroutine's own function for the one that resumed it. "" if there is none.
func Where(L *lua.LState, level int) string {
	for {
		for cf := in(L).currentFrame; cf != nil; cf = cf.Parent {
			if level--; level < 0 && !cf.Fn.IsG {
				return position(cf)
			}
		}
		th := ThreadOf(L)
		if th == nil || th.parent == nil {
			return ""
		}
		L = &th.parent.l
	}
}

// whereExactly is luaL_where: "" if the function at that level is in Go, or was replaced by a tail call.
func whereExactly(L *lua.LState, level int) string {
	cf := frameAt(in(L), level)
	if cf == nil || cf.Fn.IsG {
		return ""
	}
	return position(cf)
}

// position is where the function of a frame is, in Lua, as messages begin with it.
func position(cf *callFrame) string {
	return cf.Fn.Proto.SourceName + ":" + strconv.Itoa(lineOf(cf)) + ": "
}

// replaced stands for a level whose frame a tail call has taken.
var replaced = &callFrame{Fn: &lua.LFunction{IsG: true}}

// frameAt is lua_getstack: the function at a level, 0 being the one that runs; nil if there are fewer.
func frameAt(l *lstate, level int) *callFrame {
	cf := l.currentFrame
	for ; cf != nil && level > 0; cf = cf.Parent {
		level--
		if !cf.Fn.IsG {
			level -= cf.TailCall
		}
	}
	switch {
	case level < 0:
		return replaced
	case cf == nil && level == 0:
		return l.beneath()
	}
	return cf
}

// beneath stands for what has called a task's main chunk, which is C in the stand-alone lua; nil for any other thread.
func (l *lstate) beneath() *callFrame {
	if th := ThreadOf((*lua.LState)(unsafe.Pointer(l))); th != nil && th.main {
		return &th.m.beneath
	}
	return nil
}

// Site is a place in a script: cheap to take, and named when somebody asks.
type Site struct {
	proto *lua.FunctionProto
	pc    int
}

// SiteOf is the place from which the Go function that runs on L was called.
func SiteOf(L *lua.LState) Site {
	for cf := in(L).currentFrame; cf != nil; cf = cf.Parent {
		if !cf.Fn.IsG {
			return Site{cf.Fn.Proto, cf.Pc - 1}
		}
	}
	return Site{}
}

// Site is the place at which the thread is, or a thread that has resumed it.
func (th *Thread) Site() Site {
	for ; th != nil; th = th.parent {
		if s := SiteOf(&th.l); s.proto != nil {
			return s
		}
	}
	return Site{}
}

// Site is Thread.Site.
func (p *Packed) Site() Site {
	for i := len(p.frames) - 1; i >= 0; i-- {
		if f := &p.frames[i]; !f.fn.IsG {
			return Site{f.fn.Proto, int(f.pc) - 1}
		}
	}
	return Site{}
}

// Frame is the place as a level of a traceback, of a function that is not told; ok is false if it was none.
func (s Site) Frame() (f Frame, ok bool) {
	if s.String() == "" {
		return Frame{}, false
	}
	return Frame{Source: s.proto.SourceName, Line: s.proto.DbgSourcePositions[s.pc], Proto: s.proto, PC: s.pc}, true
}

// Line is the number of the line, or 0 if it was none.
func (s Site) Line() int {
	if s.proto == nil || s.pc < 0 || s.pc >= len(s.proto.DbgSourcePositions) {
		return 0
	}
	return s.proto.DbgSourcePositions[s.pc]
}

// String is the place as "job.lua:12", or "" if it was none.
func (s Site) String() string {
	if s.proto == nil || s.pc < 0 || s.pc >= len(s.proto.DbgSourcePositions) {
		return ""
	}
	return fmt.Sprintf("%s:%d", s.proto.SourceName, s.proto.DbgSourcePositions[s.pc])
}
