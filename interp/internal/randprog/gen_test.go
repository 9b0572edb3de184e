package randprog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// program makes a program that ends, of Lua 5.1 or, with gotos, of LuaJIT. The prelude says what its names are.
func program(c *choices, gotos bool) string {
	g := &gen{choices: c, gotos: gotos}
	spread := !gotos && g.percent(40)
	g.line("local p,q={1,2,3},{u={x=1}};")
	switch g.intn(40) {
	case 1: // constants beyond those that fit into an instruction
		g.f("local w={%s};", g.numerals(250+g.intn(20)))
	case 2: // registers
		g.f("local %s;", g.names("l", 120+g.intn(20)))
	case 3:
		if g.intn(20) == 1 {
			g.f("print(#{%s});", strings.Repeat("7,", 25540+g.intn(20))+"1")
		}
	}
	g.vararg = true
	g.stmts(4+g.intn(10), 0)
	g.line("print(show(a,b,c,d,e,f,g1,g2,g3,p,q,t1,t2));")
	src := "TOP(function(...)\n" + g.b.String() + "end)\n"
	if spread {
		src = g.spread(src)
	}
	return src
}

type gen struct {
	*choices
	b      strings.Builder
	funcs  []string // local functions in scope
	labels []string // that a goto may go on to
	vararg bool
	loop   int  // loops around
	fn     int  // functions around
	yield  bool // directly inside a coroutine's function
	n      int  // for new names
	size   int
	gotos  bool
}

const (
	maxSize  = 120
	maxDepth = 5
)

var pool = []string{"a", "b", "c", "d", "e", "f"}

func (g *gen) line(s string)             { g.b.WriteString(s + "\n") }
func (g *gen) f(format string, a ...any) { g.line(fmt.Sprintf(format, a...)) }
func (g *gen) fresh(p string) string     { g.n++; return fmt.Sprintf("%s%d", p, g.n) }

// label is the name of a label in a block of its own: often one that other blocks have, too.
func (g *gen) label() string {
	if g.percent(50) {
		return g.pick("l", "m", "n")
	}
	return g.fresh("l")
}

func (g *gen) names(prefix string, n int) string {
	s := make([]string, n)
	for i := range s {
		s[i] = fmt.Sprintf("%s%d", prefix, i)
	}
	return strings.Join(s, ",")
}

func (g *gen) numerals(n int) string {
	s := make([]string, n)
	for i := range s {
		s[i] = fmt.Sprintf("%d.5", i)
	}
	return strings.Join(s, ",")
}

// sub gives what f writes.
func (g *gen) sub(f func()) string {
	old := g.b
	g.b = strings.Builder{}
	f()
	s := g.b.String()
	g.b = old
	return strings.ReplaceAll(s, "\n", " ")
}

// scope keeps what f brings into scope inside.
func (g *gen) scope(f func()) {
	n := len(g.funcs)
	f()
	g.funcs = g.funcs[:n]
}

func (g *gen) block(d int) { g.scope(func() { g.stmts(1+g.intn(4), d+1) }) }

func (g *gen) stmts(n, d int) {
	for range n {
		if g.size++; g.size > maxSize {
			return
		}
		g.stmt(d)
	}
	if g.loop > 0 && g.percent(12) {
		g.line("break;")
	} else if g.fn > 0 && !g.yield && d > 0 && g.percent(8) {
		g.ret(d)
	}
}

func (g *gen) ret(d int) {
	switch g.intn(6) {
	case 0:
		g.f("return %s;", g.list(g.intn(4), d))
	case 1:
		g.f("return %s;", g.call(d))
	case 2:
		g.f("return (%s);", g.call(d))
	default:
		g.f("return %s;", g.list(1+g.intn(3), d))
	}
}

func (g *gen) list(n, d int) string {
	s := make([]string, n)
	for i := range s {
		s[i] = g.expr(d + 1)
	}
	return strings.Join(s, ",")
}

func (g *gen) target() string {
	switch g.intn(8) {
	case 4:
		return g.pick("g1", "g2", "g3")
	case 5:
		return g.pick("p", "q", "t1", "t2") + "." + g.pick("x", "y", "z")
	case 6:
		return g.pick("p", "q", "t1") + "[" + g.pick("1", "2", "'x'", "'y'", "N(a)", "(N(b))", "g1 or 1", "true or a", "2.0", "N(c)/2") + "]"
	case 7:
		return g.pick("t1", "t2") + ".u." + g.pick("x", "y")
	}
	return g.pick(pool...)
}

