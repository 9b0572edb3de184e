package parser

import "github.com/yuin/gopher-lua/ast"

// settle notes the line of the token read last when e's value is asked for.
func settle(e ast.Expr, line int) {
	if _, ok := e.(*ast.FunctionExpr); !ok {
		e.SetLastLine(line)
	}
}

// exprHere reads an expression whose value is asked for at once.
func (p *parser) exprHere() ast.Expr {
	e := p.expr(0)
	settle(e, p.lastLine)
	return e
}

// exprs reads a list of expressions. The value of the last is asked for at once.
func (p *parser) exprs() []ast.Expr {
	list := p.exprList()
	settle(list[len(list)-1], p.lastLine)
	return list
}

// exprList leaves it to the caller to settle the last one.
func (p *parser) exprList() []ast.Expr {
	list := []ast.Expr{p.expr(0)}
	for p.accept(',') {
		settle(list[len(list)-1], p.lastLine)
		list = append(list, p.expr(0))
	}
	return list
}

// Priorities of operators.
const (
	orPriority = 1 + iota
	andPriority
	comparePriority
	concatPriority // its left side has one more
	_
	addPriority
	mulPriority
	unaryPriority
	powerPriority // its left side has one more
	_
)

// operator is a binary operator: its priorities and its text; left is 0 for what is none.
func operator(k kind) (left, right int, text string) {
	switch k {
	case '+':
		return addPriority, addPriority, "+"
	case '-':
		return addPriority, addPriority, "-"
	case '*':
		return mulPriority, mulPriority, "*"
	case '/':
		return mulPriority, mulPriority, "/"
	case '%':
		return mulPriority, mulPriority, "%"
	case '^':
		return powerPriority + 1, powerPriority, "^"
	case tokConcat:
		return concatPriority + 1, concatPriority, ".."
	case tokEq:
		return comparePriority, comparePriority, "=="
	case tokNe:
		return comparePriority, comparePriority, "~="
	case '<':
		return comparePriority, comparePriority, "<"
	case tokLe:
		return comparePriority, comparePriority, "<="
	case '>':
		return comparePriority, comparePriority, ">"
	case tokGe:
		return comparePriority, comparePriority, ">="
	case tokAnd:
		return andPriority, andPriority, "and"
	case tokOr:
		return orPriority, orPriority, "or"
	}
	return 0, 0, ""
}

// expr reads an expression whose operators all have a higher priority than that.
func (p *parser) expr(priority int) ast.Expr {
	p.enter()
	var e ast.Expr
	from := p.tok.start
	switch p.tok.kind {
	case tokNot:
		e = &ast.UnaryNotOpExpr{Expr: p.operand()}
	case '-':
		e = &ast.UnaryMinusOpExpr{Expr: p.operand()}
	case '#':
		e = &ast.UnaryLenOpExpr{Expr: p.operand()}
	default:
		e = p.simple()
	}
	p.mark(e, from)
	for {
		left, right, text := operator(p.tok.kind)
		if left <= priority {
			break
		}
		p.next()
		settle(e, p.lastLine)
		r := p.expr(right)
		settle(r, p.lastLine)
		switch left {
		case orPriority, andPriority:
			e = &ast.LogicalOpExpr{Operator: text, Lhs: e, Rhs: r}
		case comparePriority:
			e = &ast.RelationalOpExpr{Operator: text, Lhs: e, Rhs: r}
		case concatPriority + 1:
			e = &ast.StringConcatOpExpr{Lhs: e, Rhs: r}
		default:
			e = &ast.ArithmeticOpExpr{Operator: text, Lhs: e, Rhs: r}
		}
		p.mark(e, from)
	}
	p.levels--
	return e
}

// operand reads what a unary operator stands before.
func (p *parser) operand() ast.Expr {
	p.next()
	e := p.expr(unaryPriority)
	settle(e, p.lastLine)
	return e
}

func (p *parser) simple() ast.Expr {
	var e ast.Expr
	switch p.tok.kind {
	case tokNumber:
		e = &ast.NumberExpr{Value: p.tok.text}
	case tokString:
		e = &ast.StringExpr{Value: p.tok.text}
	case tokNil:
		e = &ast.NilExpr{}
	case tokTrue:
		e = &ast.TrueExpr{}
	case tokFalse:
		e = &ast.FalseExpr{}
	case tokDots:
		if !p.function.vararg {
			p.failHere("cannot use '...' outside a vararg function")
		}
		e = &ast.Comma3Expr{}
	case '{':
		return p.table()
	case tokFunction:
		p.next()
		return p.body(p.line)
	default:
		return p.suffixed()
	}
	p.next()
	return e
}

