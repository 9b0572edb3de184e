// Package codegen turns syntax trees into gopher-lua's function prototypes. It takes the place of lua.Compile, which makes
// wrong code of some fifteen shapes, is quadratic in constants and has wrong debug information.
//
// It works as the reference implementation's compiler does, in one pass over the tree:
//
//   - An expression becomes code as late as possible. Until somebody asks for its value it is an operand (operand.go): a constant,
//     a register, an instruction whose target register is still open, a comparison that jumps.
//   - Registers are a stack: the locals in scope, then what is being computed. free is its top, and is back at the number of locals
//     behind each statement.
//   - Jumps that wait for the same target form a list (jump.go), linked through their own distances until it is known.
//   - A block (block.go) knows its labels and the gotos that have not found theirs; leaving it hands these to the block around it, and
//     closes the upvalues that closures made of its locals.
//
// Invariant: no instruction reads a register that none before it has written, on any way through the code, for the loop of package vm
// checks nothing. Verify finds code that breaks this or any other rule; tests and fuzzing ask it.
//
// The lines of the instructions are those of the reference implementation, which every message shows. The trees bring them: see the
// parser.
package codegen

import (
	"fmt"
	"math"
	"reflect"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"

	"github.com/lull-lua/lull/interp/internal/parser"
)

const (
	maxLocals    = 200
	maxUpvalues  = 60
	maxRegisters = 249
	maxConstants = 1 << 18
	maxJump      = 1<<17 - 1
	constant     = 0x100 // in an operand: a constant, not a register
	maxRK        = 0xff
	none         = -1 // no jump, no register
)

// Compile makes the prototype of a chunk's main function. source is the chunk's name as it was given, see SourceOf, and name
// what messages call the chunk. The error is a *parser.Error: the program breaks a rule the grammar does not have, or a limit.
func Compile(chunk *parser.Chunk, source, name string) (p *lua.FunctionProto, err error) {
	return generate(chunk, source, name, nil, nil)
}

// Spans says of each function's instructions to which part of the source text each belongs; the zero Span is unknown.
type Spans map[*lua.FunctionProto][]parser.Span

// CompileSpans is Compile of a chunk that has Spans.
func CompileSpans(chunk *parser.Chunk, source, name string) (p *lua.FunctionProto, spans Spans, err error) {
	spans = Spans{}
	p, err = generate(chunk, source, name, nil, spans)
	return p, spans, err
}

func generate(chunk *parser.Chunk, source, name string, session *Session, spans Spans) (p *lua.FunctionProto, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *parser.Error:
			p, err = nil, r
		default:
			panic(r)
		}
	}()
	f := newFunction(nil, name, []lua.DbgCall{{Pc: none, Name: source}})
	f.p.IsVarArg = lua.VarArgIsVarArg
	f.tick = chunk.Tick
	if session == nil {
		f.text = &text{whole: chunk.Text}
	}
	if spans != nil {
		f.recorder = &recorder{of: chunk.Spans, spans: spans}
	}
	if f.session = session; session != nil {
		f.declare(SessionTable)
		f.p.NumParameters = uint8(f.reserve(1) + 1)
	}
	f.body(chunk.Stmts, chunk.LastLine)
	return f.p, nil
}

// function is a function that is being compiled.
type function struct {
	up      *function
	session *Session // or nil
	p       *lua.FunctionProto
	line    int // of the token read last, as the parser notes it
	free    int // the first free register
	landing int // the last place known to be jumped to
	block   *block
	locals  []*variable // in scope; local i is in register i
	upvals  []upvalue

	variables []*variable // all locals, in the order in which they come
	passing   []passing   // in the order of their MOVEs
	made      []int       // see values

	chain []ast.Expr // see expr

	starts []start // of statements, in order; see Starts
	text   *text   // nil: a session's, which cannot be compiled again by itself
	nth    int     // among the functions of the text

	tick   func() // see parser.ParseFrom
	paused int    // behind the last pause

	recorder *recorder // nil: nobody wants to know where instructions come from
	recorded []parser.Span
	span     parser.Span // of the expression that is compiled

	names   map[string]lua.LValue // constants of the chunk that are text: each is one string, which the VM takes for itself at once
	strings map[string]int
	numbers map[uint64]int     // by bits: 0 and -0 are two
	others  map[lua.LValue]int // nil, false, true
}