func (g *gen) cond(d int) string {
	switch g.intn(8) {
	case 1:
		return g.pick("true", "false", "nil", "1", "'s'", "not true", "not nil", "0")
	case 2:
		return g.pick("true", "false", "nil", "1", "not nil") + g.pick(" and ", " or ") + g.expr(d+1)
	case 3:
		return "not (" + g.expr(d+1) + ")"
	}
	return g.expr(d + 1)
}

// counter gives f a statement that leaves the loop after a few turns.
func (g *gen) counter(f func(check string)) {
	n := g.fresh("n")
	g.f("local %s=0;", n)
	f(fmt.Sprintf("%s=%s+1; if %s>%d then break; end;", n, n, n, 1+g.intn(3)))
}

const capturing = "local a=N(a); g1=function() a=a+1; return a; end;"
const capturing2 = "local b=2; local function z() b=b+1; return b; end; c=z;"

func (g *gen) loopBody(d int, check string) {
	g.loop++
	front := g.percent(30)
	if g.gotos && check != "" {
		front = true
	}
	if check != "" && front {
		g.line(check)
	}
	if g.gotos {
		l, outer := g.label(), g.labels
		g.labels = append(slices.Clone(outer), l)
		g.line("do")
		defer func() {
			g.labels = outer
			g.f("::%s:: end;", l)
		}()
	}
	g.scope(func() {
		for range 1 + g.intn(3) {
			g.stmt(d + 1)
		}
		if g.percent(20) {
			g.f("if %s then %s break; end;", g.cond(d), g.pick("", capturing, capturing2))
		}
		if g.percent(10) {
			g.line("do break; end;")
		}
	})
	if check != "" && !front {
		g.line(check)
	}
	g.loop--
}

// function is a function's parameters and body.
func (g *gen) function(d int) string {
	outer := *g
	g.labels, g.loop, g.yield = nil, 0, false
	g.fn++
	var params []string
	for _, p := range pool[:g.intn(4)] {
		if g.percent(80) {
			params = append(params, p)
		}
	}
	g.vararg = g.percent(50)
	if g.vararg {
		params = append(params, "...")
	}
	s := g.sub(func() {
		g.line("if deep() then return; end;")
		for range 1 + g.intn(3) {
			g.stmt(d + 1)
		}
		g.ret(d)
	})
	g.labels, g.loop, g.yield, g.vararg = outer.labels, outer.loop, outer.yield, outer.vararg
	g.funcs = g.funcs[:len(outer.funcs)]
	g.fn--
	return "(" + strings.Join(params, ",") + ") " + s + "end"
}

// coroutine is the body of a coroutine's function.
func (g *gen) coroutine(d int) string {
	outer := *g
	g.labels, g.loop, g.vararg, g.yield = nil, 0, g.percent(50), true
	g.fn++
	params := ""
	if g.vararg {
		params = "..."
	}
	s := g.sub(func() {
		g.line("if deep() then return; end;")
		g.scope(func() {
			for range 1 + g.intn(3) {
				g.stmt(d + 1)
				g.f("%scoroutine.yield(%s);", g.pick("", "a=", "local b=", "a,b=", "t1.x="), g.list(g.intn(3), d+1))
			}
		})
	})
	g.labels, g.loop, g.yield, g.vararg = outer.labels, outer.loop, outer.yield, outer.vararg
	g.fn--
	return "function(" + params + ") " + s + " end"
}

