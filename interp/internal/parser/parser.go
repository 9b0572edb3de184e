// Package parser reads Lua 5.1, with LuaJIT's goto, into gopher-lua's syntax trees. It stands in for gopher-lua's own
// parser, which keeps no lines for method calls and operators and whose errors are not Lua's. It works as PUC's lparser.c
// does, accepts what that accepts and says what that says.
//
// The trees carry the lines that code generation needs to put the line of every instruction where PUC Lua has it, which
// is always the line of the token read last when the instruction is made:
//
//   - LastLine of an expression is the line of the token read last when its value is asked for: its own last token, or
//     the operator, comma or bracket behind it. A FunctionExpr has the line of its "end" instead.
//   - Line of a FuncCallExpr is where its arguments begin, of a FunctionExpr where its parameters do.
//   - Line of a statement is where it begins. LastLine of a NumberForStmt is that of its "do", of a GenericForStmt that
//     of the first token after "in".
package parser

import (
	"fmt"

	"github.com/yuin/gopher-lua/ast"
)

// maxLevels bounds the nesting of blocks and expressions, and the variables of one assignment. It is LUAI_MAXCCALLS.
const maxLevels = 200

// ParenExpr is an expression in parentheses: one value, and nothing that can be assigned to.
type ParenExpr struct {
	ast.ExprBase
	Expr ast.Expr
}

// LocalFunctionStmt is "local function f": f is in scope in the function.
type LocalFunctionStmt struct {
	ast.StmtBase
	Name string
	Func *ast.FunctionExpr
}

// GotoStmt is "goto Label".
type GotoStmt struct {
	ast.StmtBase
	Label string
	At    Place // of the label's name
}

// LabelStmt is "::Name::".
type LabelStmt struct {
	ast.StmtBase
	Name string
	At   Place // of the name
}

// Chunk is the main function of a source text.
type Chunk struct {
	Stmts    []ast.Stmt
	LastLine int
	Text     string            // all of it, which the spans are about
	Spans    map[ast.Expr]Span // nil: nobody has asked for them
	Names    []int             // with Spans: where the names of locals and parameters are declared, in the order of the text
	Comments []Span            // with Spans
	Tick     func()            // see ParseFrom
}

// Span is where an expression stands in the source text: from its first byte to behind its last.
type Span struct{ From, To int }

// Parse reads a chunk. The error is an *Error.
func Parse(src string) (*Chunk, error) { return parse(src, nil, nil, nil) }

// ParseSpans is Parse that notes where expressions, names and comments stand, which takes time and memory.
func ParseSpans(src string) (*Chunk, error) { return parse(src, nil, nil, map[ast.Expr]Span{}) }

// ParseFrom is Parse of a chunk that comes in pieces; src is the first: it asks for more while it needs some, and no
// longer where it has found an error. more returns "" at the end; its error is ParseFrom's, too. Without more src is all. tick is
// called every so many tokens, and by the code generator every so many instructions; what it panics with goes through both.
func ParseFrom(src string, more func() (string, error), tick func()) (*Chunk, error) {
	return parse(src, more, tick, nil)
}

func parse(src string, more func() (string, error), tick func(), spans map[ast.Expr]Span) (chunk *Chunk, err error) {
	p := &parser{lexer: lexer{src: src, line: 1, known: map[string]string{}, more: more, noteComments: spans != nil}, spans: spans, tick: tick}
	if more != nil {
		p.pieces.WriteString(src)
	}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			r.explain(p.src)
			chunk, err = nil, r
		case noMore:
			chunk, err = nil, r.err
		default:
			panic(r)
		}
	}()
	p.function = &function{vararg: true}
	p.next()
	stmts := p.block()
	p.check(tokEOF)
	chunk = &Chunk{Stmts: stmts, LastLine: p.line, Text: p.src, Tick: tick}
	if spans != nil {
		chunk.Spans, chunk.Names, chunk.Comments = spans, p.declared, p.comments
	}
	return chunk, nil
}

type parser struct {
	lexer
	tok      token
	ahead    token // valid if hasAhead: the token behind tok
	hasAhead bool
	tokEnd   int // behind tok
	aheadEnd int
	lastLine int               // of the token before tok
	lastEnd  int               // behind that
	spans    map[ast.Expr]Span // nil: they are not wanted
	declared []int             // see Chunk.Names
	levels   int
	tick     func() // nil: none
	tokens   uint   // until now
	function *function
	ownWords bool // the chunk has a local called await or async: it is no slip from another language
}

// function is what the parser has to know about the function that it is in.
type function struct {
	line   int // 0: the main function
	vararg bool
	loops  int
}

