package check

import (
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"github.com/lull-lua/lull/interp/internal/parser"
)

// walk goes through the text once, in its order.
func (f *file) walk() {
	f.function = &function{returns: &results{}}
	var seen []*variable
	if f.session != nil {
		for _, name := range f.session.Locals {
			seen = append(seen, &variable{name: name, kind: given})
		}
	}
	f.within(seen, func() { f.block(f.chunk.Stmts) })
}

// declare makes locals of names, which are the next ones in the text. They are in scope from enter on.
func (f *file) declare(k kind, names ...string) []*variable {
	all := make([]*variable, len(names))
	for i, name := range names {
		all[i] = &variable{name: name, kind: k, at: f.names[i]}
	}
	for i, v := range all {
		v.after = all[i+1:]
	}
	f.names = f.names[len(names):]
	return all
}

func (f *file) enter(vars ...*variable) {
	f.scope.locals = append(f.scope.locals, vars...)
	for _, v := range vars {
		f.visible[v.name] = append(f.visible[v.name], v)
	}
}

// within walks a block with locals of its own.
func (f *file) within(vars []*variable, body func()) {
	f.scope = &scope{up: f.scope}
	f.enter(vars...)
	body()
	f.leave(f.scope)
	for _, v := range f.scope.locals {
		f.visible[v.name] = f.visible[v.name][:len(f.visible[v.name])-1]
	}
	f.scope = f.scope.up
}

// leave looks at the locals of a block that ends. Those that a line declares at its top are for the lines that follow.
func (f *file) leave(s *scope) {
	f.later = append(f.later, func() {
		for _, v := range s.locals {
			f.unused(v)
		}
	})
}

// lookup is the local of that name in scope, or nil.
func (f *file) lookup(name string) *variable {
	if all := f.visible[name]; len(all) > 0 {
		return all[len(all)-1]
	}
	return nil
}

// near are the names of the locals in scope: one list for all who ask at a place.
func (f *file) near() []string {
	if f.nearIn == f.scope && f.nearOf == len(f.scope.locals) {
		return f.nearby
	}
	var names []string
	for s := f.scope; s != nil && len(names) < 200; s = s.up {
		for _, v := range s.locals {
			names = append(names, v.name)
		}
	}
	f.nearIn, f.nearOf, f.nearby = f.scope, len(f.scope.locals), names
	return names
}

// block walks statements, and reports whether their end is never come to.
func (f *file) block(stmts []ast.Stmt) (ends bool) {
	told := false
	for _, s := range stmts {
		if _, label := s.(*parser.LabelStmt); label {
			ends = false
		}
		if ends && !told {
			told = true
			f.tell(f.beginning(s), UnreachableCode, "code that is never reached")
		}
		ends = f.statement(s) || ends
	}
	return ends
}

// beginning is where a statement begins that has not been walked; where the parser does not tell, where its line does.
func (f *file) beginning(s ast.Stmt) int {
	keyword, first := "", -1 // what the statement has of the two that is known first
	from := func(e ast.Expr) int {
		if span, ok := f.chunk.Spans[e]; ok {
			return span.From
		}
		return -1
	}
	switch s := s.(type) {
	case *ast.FuncCallStmt:
		first = from(s.Expr)
	case *ast.AssignStmt:
		first = from(s.Lhs[0])
	case *ast.LocalAssignStmt, *parser.LocalFunctionStmt:
		keyword, first = "local", f.names[0]
	case *ast.NumberForStmt, *ast.GenericForStmt:
		keyword, first = "for", f.names[0]
	case *ast.IfStmt:
		keyword, first = "if", from(s.Condition)
	case *ast.WhileStmt:
		keyword, first = "while", from(s.Condition)
	case *ast.ReturnStmt:
		if len(s.Exprs) > 0 {
			keyword, first = "return", from(s.Exprs[0])
		}
	}
	if first >= 0 {
		if at := strings.LastIndex(f.chunk.Text[:first], keyword); at >= 0 {
			return at
		}
	}
	at := f.lines[s.Line()-1]
	text := f.chunk.Text[at:]
	return at + len(text) - len(strings.TrimLeft(text, " \t"))
}