func (g *gen) stmt(d int) {
	k := g.intn(110)
	if d >= maxDepth && k >= 45 {
		k = g.intn(45)
	}
	if g.gotos && g.percent(12) {
		g.jump(d)
		return
	}
	switch {
	case k < 8:
		n := 1 + g.intn(3)
		names := make([]string, n)
		for i := range names {
			names[i] = g.pick(pool...)
		}
		if e := g.intn(4); e == 0 {
			g.f("local %s;", strings.Join(names, ","))
		} else {
			g.f("local %s=%s;", strings.Join(names, ","), g.list(e, d))
		}
	case k < 26:
		g.assign(d)
	case k < 34:
		g.f("print(show(%s));", g.list(1+g.intn(3), d))
	case k < 37:
		g.f("%s;", g.call(d))
	case k < 39:
		if g.yield {
			g.f("coroutine.yield(%s);", g.list(1+g.intn(2), d))
		} else {
			g.line("Y();")
		}
	case k < 41:
		if g.loop > 0 {
			g.f("if %s then break; end;", g.pick("false", "nil", "a", "not a"))
		}
	case k < 45:
		if g.vararg && g.percent(20) {
			g.line("e=(...);")
			break
		}
		g.line(g.pick("local a=a;", "a=a or {};", "b=(f1(b));", "c=c and 1;", "d=not d and 2;", "g2=g2 and S(g2)..'s' or 'q';", "a=(f2(a,b));",
			"f=f or f1(nil,2);", "do end;", "local function h(s) s=(f1(s)); return s; end; print(show(h(a)));", "print(L()+0);", "a=-Z;", "b=Z*-1;"))
	case k < 56:
		g.f("if %s then", g.cond(d))
		g.block(d)
		for g.percent(25) {
			g.f("elseif %s then", g.cond(d))
			g.block(d)
		}
		if g.percent(40) {
			g.line("else")
			g.block(d)
		}
		g.line("end;")
	case k < 62:
		g.counter(func(check string) {
			g.f("while %s do", g.cond(d))
			g.loopBody(d, check)
			g.line("end;")
		})
	case k < 67:
		g.counter(func(check string) {
			g.line("repeat")
			g.loopBody(d, check)
			g.f("until %s;", g.cond(d))
		})
	case k < 72:
		zero := "-Z,2,1"
		if g.gotos { // LuaJIT starts at -0, PUC at 0
			zero = "2,0"
		}
		g.f("for %s=%s do", g.pick(pool...), g.pick(zero, "'1',2", "1,'2','1'", "1,3", "3,1,-1", "1,0", "N(a),2", "1,(f2(1,2,3))", "0,1,0.25", "1,a", "3,1,-1.0"))
		g.loopBody(d, "if deep() then break; end;")
		g.line("end;")
	case k < 80:
		g.genericFor(d)
	case k < 85:
		g.line("do")
		g.block(d)
		g.line("end;")
	case k < 91:
		n := g.pick("h1", "h2", "h3")
		if g.percent(50) {
			g.funcs = append(g.funcs, n)
			g.f("local function %s%s;", n, g.function(d))
		} else {
			g.f("local %s=function%s;", n, g.function(d))
			g.funcs = append(g.funcs, n)
		}
	case k < 93:
		g.f("function %s%s;", g.pick("t1:m", "t2.m", "t2.u.x", "a", "b", "c"), g.function(d))
	case k < 100:
		g.f("%s(function%s,%s);", g.pick("P", "P", "X"), g.function(d), g.list(1+g.intn(2), d))
	case k < 105:
		g.f("%s=coroutine.create(%s);", g.pick("c1", "c2", "local c1"), g.coroutine(d+1))
	default:
		g.f("print(show(R(%s%s)));", g.pick("c1", "c2"), g.pick("", ",1", ",a,2", ",f1(b,c)"))
	}
}

func (g *gen) assign(d int) {
	n := 1
	if g.percent(45) {
		n = 2 + g.intn(2)
	}
	targets := make([]string, n)
	for i := range targets {
		targets[i] = g.target()
	}
	m := n
	if g.percent(25) {
		m = 1 + g.intn(4)
	}
	switch {
	case g.fn == 0 && g.percent(8):
		v := g.pick("p", "q")
		g.f("%s.x,%s=%s,{x=%s,u={}};", v, v, g.expr(d+1), g.expr(d+1))
	case n == 2 && g.percent(25):
		g.f("%s,%s=%s,%s;", targets[0], targets[1], targets[1], targets[0])
	default:
		g.f("%s=%s;", strings.Join(targets, ","), g.list(m, d))
	}
}

func (g *gen) jump(d int) {
	if len(g.labels) > 0 && g.percent(60) {
		g.f("if %s then %s goto %s; end;", g.cond(d), g.pick("", "", capturing, capturing2), g.pick(g.labels...))
		return
	}
	n, l, outer := g.fresh("n"), g.label(), g.labels
	g.f("do local %s=0; ::%s:: ", n, l)
	g.labels = slices.DeleteFunc(slices.Clone(outer), func(name string) bool { return name == l }) // a goto of that name would come here
	g.scope(func() {
		for range 1 + g.intn(3) {
			g.stmt(d + 1)
		}
	})
	g.labels = outer
	g.f("%s=%s+1; if %s<%d then goto %s; end;", n, n, n, 2+g.intn(2), l)
	g.line("end;")
}