// next goes to the next token.
func (p *parser) next() {
	p.lastLine, p.lastEnd = p.line, p.tokEnd
	if p.hasAhead {
		p.tok, p.tokEnd, p.hasAhead = p.ahead, p.aheadEnd, false
	} else {
		p.token(&p.tok)
		p.tokEnd = p.pos
	}
	if p.tokens++; p.tokens&0x3ff == 0 && p.tick != nil {
		p.tick()
	}
}

// mark notes where an expression stands that begins at a byte and ends before the token at hand.
func (p *parser) mark(e ast.Expr, from int) {
	if p.spans != nil {
		p.spans[e] = Span{from, p.lastEnd}
	}
}

// peek is the kind of the token behind tok.
func (p *parser) peek() kind {
	if !p.hasAhead {
		p.token(&p.ahead)
		p.aheadEnd, p.hasAhead = p.pos, true
	}
	return p.ahead.kind
}

// failHere gives up because of the token at hand.
func (p *parser) failHere(msg string) { p.fail(msg, p.near(&p.tok), p.tok.start) }

// here is the place of the token at hand, which is a name.
func (p *parser) here() Place { return Place{p.line, p.tok.start - p.lineStart + 1} }

func (p *parser) accept(k kind) bool {
	if p.tok.kind != k {
		return false
	}
	p.next()
	return true
}

func (p *parser) check(k kind) {
	if p.tok.kind != k {
		p.failHere("'" + kindText(k) + "' expected")
	}
}

func (p *parser) expect(k kind) {
	p.check(k)
	p.next()
}

// closing expects what ends a construct that was begun by open on that line.
func (p *parser) closing(k, open kind, line int) {
	if p.tok.kind != k && line != p.line {
		p.failHere(fmt.Sprintf("'%s' expected (to close '%s' at line %d)", kindText(k), kindText(open), line))
	}
	p.expect(k)
}

func (p *parser) name() string {
	p.check(tokName)
	s := p.tok.text
	p.next()
	return s
}

// local is the name of a new variable.
func (p *parser) local() string {
	if p.spans != nil {
		p.declared = append(p.declared, p.tok.start)
	}
	s := p.name()
	p.ownWords = p.ownWords || s == "await" || s == "async"
	return s
}

// notAwait refuses "await f()" and "async function", which in Lua are two expressions that some statements could be made of:
// "local x = await f()" would be "local x = await; f()". word is the name before the token at hand.
func (p *parser) notAwait(word string) {
	if (word == "await" && p.tok.kind == tokName || word == "async" && p.tok.kind == tokFunction) && p.line == p.lastLine && !p.ownWords {
		p.failHere("unexpected symbol")
	}
}

func (p *parser) enter() {
	if p.levels++; p.levels > maxLevels {
		p.fail("chunk has too many syntax levels", "", p.tok.start)
	}
}

// ends says whether a block ends here.
func (p *parser) ends() bool {
	switch p.tok.kind {
	case tokElse, tokElseif, tokEnd, tokUntil, tokEOF:
		return true
	}
	return false
}

func (p *parser) block() []ast.Stmt {
	p.enter()
	var list []ast.Stmt
	for !p.ends() {
		line := p.line
		s, last := p.statement(line)
		s.SetLine(line)
		list = append(list, s)
		p.accept(';')
		if last {
			break
		}
	}
	p.levels--
	return list
}

// statement reads a statement, which begins on that line; last says that none may follow it in its block.
func (p *parser) statement(line int) (s ast.Stmt, last bool) {
	switch p.tok.kind {
	case tokIf:
		return p.ifStmt(line), false
	case tokWhile:
		p.next()
		s := &ast.WhileStmt{Condition: p.exprHere()}
		p.expect(tokDo)
		s.Stmts = p.loop()
		p.closing(tokEnd, tokWhile, line)
		return s, false
	case tokDo:
		p.next()
		s := &ast.DoBlockStmt{Stmts: p.block()}
		p.closing(tokEnd, tokDo, line)
		return s, false
	case tokFor:
		return p.forStmt(line), false
	case tokRepeat:
		p.next()
		s := &ast.RepeatStmt{Stmts: p.loop()}
		p.closing(tokUntil, tokRepeat, line)
		s.Condition = p.exprHere()
		return s, false
	case tokFunction:
		return p.funcStmt(line), false
	case tokLocal:
		p.next()
		if p.accept(tokFunction) {
			s := &LocalFunctionStmt{Name: p.local()}
			s.Func = p.body(p.line)
			return s, false
		}
		s := &ast.LocalAssignStmt{Names: p.names()}
		if p.accept('=') {
			s.Exprs = p.exprs()
		}
		return s, false
	case tokReturn:
		p.next()
		s := &ast.ReturnStmt{}
		if !p.ends() && p.tok.kind != ';' {
			s.Exprs = p.exprs()
		}
		return s, true
	case tokBreak:
		p.next()
		if p.function.loops == 0 {
			p.failHere("no loop to break")
		}
		return &ast.BreakStmt{}, true
	case tokColons:
		p.next()
		s := &LabelStmt{At: p.here(), Name: p.name()}
		p.expect(tokColons)
		return s, false
	case tokName:
		if p.tok.text == "goto" && p.peek() == tokName { // else a variable, as in 5.1
			p.next()
			return &GotoStmt{At: p.here(), Label: p.name()}, false
		}
	}
	return p.exprStmt(), false
}