// statement walks one, and reports whether what follows it in its block is never come to.
func (f *file) statement(s ast.Stmt) (ends bool) {
	switch s := s.(type) {
	case *ast.AssignStmt:
		f.assign(s)
	case *ast.LocalAssignStmt:
		vars := f.declare(local, s.Names...)
		for i, e := range s.Exprs {
			before := len(f.reads)
			f.expr(e)
			if i < len(vars) && path(e) != "" {
				for j := range f.reads[before:] {
					f.reads[before+j].into = vars[i]
				}
			}
		}
		for i, v := range vars {
			switch {
			case i < len(s.Exprs) && (i < len(s.Exprs)-1 || !several(s.Exprs[i]) || len(s.Exprs) == len(s.Names)):
				v.set(s.Exprs[i])
			case len(s.Exprs) > 0:
				v.set(nil)
			}
		}
		f.enterTop(vars)
	case *parser.LocalFunctionStmt:
		vars := f.declare(localFunction, s.Name)
		vars[0].set(s.Func)
		f.enterTop(vars)
		f.functionBody(s.Func, false)
	case *ast.FuncDefStmt:
		f.define(s)
	case *ast.FuncCallStmt:
		f.expr(s.Expr)
		call, ok := s.Expr.(*ast.FuncCallExpr)
		if ok {
			f.later = append(f.later, func() { f.checkStatement(call) })
		}
	case *ast.DoBlockStmt:
		f.within(nil, func() { ends = f.block(s.Stmts) })
	case *ast.WhileStmt:
		f.condition(s.Condition)
		f.within(nil, func() { f.block(s.Stmts) })
		_, always := s.Condition.(*ast.TrueExpr)
		return always && !leaves(s.Stmts)
	case *ast.RepeatStmt:
		f.within(nil, func() {
			f.block(s.Stmts)
			f.condition(s.Condition)
		})
		_, never := s.Condition.(*ast.FalseExpr)
		return never && !leaves(s.Stmts)
	case *ast.NumberForStmt:
		vars := f.declare(loop, s.Name)
		f.exprs([]ast.Expr{s.Init, s.Limit})
		if s.Step != nil {
			f.expr(s.Step)
		}
		f.within(vars, func() { f.block(s.Stmts) })
	case *ast.GenericForStmt:
		vars := f.declare(loop, s.Names...)
		f.exprs(s.Exprs)
		f.within(vars, func() { f.block(s.Stmts) })
	case *ast.IfStmt:
		return f.ifStatement(s)
	case *ast.ReturnStmt:
		f.exprs(s.Exprs)
		if r := f.function.returns; len(s.Exprs) > 0 {
			r.any = true
			r.values = append(r.values, s.Exprs[0])
		}
		return true
	case *ast.BreakStmt, *parser.GotoStmt:
		return true
	}
	return ends
}

// enterTop has locals in scope. Those of a line's top level are never told of as unused.
func (f *file) enterTop(vars []*variable) {
	if f.session != nil && f.scope.up == nil { // the text's own block
		for _, v := range vars {
			v.kind = given
		}
	}
	f.enter(vars...)
}

// ifStatement walks the branches, which are as many as there are elseif.
func (f *file) ifStatement(s *ast.IfStmt) (ends bool) {
	ends = true
	for {
		f.condition(s.Condition)
		f.within(nil, func() { ends = f.block(s.Then) && ends })
		next, ok := elseif(s)
		if !ok {
			break
		}
		s = next
	}
	if len(s.Else) == 0 {
		return false
	}
	f.within(nil, func() { ends = f.block(s.Else) && ends })
	return ends
}

// elseif is the statement that an else consists of.
func elseif(s *ast.IfStmt) (next *ast.IfStmt, ok bool) {
	if len(s.Else) != 1 {
		return nil, false
	}
	next, ok = s.Else[0].(*ast.IfStmt)
	return next, ok
}

// leaves reports whether statements of a loop break it, or jump, maybe out of it.
func leaves(stmts []ast.Stmt) bool {
	for _, s := range stmts {
		switch s := s.(type) {
		case *ast.BreakStmt, *parser.GotoStmt:
			return true
		case *ast.DoBlockStmt:
			if leaves(s.Stmts) {
				return true
			}
		case *ast.IfStmt:
			for next, ok := s, true; ok; next, ok = elseif(s) {
				if s = next; leaves(s.Then) {
					return true
				}
			}
			if leaves(s.Else) {
				return true
			}
		case *ast.WhileStmt: // a break in it is its own, a goto is not
			if jumps(s.Stmts) {
				return true
			}
		case *ast.RepeatStmt:
			if jumps(s.Stmts) {
				return true
			}
		case *ast.NumberForStmt:
			if jumps(s.Stmts) {
				return true
			}
		case *ast.GenericForStmt:
			if jumps(s.Stmts) {
				return true
			}
		}
	}
	return false
}

// jumps reports whether an inner loop may leave the one around it: whoever has a goto there is believed.
func jumps(stmts []ast.Stmt) bool {
	for _, s := range stmts {
		if _, ok := s.(*ast.BreakStmt); !ok && leaves([]ast.Stmt{s}) {
			return true
		}
	}
	return false
}