func (g *gen) genericFor(d int) {
	v := g.pick("a", "b,c", "d,e,f", "a,b", "c")
	in := ""
	switch g.intn(6) {
	case 0:
		in = g.pick("ipairs({1,2,3})", "ipairs({a or 1,2,b})", "ipairs(t1)", "ipairs(p)", "ipairs(f1({4,5},2))")
	case 1:
		in = g.pick("next,{7}", "next,f1({5,6})", "next,{x=1},nil", "(pairs({1}))", "pairs(f1({9},8))", "next,(f1({3},4))", "f1(next,{8})")
	case 2:
		in = "(function(n) return function(s,c) Y(); n=n-1; if n>0 then return n,s,c; end; end; end)(" + g.pick("3", "N(2)") + ")"
	case 3:
		in = g.pick("('ab'):rep(2):gmatch('.')", "('x'..f1(1)..f1('y')):gmatch('.')", "f1(f1)(ipairs({4}))", "I(f1(1)+a)", "pairs({t1.m(t1,1)})", "({f1(next)})[1],{1}", "O(2)", "I(a)")
	default:
		in = "coroutine.wrap(" + g.coroutine(d+1) + ")"
	}
	g.f("for %s in %s do", v, in)
	g.loopBody(d, "if deep() then break; end;")
	g.line("end;")
}

func (g *gen) call(d int) string {
	args := g.list(g.intn(4), d+1)
	switch k := g.intn(12); {
	case k == 11:
		return "t2.u." + g.pick("x", "y") + "(" + args + ")"
	case k == 10:
		return g.pick(pool...) + "(" + args + ")"
	case k == 8 && d < maxDepth-1:
		return "(function" + g.function(d+2) + ")(" + args + ")"
	case k == 7:
		return "f1(f1)(" + args + ")"
	case k == 6:
		return g.pick("t1:m(", "t2:m(", "O(3):m(") + args + ")"
	case k == 5:
		return g.pick("t1", "t2") + ".m(t1,'k')"
	case k == 4 && len(g.funcs) > 0:
		return g.funcs[g.intn(len(g.funcs))] + "(" + args + ")"
	}
	return g.pick("f1", "f2", "f3", "f4") + "(" + args + ")"
}

func (g *gen) expr(d int) string {
	k := g.intn(106)
	if d > maxDepth {
		k = g.intn(45)
	}
	switch {
	case k < 10:
		return g.pick("nil", "true", "false", "1", "2", "'s'", "'t'", "0", "1.0", "2.5", "'10'", "0x10", "1e2")
	case k < 30:
		return g.pick(pool...)
	case k < 34:
		return g.pick("g1", "g2", "g3")
	case k < 40:
		return g.pick("p.x", "q.x", "t1.x", "t1[2]", "p[1]", "t2.u.x", "t1.u", "q.u.x", "p[N(a)]", "O(2).n", "O(2)", "p[1.0]", "t1[-Z+1]")
	case k < 45:
		switch {
		case g.vararg && !g.gotos: // LuaJIT has no arg
			return g.pick("...", "(...)", "select('#',...)", "{...}", "arg", "arg and arg.n")
		case g.vararg:
			return g.pick("...", "(...)", "select('#',...)", "{...}")
		}
		return "3"
	case k < 60:
		return g.expr(d+1) + g.pick(" and ", " or ") + g.expr(d+1)
	case k < 66:
		return "(" + g.expr(d+1) + g.pick(" and ", " or ") + g.expr(d+1) + ")" + g.pick(" and ", " or ") + g.expr(d+1)
	case k < 69:
		return "not " + g.atom(d)
	case k < 74:
		return g.atom(d) + g.pick("==", "~=") + g.atom(d)
	case k < 76:
		return g.number(d) + g.pick("<", ">", "<=", ">=") + g.number(d)
	case k < 80:
		return g.number(d) + g.pick("+", "-", "*", "/", "%") + g.pick("1", "2", "0.5", "(-Z)", g.number(d))
	case k < 81:
		if g.percent(60) {
			return g.atom(d) + g.pick("+", "-", "*", "<", "<=", "%") + g.atom(d)
		}
		if g.percent(50) {
			return "#T" + g.atom(d)
		}
		a := g.atom(d)
		if a == "(0)" { // lua5.1 takes the constants 0 and -0 for the same
			a = "Z"
		}
		return "-" + a
	case k < 84:
		return "S(" + g.expr(d+1) + ")..S(" + g.expr(d+1) + ")" + g.pick("", "..'e'", "..S("+g.expr(d+1)+")")
	case k < 86:
		return g.pick("-"+g.number(d)+"+0", "-"+g.number(d), "#S("+g.expr(d+1)+")", g.number(d)+"^2", "-"+g.number(d)+"^2*1", "2^-1")
	case k < 91:
		return g.call(d)
	case k < 95:
		return "(" + g.call(d) + ")"
	case k < 98:
		return g.table(d)
	case k < 103:
		return g.library(d)
	}
	if d > 3 {
		return "f1"
	}
	return "function" + g.function(d+1)
}