// upvalue is where a closure finds a captured variable: in its maker's register or upvalue.
type upvalue struct {
	name  string
	local bool
	index int
}

// recorder keeps where instructions come from.
type recorder struct {
	of    map[ast.Expr]parser.Span
	spans Spans
}

// at says that the instructions which follow are e's.
func (f *function) at(e ast.Expr) {
	if f.recorder != nil {
		if span, ok := f.recorder.of[e]; ok {
			f.span = span
		}
	}
}

// atAll is at for what several expressions are needed for.
func (f *function) atAll(list ...ast.Expr) {
	if f.recorder == nil {
		return
	}
	f.span = parser.Span{}
	for _, e := range list {
		if span := f.recorder.of[e]; span.To > f.span.To {
			if f.span.To == 0 {
				f.span.From = span.From
			}
			f.span.To = span.To
		}
	}
}

func (f *function) sessionOf() *Session {
	if f == nil {
		return nil
	}
	return f.session
}

// SourceOf is the name that the chunk of a function was given. FunctionProto has no room for it: it is where the names of
// called functions would be, which nothing asks for.
func SourceOf(p *lua.FunctionProto) string {
	if len(p.DbgCalls) > 0 && p.DbgCalls[0].Pc == none {
		return p.DbgCalls[0].Name
	}
	return p.SourceName // compiled by gopher-lua, for a host's function
}

func newFunction(up *function, chunk string, source []lua.DbgCall) *function {
	f := &function{
		up: up, session: up.sessionOf(), p: &lua.FunctionProto{SourceName: chunk, DbgCalls: source, NumUsedRegisters: 2}, landing: none,
		strings: map[string]int{}, numbers: map[uint64]int{},
	}
	if up != nil {
		f.recorder, f.tick, f.text, f.names = up.recorder, up.tick, up.text, up.names
	} else {
		f.names = map[string]lua.LValue{}
	}
	if f.text != nil {
		f.text.functions++
		f.nth = f.text.functions // the main chunk, which gets its text later, has 0
	}
	f.enter(false)
	return f
}

func (f *function) fail(line int, format string, args ...any) {
	f.failAt(line, parser.Place{Line: line}, format, args...)
}

// failAt is fail that shows a place, which may be in a later line than the statement's.
func (f *function) failAt(line int, show parser.Place, format string, args ...any) {
	panic(&parser.Error{Line: line, Msg: fmt.Sprintf(format, args...), Show: show})
}

func (f *function) limit(n, limit int, what string) {
	if n > limit {
		f.fail(f.line, "%s", parser.LimitText(f.p.LineDefined, limit, what))
	}
}

// body compiles a function's statements and completes the prototype.
func (f *function) body(stmts []ast.Stmt, lastLine int) {
	f.stmts(stmts, false)
	f.line = lastLine
	f.emit(lua.OP_RETURN, 0, 1, 0)
	f.leave()
	var missing pending
	label := ""
	for name, list := range f.block.gotos {
		if g := list[0]; missing.line == 0 || g.line < missing.line || g.line == missing.line && name < label {
			missing, label = g, name
		}
	}
	if missing.line > 0 {
		e := &parser.Error{Line: missing.line, Msg: fmt.Sprintf("no visible label '%s' for goto", label), Show: missing.at}
		if label == "continue" {
			e.Hint = "put ::continue:: before the end of the loop"
		}
		panic(e)
	}
	f.ownLocals()
	f.shorten()
	f.noteStarts()
	f.noteText()
	if f.recorder != nil {
		f.recorder.spans[f.p] = f.recorded
	}
	texts := make([]string, len(f.p.Constants))
	for s, i := range f.strings {
		texts[i] = s
	}
	*(*[]string)(unsafe.Add(unsafe.Pointer(f.p), offStringConstants)) = texts
	f.p.NumUpvalues = uint8(len(f.upvals))
	for _, u := range f.upvals {
		f.p.DbgUpvalues = append(f.p.DbgUpvalues, u.name)
	}
}

// offStringConstants: the handlers of fields and globals read constant strings from there.
var offStringConstants = func() uintptr {
	f, ok := reflect.TypeFor[lua.FunctionProto]().FieldByName("stringConstants")
	if !ok || f.Type != reflect.TypeFor[[]string]() {
		panic("gopher-lua is not the version this was written for")
	}
	return f.Offset
}()