// assign walks "a, b.c = x, y".
func (f *file) assign(s *ast.AssignStmt) {
	f.exprs(s.Rhs)
	for i, target := range s.Lhs {
		var value ast.Expr
		if i < len(s.Rhs) && (i < len(s.Rhs)-1 || !several(s.Rhs[i]) || len(s.Rhs) == len(s.Lhs)) {
			value = s.Rhs[i]
		}
		f.target(target, value)
	}
}

// target walks what a value is given to; nil is an unknown value.
func (f *file) target(e, value ast.Expr) {
	switch e := e.(type) {
	case *ast.IdentExpr:
		if v := f.lookup(e.Value); v != nil {
			f.c.bound[e] = v
			v.later = true
			v.set(value)
			return
		}
		f.c.global(e.Value).set(value)
		f.writes = append(f.writes, read{name: e.Value, at: f.chunk.Spans[e].From, own: f.mentions(value, e.Value)})
	case *ast.AttrGetExpr:
		object, isName := e.Object.(*ast.IdentExpr)
		key, isField := e.Key.(*ast.StringExpr)
		switch {
		case isName && object.Value == "_G" && f.lookup("_G") == nil:
			if isField {
				f.c.global(key.Value).set(value)
				return
			}
			f.ownEnv = true
		case isName && isField:
			if v := f.lookup(object.Value); v != nil {
				v.field(key.Value).set(value)
			} else {
				f.c.global(object.Value).field(key.Value).set(value)
			}
		}
		f.expr(e.Object)
		if !isField {
			f.expr(e.Key)
		}
	}
}

// mentions reports whether a value is made of the global that it is given to: unpack = unpack or table.unpack.
func (f *file) mentions(e ast.Expr, name string) bool {
	switch e := e.(type) {
	case *ast.IdentExpr:
		return e.Value == name
	case *ast.LogicalOpExpr:
		return f.mentions(e.Lhs, name) || f.mentions(e.Rhs, name)
	case *parser.ParenExpr:
		return f.mentions(e.Expr, name)
	}
	return false
}

// define walks "function a.b:c() end".
func (f *file) define(s *ast.FuncDefStmt) {
	if s.Name.Func != nil {
		f.target(s.Name.Func, s.Func)
		f.functionBody(s.Func, false)
		return
	}
	f.expr(s.Name.Receiver)
	if name, ok := s.Name.Receiver.(*ast.IdentExpr); ok {
		v := f.lookup(name.Value)
		if v == nil {
			v = f.c.global(name.Value)
		}
		v.field(s.Name.Method).set(nil) // its first argument is the object
	}
	f.functionBody(s.Func, true)
}

// functionBody walks a function.
func (f *file) functionBody(e *ast.FunctionExpr, method bool) {
	f.function = &function{up: f.function, returns: &results{}}
	f.c.results[e] = f.function.returns
	vars := f.declare(argument, e.ParList.Names...)
	for _, v := range vars {
		v.after = append(v.after, &f.function.varargs)
		if len(e.Stmts) == 0 { // it stands for others
			v.used = true
		}
	}
	if len(vars) > 0 && vars[0].name == "self" {
		vars[0].kind = loop
	}
	if method {
		vars = append([]*variable{{name: "self", kind: loop}}, vars...)
	}
	f.within(vars, func() { f.block(e.Stmts) })
	f.function = f.function.up
}

// exprs walks a list of expressions.
func (f *file) exprs(list []ast.Expr) {
	for _, e := range list {
		f.expr(e)
	}
}

// condition walks what is asked for.
func (f *file) condition(e ast.Expr) {
	f.ask(e)
	f.expr(e)
}

// ask notes that a name is asked for whether it is there.
func (f *file) ask(e ast.Expr) {
	for {
		p, ok := e.(*parser.ParenExpr)
		if !ok {
			break
		}
		e = p.Expr
	}
	name := path(e)
	first, field, _ := strings.Cut(name, ".")
	if v := f.lookup(first); v != nil {
		v.tested = v.tested || field == ""
	} else if name != "" {
		f.tested[name] = true
	}
}

// path is "name" or "name.field"; "" for what is neither.
func path(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.IdentExpr:
		return e.Value
	case *ast.AttrGetExpr:
		object, isName := e.Object.(*ast.IdentExpr)
		if key, ok := e.Key.(*ast.StringExpr); ok && isName {
			return object.Value + "." + key.Value
		}
	}
	return ""
}

