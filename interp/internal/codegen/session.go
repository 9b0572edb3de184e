package codegen

import (
	"fmt"
	"maps"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"

	"github.com/lull-lua/lull/interp/internal/parser"
)

// Session compiles chunks one after the other; each sees the top-level locals of those before it: what a person
// types into a REPL. Such a local is a field of a table of its own, so that one which is declared again is another
// variable, as in one long chunk; closures keep theirs, and a function's code says which it uses. The zero value is ready.
type Session struct {
	cells map[string]int // the number of the table that holds the variable of that name now
	n     int
}

// SessionTable is the first parameter of a session's main functions, and an upvalue of functions in them: it holds the tables, by
// SessionKey of their number. No name that a script can write is like it.
const SessionTable = "(session)"

const sessionKey = "(local "

// SessionKey is the key of the table with a variable in the session's table. It is unlike what scripts write, as it tells in a
// function's constants that the function uses the variable.
func SessionKey(n int) string { return fmt.Sprintf("%s%d)", sessionKey, n) }

// SessionUses calls yield with the key of each of the session's variables that a function uses, or one in it.
func SessionUses(p *lua.FunctionProto, yield func(key string)) {
	for _, k := range p.Constants {
		if s, ok := k.(lua.LString); ok && strings.HasPrefix(string(s), sessionKey) {
			yield(string(s))
		}
	}
	for _, inner := range p.FunctionPrototypes {
		SessionUses(inner, yield)
	}
}

// Cells is how many tables the session's chunks use, from 1.
func (s *Session) Cells() int { return s.n }

// Names are the variables that the next chunk will see, each with the number of its table.
func (s *Session) Names() map[string]int { return maps.Clone(s.cells) }

// Compile is CompileSpans for the session's next chunk, whose main function takes the session's table as its first argument.
// One that does not compile leaves no trace.
func (s *Session) Compile(chunk *parser.Chunk, source, name string) (p *lua.FunctionProto, spans Spans, err error) {
	cells, n := maps.Clone(s.cells), s.n
	defer func() {
		if p == nil {
			s.cells, s.n = cells, n
		}
	}()
	spans = Spans{}
	p, err = generate(chunk, source, name, s, spans)
	return p, spans, err
}

// variable is the place of the session's variable of that name, or nil.
func (s *Session) variable(name string) ast.Expr {
	if n, ok := s.cells[name]; ok {
		return cell(n, name)
	}
	return nil
}

// declare makes a new variable.
func (s *Session) declare(name string, n int) {
	if s.cells == nil {
		s.cells = map[string]int{}
	}
	s.cells[name] = n
}

func cell(n int, name string) ast.Expr {
	table := &ast.AttrGetExpr{Object: &ast.IdentExpr{Value: SessionTable}, Key: &ast.StringExpr{Value: SessionKey(n)}}
	return &ast.AttrGetExpr{Object: table, Key: &ast.StringExpr{Value: name}}
}

// topLevel reports whether a local that is declared here is the session's.
func (f *function) topLevel() bool { return f.session != nil && f.up == nil && f.block.up == nil }

// sessionLocal compiles "local a, b = ..." at the top level of a session's chunk: the names mean the new variables behind
// the statement only, or for "local function f" in the function as well.
func (f *function) sessionLocal(names []string, values []ast.Expr, recursive bool) {
	s := f.session
	first := s.n + 1
	s.n += len(names)
	assign := &ast.AssignStmt{Rhs: values}
	if len(values) == 0 {
		assign.Rhs = []ast.Expr{&ast.NilExpr{}}
		assign.Rhs[0].SetLine(f.line)
		assign.Rhs[0].SetLastLine(f.line)
	}
	for i, name := range names {
		e := cell(first+i, name).(*ast.AttrGetExpr)
		for _, x := range []ast.Expr{e, e.Object, e.Key, e.Object.(*ast.AttrGetExpr).Object, e.Object.(*ast.AttrGetExpr).Key} {
			x.SetLine(f.line)
			x.SetLastLine(f.line)
		}
		assign.Lhs = append(assign.Lhs, e)
	}
	if recursive {
		s.declare(names[0], first)
	}
	f.assign(assign)
	for i, name := range names {
		s.declare(name, first+i)
	}
}