// Instructions: opcode 6 bits, A 8, C 9, B 9, the lower 18 also as one number.

func (f *function) emit(op, a, b, c int) int {
	f.p.Code = append(f.p.Code, uint32(op<<26|a<<18|c<<9|b))
	f.p.DbgSourcePositions = append(f.p.DbgSourcePositions, f.line)
	if f.recorder != nil {
		f.recorded = append(f.recorded, f.span)
	}
	if len(f.p.Code)&0x3ff == 1 && f.tick != nil {
		f.tick()
	}
	return len(f.p.Code) - 1
}

// Pause is how many instructions there may be without a jump backwards, or a call, before one that lets the machine look at its
// budget: NOP, which counts as all of them.
const Pause = 1 << 14

// pause is a place where that instruction can stand.
func (f *function) pause() {
	if here := f.here(); here-f.paused >= Pause {
		f.emit(lua.OP_NOP, 0, 0, 0)
		f.paused = here + 1
	}
}

func (f *function) emitBx(op, a, bx int) int { return f.emit(op, a, bx&0x1ff, bx>>9) }

func opOf(in uint32) int { return int(in >> 26) }
func argA(in uint32) int { return int(in>>18) & 0xff }
func argB(in uint32) int { return int(in & 0x1ff) }
func argC(in uint32) int { return int(in>>9) & 0x1ff }

func (f *function) here() int      { return len(f.p.Code) }
func (f *function) setA(pc, a int) { f.p.Code[pc] = f.p.Code[pc]&^(0xff<<18) | uint32(a<<18) }
func (f *function) setB(pc, b int) { f.p.Code[pc] = f.p.Code[pc]&^0x1ff | uint32(b) }
func (f *function) setC(pc, c int) { f.p.Code[pc] = f.p.Code[pc]&^(0x1ff<<9) | uint32(c<<9) }

// drop takes the last instruction back.
func (f *function) drop() {
	f.p.Code = f.p.Code[:f.here()-1]
	f.p.DbgSourcePositions = f.p.DbgSourcePositions[:f.here()]
	if f.recorder != nil {
		f.recorded = f.recorded[:f.here()]
	}
}

// loadNil sets n registers; it widens a LOADNIL just before, unless one may jump to between them.
func (f *function) loadNil(from, n int) {
	if last := f.here() - 1; f.landing <= last && last >= 0 {
		if in := f.p.Code[last]; opOf(in) == lua.OP_LOADNIL && argA(in) <= from && from <= argB(in)+1 {
			f.setB(last, max(argB(in), from+n-1))
			return
		}
	}
	f.emit(lua.OP_LOADNIL, from, from+n-1, 0)
}

// Registers are a stack: locals below, temporaries above them.

func (f *function) reserve(n int) int {
	f.need(n)
	f.free += n
	return f.free - n
}

func (f *function) need(n int) {
	if f.free+n > maxRegisters {
		f.fail(f.line, "function or expression too complex")
	}
	f.p.NumUsedRegisters = max(f.p.NumUsedRegisters, uint8(f.free+n))
}

// release gives a temporary back; they go in the reverse of the order they came.
func (f *function) release(r int) {
	if r >= len(f.locals) && r < constant {
		if f.free--; r != f.free {
			panic(fmt.Sprintf("register %d released, %d is the last", r, f.free))
		}
	}
}

func (f *function) release2(r, s int) {
	if r >= constant || s < constant && s > r {
		r, s = s, r
	}
	f.release(r)
	f.release(s)
}

// Constants.

func constIndex[K comparable](f *function, known map[K]int, key K, v lua.LValue) int {
	if i, ok := known[key]; ok {
		return i
	}
	i := len(f.p.Constants)
	f.limit(i+1, maxConstants, "constants")
	f.p.Constants = append(f.p.Constants, v)
	known[key] = i
	return i
}

func (f *function) str(s string) int {
	if i, ok := f.strings[s]; ok {
		return i
	}
	v, ok := f.names[s]
	if !ok {
		v = lua.LString(s)
		f.names[s] = v
	}
	return constIndex(f, f.strings, s, v)
}

func (f *function) number(n float64) int {
	return constIndex(f, f.numbers, math.Float64bits(n), lua.LNumber(n))
}

func (f *function) other(v lua.LValue) int {
	if f.others == nil {
		f.others = map[lua.LValue]int{}
	}
	return constIndex(f, f.others, v, v)
}
