package codegen

import (
	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"

	"github.com/lull-lua/lull/interp/internal/parser"
)

// stmts compiles a block's statements; until says that a condition follows, which sees its locals.
func (f *function) stmts(list []ast.Stmt, until bool) {
	end := len(list) // labels from there on are the block's last
	for end > 0 && !until {
		if _, ok := list[end-1].(*parser.LabelStmt); !ok {
			break
		}
		end--
	}
	for _, s := range list {
		if l, ok := s.(*parser.LabelStmt); ok {
			if f.block.ahead == nil {
				f.block.ahead = map[string]bool{}
			}
			f.block.ahead[l.Name] = true
		}
	}
	for i, s := range list {
		f.line = s.Line()
		f.pause()
		if l, ok := s.(*parser.LabelStmt); ok {
			f.label(l, i >= end && !until)
		} else {
			from, at := f.here(), len(f.starts)
			f.starts = append(f.starts, start{from, s.Line()})
			f.stmt(s)
			if f.here() == from { // it has no code of its own
				f.starts = f.starts[:at]
			}
		}
		f.free = len(f.locals)
	}
}

func (f *function) inner(list []ast.Stmt) {
	f.enter(false)
	f.stmts(list, false)
	f.leave()
}

func (f *function) stmt(s ast.Stmt) {
	line := s.Line()
	switch s := s.(type) {
	case *ast.LocalAssignStmt:
		if f.topLevel() {
			f.sessionLocal(s.Names, s.Exprs, false)
			break
		}
		made := f.values(len(s.Names), s.Exprs)
		f.declare(s.Names...)
		for i, v := range f.locals[len(f.locals)-len(s.Names):] {
			if i < len(made) {
				v.init = made[i]
			}
		}
	case *parser.LocalFunctionStmt:
		if f.topLevel() {
			f.sessionLocal([]string{s.Name}, []ast.Expr{s.Func}, true)
			break
		}
		r := f.reserve(1)
		f.declare(s.Name)
		v := f.closure(s.Func, false)
		f.into(&v, r)
		f.locals[r].StartPc = f.here() - 1 // as PUC: nobody sees it before
	case *ast.AssignStmt:
		f.assign(s)
	case *ast.FuncCallStmt:
		o := f.expr(s.Expr)
		f.setC(o.a, 1)
	case *ast.FuncDefStmt:
		f.funcDef(s)
	case *ast.ReturnStmt:
		f.returns(s)
	case *ast.IfStmt:
		f.ifStmt(s)
	case *ast.WhileStmt:
		f.while(s)
	case *ast.RepeatStmt:
		f.repeat(s)
	case *ast.NumberForStmt:
		f.numberFor(s)
	case *ast.GenericForStmt:
		f.genericFor(s)
	case *ast.DoBlockStmt:
		f.inner(s.Stmts)
	case *ast.BreakStmt:
		f.leap(breaking, f.jump(), line, parser.Place{})
	case *parser.GotoStmt:
		if !f.jumpBack(s) {
			f.leap(s.Label, f.jump(), line, s.At)
		}
	default:
		panic("unknown statement")
	}
}

func (f *function) funcDef(s *ast.FuncDefStmt) {
	var to operand
	method := s.Name.Func == nil
	if method {
		o := f.expr(s.Name.Receiver)
		f.register(&o)
		name := f.make(kString, f.str(s.Name.Method))
		to = f.indexed(o.a, &name)
	} else {
		to = f.expr(s.Name.Func)
	}
	v := f.closure(s.Func, method)
	f.line = s.Line()
	if method {
		f.at(s.Name.Receiver)
	} else {
		f.at(s.Name.Func)
	}
	f.store(&to, &v)
}

// values puts so many values of a list of expressions into the next registers. made are the instructions that make them, as pushed
// says, as far as there are expressions.
func (f *function) values(n int, es []ast.Expr) (made []int) {
	first := f.free
	made = f.made[:0]
	for i, e := range es {
		o := f.expr(e)
		if i == len(es)-1 && n > i && (o.kind == kCall || o.kind == kVararg) {
			f.open(&o, n-i)
			f.free = first + i
			f.reserve(n - i)
			return made
		}
		made = append(made, f.pushed(&o))
	}
	f.made = made
	if missing := n - len(es); missing > 0 {
		f.loadNil(f.reserve(missing), missing)
	}
	f.free = first + n
	return made
}

func (f *function) store(to, v *operand) {
	switch to.kind {
	case kRegister:
		f.drops(v)
		f.into(v, to.a)
		return
	case kUpvalue:
		f.emit(lua.OP_SETUPVAL, f.register(v), to.a, 0)
	case kGlobal:
		f.emitBx(lua.OP_SETGLOBAL, f.register(v), to.a)
	case kIndexed:
		f.emit(setOp(to), to.a, to.key, f.rk(v))
	}
	f.drops(v)
}