func (p *parser) loop() []ast.Stmt {
	p.function.loops++
	b := p.block()
	p.function.loops--
	return b
}

func (p *parser) ifStmt(line int) ast.Stmt {
	first := &ast.IfStmt{}
	for s := first; ; {
		p.next()
		s.Condition = p.exprHere()
		p.expect(tokThen)
		s.Then = p.block()
		if p.tok.kind != tokElseif {
			if p.accept(tokElse) {
				s.Else = p.block()
			}
			p.closing(tokEnd, tokIf, line)
			return first
		}
		more := &ast.IfStmt{}
		more.SetLine(p.line)
		s.Else = []ast.Stmt{more}
		s = more
	}
}

func (p *parser) forStmt(line int) ast.Stmt {
	p.next()
	name := p.local()
	switch p.tok.kind {
	case '=':
		p.next()
		s := &ast.NumberForStmt{Name: name, Init: p.exprHere()}
		p.expect(',')
		s.Limit = p.exprHere()
		if p.accept(',') {
			s.Step = p.exprHere()
		}
		p.expect(tokDo)
		s.SetLastLine(p.lastLine)
		s.Stmts = p.loop()
		p.closing(tokEnd, tokFor, line)
		return s
	case ',', tokIn:
		s := &ast.GenericForStmt{Names: []string{name}}
		if p.accept(',') {
			s.Names = append(s.Names, p.names()...)
		}
		p.expect(tokIn)
		s.SetLastLine(p.line)
		s.Exprs = p.exprs()
		p.expect(tokDo)
		s.Stmts = p.loop()
		p.closing(tokEnd, tokFor, line)
		return s
	}
	p.failHere("'=' or 'in' expected")
	return nil
}

func (p *parser) names() []string {
	list := []string{p.local()}
	for p.accept(',') {
		list = append(list, p.local())
	}
	return list
}

func (p *parser) funcStmt(line int) ast.Stmt {
	p.next()
	from := p.tok.start
	var target ast.Expr = p.ident()
	p.mark(target, from)
	for p.tok.kind == '.' {
		target = p.field(target)
		p.mark(target, from)
	}
	if p.tok.kind == ':' {
		settle(target, p.lastLine)
		p.next()
		name := &ast.FuncName{Receiver: target, Method: p.name()}
		return &ast.FuncDefStmt{Name: name, Func: p.body(line)}
	}
	return &ast.FuncDefStmt{Name: &ast.FuncName{Func: target}, Func: p.body(line)}
}

// exprStmt reads a call or an assignment.
func (p *parser) exprStmt() ast.Stmt {
	e := p.suffixed()
	if _, ok := e.(*ast.FuncCallExpr); ok {
		settle(e, p.lastLine)
		return &ast.FuncCallStmt{Expr: e}
	}
	s := &ast.AssignStmt{Lhs: []ast.Expr{p.assignable(e)}}
	for p.accept(',') {
		e = p.suffixed()
		s.Lhs = append(s.Lhs, p.assignable(e))
		if room := maxLevels - p.levels; len(s.Lhs) > room {
			p.fail(LimitText(p.function.line, room, "variables in assignment"), "", p.tok.start)
		}
	}
	p.expect('=')
	s.Rhs = p.exprs()
	return s
}

// LimitText is the message about a limit of the function that begins on that line.
func LimitText(line, limit int, what string) string {
	if line == 0 {
		return fmt.Sprintf("main function has more than %d %s", limit, what)
	}
	return fmt.Sprintf("function at line %d has more than %d %s", line, limit, what)
}

func (p *parser) assignable(e ast.Expr) ast.Expr {
	switch e.(type) {
	case *ast.IdentExpr, *ast.AttrGetExpr:
		settle(e, p.lastLine)
		return e
	}
	p.failHere("syntax error")
	return nil
}