func (p *parser) ident() ast.Expr { return &ast.IdentExpr{Value: p.name()} }

// suffixed reads a name or an expression in parentheses, with the fields, indices and calls that follow.
func (p *parser) suffixed() ast.Expr {
	var e ast.Expr
	from := p.tok.start
	switch p.tok.kind {
	case tokName:
		word := p.tok.text
		e = p.ident()
		p.notAwait(word)
	case '(':
		line := p.line
		p.next()
		in := p.expr(0)
		p.closing(')', '(', line)
		settle(in, p.lastLine)
		e = &ParenExpr{Expr: in}
	default:
		p.failHere("unexpected symbol")
	}
	for {
		p.mark(e, from)
		switch p.tok.kind {
		case '.':
			e = p.field(e)
		case '[':
			settle(e, p.lastLine)
			p.next()
			key := p.exprHere()
			p.expect(']')
			e = &ast.AttrGetExpr{Object: e, Key: key}
		case ':':
			p.next()
			c := &ast.FuncCallExpr{Receiver: e, Method: p.name()}
			settle(e, p.lastLine)
			p.args(c)
			e = c
		case '(', '{', tokString:
			settle(e, p.lastLine)
			c := &ast.FuncCallExpr{Func: e}
			p.args(c)
			e = c
		default:
			return e
		}
	}
}

// field reads ".name" behind e.
func (p *parser) field(e ast.Expr) ast.Expr {
	settle(e, p.lastLine)
	p.next()
	key := &ast.StringExpr{Value: p.name()}
	key.SetLastLine(p.lastLine)
	return &ast.AttrGetExpr{Object: e, Key: key}
}

func (p *parser) args(c *ast.FuncCallExpr) {
	line := p.line
	c.SetLine(line)
	switch p.tok.kind {
	case '(':
		if line != p.lastLine {
			p.failHere("ambiguous syntax (function call x new statement)")
		}
		p.next()
		if p.tok.kind != ')' {
			c.Args = p.exprList()
		}
		p.closing(')', '(', line)
		if n := len(c.Args); n > 0 {
			settle(c.Args[n-1], p.lastLine)
		}
	case '{':
		from := p.tok.start
		t := p.table()
		p.mark(t, from)
		settle(t, p.lastLine)
		c.Args = []ast.Expr{t}
	case tokString:
		s, from := &ast.StringExpr{Value: p.tok.text}, p.tok.start
		p.next()
		p.mark(s, from)
		s.SetLastLine(p.lastLine)
		c.Args = []ast.Expr{s}
	default:
		p.failHere("function arguments expected")
	}
}

func (p *parser) table() ast.Expr {
	line := p.line
	p.expect('{')
	t := &ast.TableExpr{}
	t.SetLine(line)
	var item ast.Expr // the last positional one, while not settled
	for p.tok.kind != '}' {
		if item != nil {
			settle(item, p.lastLine)
			item = nil
		}
		f := &ast.Field{}
		switch {
		case p.tok.kind == tokName && p.peek() == '=':
			f.Key = &ast.StringExpr{Value: p.name()}
		case p.tok.kind == '[':
			p.next()
			f.Key = p.exprHere()
			p.expect(']')
		}
		if f.Key != nil {
			p.expect('=')
			if f.Key.LastLine() == 0 {
				f.Key.SetLastLine(p.lastLine)
			}
			f.Value = p.exprHere()
		} else {
			item = p.expr(0)
			f.Value = item
		}
		t.Fields = append(t.Fields, f)
		if !p.accept(',') && !p.accept(';') {
			break
		}
	}
	p.closing('}', '{', line)
	if item != nil {
		settle(item, p.lastLine)
	}
	return t
}

// body reads a function's parameters and statements; line is where it is said to begin.
func (p *parser) body(line int) *ast.FunctionExpr {
	outer := p.function
	p.function = &function{line: line}
	e := &ast.FunctionExpr{ParList: &ast.ParList{}}
	e.SetLine(line)
	p.expect('(')
	for more := p.tok.kind != ')'; more; more = !e.ParList.HasVargs && p.accept(',') {
		switch p.tok.kind {
		case tokName:
			e.ParList.Names = append(e.ParList.Names, p.local())
		case tokDots:
			p.next()
			e.ParList.HasVargs = true
			p.function.vararg = true
		default:
			p.failHere("<name> or '...' expected")
		}
	}
	p.expect(')')
	e.Stmts = p.block()
	e.SetLastLine(p.line)
	p.closing(tokEnd, tokFunction, line)
	p.function = outer
	return e
}