// leftmost is the expression that another begins with: there may be many thousands, each inside the next.
func leftmost(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.LogicalOpExpr:
		return e.Lhs
	case *ast.RelationalOpExpr:
		return e.Lhs
	case *ast.ArithmeticOpExpr:
		return e.Lhs
	case *ast.StringConcatOpExpr:
		return e.Lhs
	case *ast.AttrGetExpr:
		return e.Object
	case *ast.FuncCallExpr:
		if e.Receiver != nil {
			return e.Receiver
		}
		return e.Func
	}
	return nil
}

// expr walks an expression whose value is wanted.
func (f *file) expr(e ast.Expr) {
	var chain []ast.Expr
	for in := leftmost(e); in != nil; in = leftmost(e) {
		chain = append(chain, e)
		e = in
	}
	f.simple(e)
	for i := len(chain) - 1; i >= 0; i-- {
		switch e := chain[i].(type) {
		case *ast.LogicalOpExpr:
			f.ask(e.Lhs)
			if e.Operator == "or" && path(e.Lhs) != "" {
				f.ask(e.Rhs)
			}
			f.expr(e.Rhs)
		case *ast.RelationalOpExpr:
			if e.Operator == "==" || e.Operator == "~=" {
				f.ask(e.Lhs)
				f.ask(e.Rhs)
			}
			f.expr(e.Rhs)
		case *ast.ArithmeticOpExpr:
			f.expr(e.Rhs)
		case *ast.StringConcatOpExpr:
			f.expr(e.Rhs)
		case *ast.AttrGetExpr:
			f.attribute(e)
		case *ast.FuncCallExpr:
			f.call(e)
		}
	}
}

// attribute walks the key of a field whose object has been walked.
func (f *file) attribute(e *ast.AttrGetExpr) {
	key, ok := e.Key.(*ast.StringExpr)
	if !ok {
		f.expr(e.Key)
		return
	}
	object, ok := e.Object.(*ast.IdentExpr)
	if !ok || f.c.bound[object] != nil {
		return
	}
	span := f.chunk.Spans[e]
	f.reads = append(f.reads, read{name: object.Value, field: key.Value, at: max(span.From, span.To-len(key.Value))})
}

// call walks the arguments of a call whose function has been walked.
func (f *file) call(e *ast.FuncCallExpr) {
	if name, ok := e.Func.(*ast.IdentExpr); ok && f.c.bound[name] == nil {
		switch name.Value {
		case "setfenv", "module":
			f.ownEnv = true
		case "type", "rawget":
			for _, a := range e.Args {
				f.ask(a)
			}
		case "rawset", "setmetatable":
			if len(e.Args) == 0 {
				break
			}
			if g, ok := e.Args[0].(*ast.IdentExpr); ok && g.Value == "_G" && f.c.bound[g] == nil {
				if key, ok := at(e.Args, 1).(*ast.StringExpr); ok {
					f.c.global(key.Value).set(at(e.Args, 2))
				} else {
					f.ownEnv = true
				}
			}
		}
	}
	f.exprs(e.Args)
	f.later = append(f.later, func() { f.checkCall(e) })
}

// at is an argument; nil if there is none.
func at(args []ast.Expr, i int) ast.Expr {
	if i < len(args) {
		return args[i]
	}
	return nil
}

// simple walks an expression that begins with no other.
func (f *file) simple(e ast.Expr) {
	switch e := e.(type) {
	case *ast.IdentExpr:
		if v := f.lookup(e.Value); v != nil {
			f.c.bound[e] = v
			v.used = true
			return
		}
		f.reads = append(f.reads, read{name: e.Value, at: f.chunk.Spans[e].From, near: f.nearUnknown(e.Value)})
	case *ast.Comma3Expr:
		f.function.varargs.used = true
	case *parser.ParenExpr:
		f.expr(e.Expr)
	case *ast.UnaryNotOpExpr:
		f.ask(e.Expr)
		f.expr(e.Expr)
	case *ast.UnaryMinusOpExpr:
		f.expr(e.Expr)
	case *ast.UnaryLenOpExpr:
		f.expr(e.Expr)
	case *ast.FunctionExpr:
		f.functionBody(e, false)
	case *ast.TableExpr:
		for _, field := range e.Fields {
			if _, name := field.Key.(*ast.StringExpr); field.Key != nil && !name {
				f.expr(field.Key)
			}
			f.expr(field.Value)
		}
	}
}

// nearUnknown are the locals in scope, if the library has no global of that name.
func (f *file) nearUnknown(name string) []string {
	if f.c.library.globals[name] {
		return nil
	}
	return f.near()
}

// several reports whether an expression may have more than one value, or none.
func several(e ast.Expr) bool {
	switch e.(type) {
	case *ast.FuncCallExpr, *ast.Comma3Expr:
		return true
	}
	return false
}