func (f *function) assign(s *ast.AssignStmt) {
	places := make([]operand, 0, 4)
	var made []int
	for _, e := range s.Lhs {
		o := f.expr(e)
		if o.kind == kRegister {
			f.protect(places, o.a)
		}
		places = append(places, o)
	}
	if last := len(places) - 1; len(s.Rhs) == len(places) {
		for _, e := range s.Rhs[:last] {
			o := f.expr(e)
			made = append(made, f.pushed(&o))
		}
		o := f.expr(s.Rhs[last])
		f.fetch(&o)
		f.at(s.Lhs[last])
		f.store(&places[last], &o)
		places = places[:last]
	} else {
		made = f.values(len(places), s.Rhs)
	}
	for i := len(places) - 1; i >= 0; i-- {
		o := f.make(kRegister, f.free-1)
		f.at(s.Lhs[i])
		f.store(&places[i], &o)
		if places[i].kind == kRegister && i < len(made) && made[i] != none {
			f.passing = append(f.passing, passing{made[i], f.here() - 1})
		}
	}
}

// protect keeps a copy of a local that is about to be assigned for the places that use it.
func (f *function) protect(places []operand, local int) {
	saved := none
	use := func(r *int) {
		if *r != local {
			return
		}
		if saved == none {
			saved = f.reserve(1)
			f.emit(lua.OP_MOVE, saved, local, 0)
		}
		*r = saved
	}
	for i := range places {
		if p := &places[i]; p.kind == kIndexed {
			use(&p.a)
			use(&p.key)
		}
	}
}

func (f *function) returns(s *ast.ReturnStmt) {
	if len(s.Exprs) == 1 {
		o := f.expr(s.Exprs[0])
		if o.kind != kCall && o.kind != kVararg {
			r := f.register(&o)
			f.emit(lua.OP_RETURN, r, 2, 0)
			return
		}
		if o.kind == kCall {
			f.p.Code[o.a] = f.p.Code[o.a]&(1<<26-1) | uint32(lua.OP_TAILCALL)<<26
		}
		f.open(&o, all)
		f.emit(lua.OP_RETURN, f.free-1, 0, 0)
		return
	}
	first, n := f.free, 0
	if len(s.Exprs) == 0 {
		first = 0
	}
	if !f.pushAll(s.Exprs) {
		n = len(s.Exprs) + 1
	}
	f.emit(lua.OP_RETURN, first, n, 0)
}

func (f *function) ifStmt(s *ast.IfStmt) {
	over := none
	for {
		no := f.unless(s.Condition)
		f.inner(s.Then)
		if len(s.Else) == 0 {
			f.patchHere(f.join(no, over))
			return
		}
		over = f.join(f.jump(), over)
		f.patchHere(no)
		more, ok := s.Else[0].(*ast.IfStmt) // an elseif; there may be many
		if !ok || len(s.Else) > 1 {
			f.inner(s.Else)
			f.patchHere(over)
			return
		}
		s = more
		f.starts = append(f.starts, start{f.here(), s.Line()}) // its condition is a statement of its own to whoever counts lines
	}
}

// while has its condition at the end: one jump a turn.
func (f *function) while(s *ast.WhileStmt) {
	f.enter(true)
	entry := none
	if _, always := s.Condition.(*ast.TrueExpr); !always {
		entry = f.jump()
	}
	f.landing = f.here()
	top := f.here()
	f.inner(s.Stmts)
	f.patchHere(entry)
	f.patch(f.when(s.Condition), top)
	f.leave()
}

func (f *function) repeat(s *ast.RepeatStmt) {
	f.enter(true)
	f.landing = f.here()
	top := f.here()
	f.enter(false)
	f.stmts(s.Stmts, true)
	again := f.unless(s.Condition)
	b := f.block
	f.leave()
	if b.captured {
		over := f.jump()
		f.patchHere(again)
		f.emit(lua.OP_CLOSE, b.base, 0, 0)
		again = f.jump()
		f.patchHere(over)
	}
	f.patch(again, top)
	f.leave()
}

func (f *function) numberFor(s *ast.NumberForStmt) {
	f.enter(true)
	base := f.free
	for _, e := range []ast.Expr{s.Init, s.Limit, s.Step} {
		o := f.literal(1)
		if e != nil {
			o = f.expr(e)
		}
		f.push(&o)
	}
	f.declare("(for index)", "(for limit)", "(for step)")
	f.line = s.LastLine()
	f.atAll(s.Init, s.Limit, s.Step)
	prep := f.emitBx(lua.OP_FORPREP, base, 0)
	f.forBody(s.Stmts, s.Name)
	f.line = s.Line()
	loop := f.emitBx(lua.OP_FORLOOP, base, 0)
	f.setDest(prep, loop)
	f.setDest(loop, prep+1)
	f.leave()
}

func (f *function) genericFor(s *ast.GenericForStmt) {
	f.enter(true)
	base := f.free
	f.values(3, s.Exprs)
	f.need(3) // for the call
	f.declare("(for generator)", "(for state)", "(for control)")
	entry := f.jump()
	f.forBody(s.Stmts, s.Names...)
	f.line = s.LastLine()
	f.patchHere(entry)
	f.atAll(s.Exprs...)
	f.emit(lua.OP_TFORLOOP, base, 0, len(s.Names))
	f.patch(f.jump(), entry+1)
	f.leave()
}

func (f *function) forBody(stmts []ast.Stmt, names ...string) {
	f.landing = f.here()
	f.enter(false)
	f.reserve(len(names))
	f.declare(names...)
	f.stmts(stmts, false)
	f.leave()
	f.landing = f.here()
}
