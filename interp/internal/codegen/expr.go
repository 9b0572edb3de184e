package codegen

import (
	"math"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"

	"github.com/lull-lua/lull/interp/internal/parser"
)

var arithmetic = map[string]int{"+": lua.OP_ADD, "-": lua.OP_SUB, "*": lua.OP_MUL, "/": lua.OP_DIV, "%": lua.OP_MOD, "^": lua.OP_POW}

// expr compiles an expression as far as its value is not yet asked for, and leaves line where it will be. Chains such as
// a+b+c and a.b.c, which nest on the left and may be as long as the source, are compiled in a loop.
func (f *function) expr(e ast.Expr) operand {
	first := len(f.chain)
	for in := leftmost(e); in != nil; in = leftmost(e) {
		f.chain = append(f.chain, e)
		e = in
	}
	f.at(e)
	o := f.simple(e)
	f.line = e.LastLine()
	f.at(e)
	for n := len(f.chain); n > first; n = len(f.chain) {
		if e, f.chain = f.chain[n-1], f.chain[:n-1]; n&0x3ff == 0 && f.tick != nil {
			f.tick()
		}
		o = f.extend(e, o)
		f.line = e.LastLine()
		f.at(e)
	}
	return o
}

// leftmost is the part of a chain that is compiled first, nil for what is none.
func leftmost(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.AttrGetExpr:
		return e.Object
	case *ast.FuncCallExpr:
		if e.Func == nil {
			return e.Receiver
		}
		return e.Func
	case *ast.ArithmeticOpExpr:
		return e.Lhs
	case *ast.RelationalOpExpr:
		return e.Lhs
	case *ast.LogicalOpExpr:
		return e.Lhs
	}
	return nil
}

// extend compiles one link of a chain; o is what leftmost gave of it.
func (f *function) extend(e ast.Expr, o operand) operand {
	switch e := e.(type) {
	case *ast.AttrGetExpr:
		f.register(&o)
		key := f.expr(e.Key)
		return f.indexed(o.a, &key)
	case *ast.FuncCallExpr:
		return f.call(e, o)
	case *ast.ArithmeticOpExpr:
		return f.arith(e, o)
	case *ast.RelationalOpExpr:
		return f.compare(e, o)
	case *ast.LogicalOpExpr:
		return f.logical(e, o)
	}
	panic("unknown expression")
}

func (f *function) simple(e ast.Expr) operand {
	switch e := e.(type) {
	case *ast.NilExpr:
		return f.make(kNil, 0)
	case *ast.TrueExpr:
		return f.make(kTrue, 0)
	case *ast.FalseExpr:
		return f.make(kFalse, 0)
	case *ast.NumberExpr:
		n, _ := parser.Number(e.Value)
		return f.literal(n)
	case *ast.StringExpr:
		return f.make(kString, f.str(e.Value))
	case *ast.Comma3Expr:
		return f.vararg()
	case *ast.IdentExpr:
		return f.variable(e.Value)
	case *parser.ParenExpr:
		o := f.expr(e.Expr)
		f.fetch(&o)
		return o
	case *ast.TableExpr:
		return f.table(e)
	case *ast.FunctionExpr:
		return f.closure(e, false)
	case *ast.StringConcatOpExpr:
		return f.concat(e)
	case *ast.UnaryNotOpExpr:
		return f.not(f.expr(e.Expr))
	case *ast.UnaryMinusOpExpr:
		o := f.expr(e.Expr)
		if o.literal() {
			o.num = -o.num
			return o
		}
		return f.unary(lua.OP_UNM, e, o)
	case *ast.UnaryLenOpExpr:
		return f.unary(lua.OP_LEN, e, f.expr(e.Expr))
	}
	panic("unknown expression")
}

func (f *function) literal(n float64) operand {
	o := f.make(kNumber, 0)
	o.num = n
	return o
}

func (f *function) variable(name string) operand {
	if i := f.local(name); i >= 0 {
		return f.make(kRegister, i)
	}
	if i := f.upvalue(name); i >= 0 {
		return f.make(kUpvalue, i)
	}
	if f.session != nil {
		if e := f.session.variable(name); e != nil {
			line := f.line
			o := f.expr(e)
			f.line = line
			return o
		}
	}
	return f.make(kGlobal, f.str(name))
}

func (f *function) local(name string) int {
	for i := len(f.locals) - 1; i >= 0; i-- {
		if f.locals[i].Name == name {
			f.locals[i].named = true
			return i
		}
	}
	return none
}