func (g *gen) atom(d int) string   { return "(" + g.expr(d+1) + ")" }
func (g *gen) number(d int) string { return "N(" + g.expr(d+1) + ")" }

func (g *gen) library(d int) string {
	s := "S(" + g.expr(d+1) + ")"
	n := g.pick("1", "2", "-1", "0", g.number(d))
	switch g.intn(14) {
	case 0:
		return "(" + s + "..''):sub(" + n + ")"
	case 1:
		return "(" + s + "..''):sub(" + n + ",-2)"
	case 2:
		return "(" + s + "..'ab'):rep(2)"
	case 3:
		return "(" + s + "..'x'):byte(" + n + ")"
	case 4:
		return "(" + s + "..'axa'):gsub('a'," + g.pick("'b'", "{a='c'}", "function(m) Y(); a=m; return m..m; end", "'%0%0'") + g.pick("", ",1") + ")"
	case 5:
		return "(" + s + "..''):find(" + g.pick("'s'", "'.'", "'(%a)(%d*)'", "'t',1,true") + ")"
	case 6:
		return "(" + s + "..'k=v'):match(" + g.pick("'(%w+)=(%w+)'", "'^%l+'", "'%d+$'", "'()k()'") + ")"
	case 7:
		// More digits than quarters have: LuaJIT rounds 0.25 up to 0.3, where C rounds to the even digit.
		return "('%s|%d|%7.3f'):format(" + s + "," + n + "," + g.number(d) + ")"
	case 8:
		return "table.concat({" + s + "," + s + "}," + g.pick("','", "''", "1") + ")"
	case 9:
		return "(function(t) table.sort(t,function(x,y) Y(); return x" + g.pick("<", ">") + "y; end); return t; end)({3,1,2," + g.number(d) + "})"
	case 10:
		return "unpack({" + g.list(1+g.intn(3), d) + "},1,3)" // with holes its length is anyone's choice
	case 11:
		return "select(" + g.pick("1", "2", "-1", "'#'") + "," + g.list(1+g.intn(3), d) + ")"
	case 12:
		return g.pick("tonumber", "type", "tostring") + "(" + g.pick("S("+g.pick(pool...)+")", "'10'", "' 0x1F '", "nil", "'1e1'", "'z',36", "true") + ")"
	}
	return g.pick("rawget(t1,'x')", "rawequal(p,p)", "(t1.x==5)", "('b'<'a')", "('a'<'ab')", "math.floor("+g.number(d)+")", "math.max(1,"+g.number(d)+")")
}

func (g *gen) table(d int) string {
	var fields []string
	if g.percent(6) {
		for range 49 + g.intn(3) {
			fields = append(fields, "7")
		}
	}
	keyed := false
	for range g.intn(4) {
		k := g.intn(4)
		if g.gotos && keyed { // LuaJIT is wrong about keys given twice
			k = 0
		}
		switch k {
		case 2:
			keyed = true
			fields = append(fields, g.pick("x", "y", "u")+"="+g.expr(d+1))
		case 3:
			keyed = true
			key := g.pick("'k'", "'x'", "true or a", "false or 'z'", g.number(d)+"+200")
			if !g.gotos && g.percent(30) {
				key = g.pick("1.0", g.expr(d+1))
			}
			fields = append(fields, "["+key+"]="+g.expr(d+1))
		default:
			fields = append(fields, g.expr(d+1))
		}
	}
	return "{" + strings.Join(fields, ",") + "}"
}

var tokens = regexp.MustCompile(`'[^']*'|\d[\w.]*|[A-Za-z_]\w*|\.\.\.|\.\.|==|~=|<=|>=|\S`)

// spread breaks lines anywhere but before a parenthesis, which might begin a statement.
func (g *gen) spread(src string) string {
	var b strings.Builder
	for _, t := range tokens.FindAllString(src, -1) {
		if t != "(" && g.percent(8) {
			b.WriteByte('\n')
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(t)
	}
	return b.String() + "\n"
}