func (f *function) upvalue(name string) int {
	for i := range f.upvals {
		if f.upvals[i].name == name {
			return i
		}
	}
	if f.up == nil {
		return none
	}
	u := upvalue{name: name}
	if u.index = f.up.local(name); u.index >= 0 {
		u.local = true
		f.up.capture(u.index)
	} else if u.index = f.up.upvalue(name); u.index < 0 {
		return none
	}
	f.limit(len(f.upvals)+1, maxUpvalues, "upvalues")
	f.upvals = append(f.upvals, u)
	return len(f.upvals) - 1
}

func (f *function) indexed(table int, key *operand) operand {
	text := key.kind == kString && !key.jumps()
	f.own(key)
	k := f.rk(key)
	o := f.make(kIndexed, table)
	o.key, o.name = k, text && k >= constant
	return o
}

func (f *function) unary(op int, e ast.Expr, o operand) operand {
	if op == lua.OP_UNM {
		f.own(&o)
	}
	f.register(&o)
	f.drops(&o)
	f.at(e)
	return f.make(kPending, f.emit(op, 0, o.a, 0))
}

func (f *function) arith(e *ast.ArithmeticOpExpr, l operand) operand {
	op := arithmetic[e.Operator]
	if !l.literal() {
		f.own(&l)
		f.rk(&l)
	}
	r := f.expr(e.Rhs)
	if l.kind == kNumber && r.literal() {
		if v, ok := fold(op, l.num, r.num); ok {
			return f.literal(v)
		}
	}
	f.own(&r)
	c := f.rk(&r)
	b := f.rk(&l)
	f.release2(b, c)
	f.at(e)
	return f.make(kPending, f.emit(op, 0, b, c))
}

// fold computes with constants, unless the result is no number or the VM's own way to compute it decides (%).
func fold(op int, a, b float64) (v float64, ok bool) {
	switch op {
	case lua.OP_ADD:
		v = a + b
	case lua.OP_SUB:
		v = a - b
	case lua.OP_MUL:
		v = a * b
	case lua.OP_DIV:
		v = a / b
	case lua.OP_POW:
		v = math.Pow(a, b)
	default:
		return 0, false
	}
	return v, v == v && (op != lua.OP_DIV || b != 0)
}

// concat flattens a .. (b .. (c ...)) into one instruction.
func (f *function) concat(e *ast.StringConcatOpExpr) operand {
	first, n := f.free, 0
	for next := ast.Expr(e); ; n++ {
		c, ok := next.(*ast.StringConcatOpExpr)
		if !ok {
			o := f.expr(next)
			f.push(&o)
			break
		}
		o := f.expr(c.Lhs)
		f.push(&o)
		next = c.Rhs
	}
	f.free = first
	f.at(e)
	return f.make(kPending, f.emit(lua.OP_CONCAT, 0, first, first+n))
}

func (f *function) logical(e *ast.LogicalOpExpr, l operand) operand {
	if e.Operator == "and" {
		f.whenTrue(&l)
	} else {
		f.whenFalse(&l)
	}
	r := f.expr(e.Rhs)
	f.fetch(&r)
	r.t, r.f = f.join(r.t, l.t), f.join(r.f, l.f)
	return r
}

func (f *function) compare(e *ast.RelationalOpExpr, l operand) operand {
	f.own(&l)
	b := f.rk(&l)
	r := f.expr(e.Rhs)
	f.own(&r)
	c := f.rk(&r)
	f.release2(b, c)
	f.at(e)
	op, holds := lua.OP_EQ, 1
	switch e.Operator {
	case "~=":
		holds = 0
	case "<":
		op = lua.OP_LT
	case "<=":
		op = lua.OP_LE
	case ">":
		op, b, c = lua.OP_LT, c, b
	case ">=":
		op, b, c = lua.OP_LE, c, b
	}
	return f.make(kTest, f.test(op, holds, b, c))
}

func (f *function) vararg() operand {
	f.p.IsVarArg &^= lua.VarArgNeedsArg
	// into the next register, whatever it is for: the handler clears all registers above
	return f.make(kVararg, f.emit(lua.OP_VARARG, f.reserve(1), 2, 0))
}

// open makes a call or ... give n values.
func (f *function) open(o *operand, n int) {
	if o.kind == kCall {
		f.setC(o.a, n+1)
	} else {
		f.setB(o.a, n+1)
	}
}

const all = -1

// pushAll puts a list of values into the next registers; it reports whether the last one is open.
func (f *function) pushAll(es []ast.Expr) bool {
	for i, e := range es {
		o := f.expr(e)
		if i == len(es)-1 && (o.kind == kCall || o.kind == kVararg) {
			f.open(&o, all)
			return true
		}
		f.push(&o)
	}
	return false
}

// call compiles a call; o is the function, or the object whose method it is.
func (f *function) call(e *ast.FuncCallExpr, o operand) operand {
	var base int
	if e.Func != nil {
		base = f.push(&o)
	} else {
		f.register(&o)
		f.drops(&o)
		base = f.reserve(2)
		name := f.make(kString, f.str(e.Method))
		k := f.rk(&name)
		f.at(e)
		f.emit(lua.OP_SELF, base, o.a, k)
		f.drops(&name)
	}
	open := f.pushAll(e.Args)
	b := f.free - base
	if open {
		b = 0
	}
	f.line = e.Line()
	f.at(e)
	pc := f.emit(lua.OP_CALL, base, b, 2)
	f.free = base + 1
	return f.make(kCall, pc)
}

func (f *function) table(e *ast.TableExpr) operand {
	t := f.reserve(1)
	f.line = e.Line()
	pc := f.emit(lua.OP_NEWTABLE, t, 0, 0)
	positional, waiting := 0, 0
	store := func(n int) {
		batch := (positional-1)/lua.FieldsPerFlush + 1
		if batch <= 0x1ff {
			f.emit(lua.OP_SETLIST, t, n, batch)
		} else {
			f.emit(lua.OP_SETLIST, t, n, 0)
			f.emitBx(0, 0, batch)
		}
		f.free, waiting = t+1, 0
	}
	for i, field := range e.Fields {
		f.pause()
		if field.Key != nil {
			f.field(t, field.Key, field.Value)
			continue
		}
		o := f.expr(field.Value)
		if i == len(e.Fields)-1 && (o.kind == kCall || o.kind == kVararg) {
			f.open(&o, all)
			positional++
			store(0)
			positional--
			break
		}
		f.push(&o)
		positional++
		if waiting++; waiting == lua.FieldsPerFlush {
			store(waiting)
		}
	}
	if waiting > 0 {
		store(waiting)
	}
	f.setB(pc, min(positional, 0x1ff))
	f.setC(pc, min(len(e.Fields)-positional, 0x1ff))
	return f.make(kRegister, t)
}

func (f *function) field(table int, key, value ast.Expr) {
	free := f.free
	k := f.expr(key)
	place := f.indexed(table, &k)
	v := f.expr(value)
	c := f.rk(&v)
	f.at(key)
	f.emit(setOp(&place), table, place.key, c)
	f.free = free
}

func setOp(place *operand) int {
	if place.name {
		return lua.OP_SETTABLEKS
	}
	return lua.OP_SETTABLE
}

func (f *function) closure(e *ast.FunctionExpr, method bool) operand {
	in := newFunction(f, f.p.SourceName, f.p.DbgCalls)
	in.line = e.Line()
	in.p.LineDefined, in.p.LastLineDefined = e.Line(), e.LastLine()
	if method {
		in.declare("self")
	}
	in.declare(e.ParList.Names...)
	in.p.NumParameters = uint8(len(in.locals))
	var arg *variable
	if e.ParList.HasVargs {
		in.p.IsVarArg = lua.VarArgIsVarArg
		if lua.CompatVarArg {
			in.p.IsVarArg |= lua.VarArgHasArg | lua.VarArgNeedsArg
			in.declare("arg")
			arg = in.locals[len(in.locals)-1]
		}
	}
	in.reserve(len(in.locals))
	in.body(e.Stmts, e.LastLine())
	if arg != nil && !arg.named { // nobody sees the table
		in.p.IsVarArg &^= lua.VarArgNeedsArg
	}
	f.line = e.LastLine()
	n := len(f.p.FunctionPrototypes)
	f.limit(n+1, maxConstants, "functions")
	f.p.FunctionPrototypes = append(f.p.FunctionPrototypes, in.p)
	o := f.make(kPending, f.emitBx(lua.OP_CLOSURE, 0, n))
	for _, u := range in.upvals {
		if u.local {
			f.emit(lua.OP_MOVE, 0, u.index, 0)
		} else {
			f.emit(lua.OP_GETUPVAL, 0, u.index, 0)
		}
	}
	return o
}
