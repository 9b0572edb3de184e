package codegen

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/parser"
)

func compile(t testing.TB, src string) (*lua.FunctionProto, error) {
	t.Helper()
	chunk, err := parser.Parse(src)
	if err != nil {
		t.Fatalf("%v in %.300s", err, src)
	}
	p, err := Compile(chunk, "=t", "t")
	if err == nil {
		if verr := Verify(p); verr != nil {
			t.Fatalf("%v in %.300s", verr, src)
		}
	}
	return p, err
}

// seq repeats a text n times; # in it is the number.
func seq(n int, format, sep string) string {
	s := make([]string, n)
	for i := range s {
		s[i] = strings.ReplaceAll(format, "#", fmt.Sprint(i))
	}
	return strings.Join(s, sep)
}

// The table of old, arg, is made where the code names it and has no "...", as in Lua 5.1 (LUA_COMPAT_VARARG), but no table that nobody could see.
func TestArg(t *testing.T) {
	for src, want := range map[string]bool{
		"function f(...) return arg end":                                             true,
		"function f(...) arg = 1 end":                                                true,
		"function f(...) return function() return arg end end":                       true,
		"function f(...) return function() arg = nil end end":                        true,
		"function f(...) return arg, ... end":                                        false,
		"function f(...) end":                                                        false,
		"function f(a, ...) return a end":                                            false,
		"function f(...) return function(...) return arg end end":                    false,
		"function f(...) local arg = 1 return arg end":                               false,
		"function f(...) return function(arg) return arg end end":                    false,
		"function f(...) return t.arg, loadstring('return arg') end":                 false,
		"function f(arg, ...) return arg end":                                        true,
		"function f(...) for arg = 1, 2 do g(arg) end end":                           false,
		"function f(...) do local arg = 2 end return arg end":                        true,
		"function f(...) local function arg() return arg() end end":                  false,
		"function f(...) local arg = arg return arg end":                             true,
		"function f(...) return function() return function() return arg end end end": true,
	} {
		p, err := compile(t, src)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.FunctionPrototypes[0].IsVarArg&lua.VarArgNeedsArg != 0; got != want {
			t.Errorf("%s: %v", src, got)
		}
	}
}

func TestLimits(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"local " + seq(200, "a#", ","), ""},
		{"local " + seq(201, "a#", ","), "1: main function has more than 200 local variables"},
		{"\nfunction f() local " + seq(201, "a#", ",") + " end", "2: function at line 2 has more than 200 local variables"},
		{"local " + seq(60, "a#", ",") + " function f() return " + seq(60, "a#", "+") + " end", ""},
		{"local " + seq(61, "a#", ",") + " function f() return " + seq(61, "a#", "+") + " end", "1: function at line 1 has more than 60 upvalues"},
		{"f(" + seq(240, "a#", ",") + ")", ""},
		{"f(" + seq(260, "a#", ",") + ")", "1: function or expression too complex"},
		{"return " + strings.Repeat("{", 190) + strings.Repeat("}", 190), ""},
		{"t = {" + seq(1<<18-1, "#.5", ",") + "}", ""},
		{"t = {" + seq(1<<18, "#.5", ",") + "}", "1: main function has more than 262144 constants"},
		{"for i = 1, 2 do " + strings.Repeat("a = b ", 70000) + "end", "1: control structure too long"},
	} {
		_, err := compile(t, c.src)
		have := ""
		if err != nil {
			have = err.Error()
		}
		if have != c.want {
			t.Errorf("%.50s: %q, wanted %q", c.src, have, c.want)
		}
	}
}

// Names of locals are found as LFunction.LocalName, luaF_getlocalname's like, looks for them.
func TestLocalNames(t *testing.T) {
	p, err := compile(t, "do local a = 1 f() end\nlocal b = f()\nfor i = 1, 2 do f() end\nlocal function g(x, ...) return x, b end f()")
	if err != nil {
		t.Fatal(err)
	}
	fn := &lua.LFunction{Proto: p}
	var have []string
	for pc, in := range p.Code {
		if opOf(in) != lua.OP_CALL {
			continue
		}
		var names []string
		for i := 1; ; i++ {
			name, ok := fn.LocalName(i, pc)
			if !ok {
				break
			}
			names = append(names, name)
		}
		have = append(have, strings.Join(names, " "))
	}
	want := []string{"a", "", "b (for index) (for limit) (for step) i", "b g"}
	if fmt.Sprint(have) != fmt.Sprint(want) {
		t.Errorf("locals at calls: %q, wanted %q", have, want)
	}
	if g := p.FunctionPrototypes[0]; g.NumParameters != 1 || g.LineDefined != 4 || fmt.Sprint(g.DbgUpvalues) != "[b]" {
		t.Errorf("g has %d parameters, upvalues %v, begins at line %d", g.NumParameters, g.DbgUpvalues, g.LineDefined)
	}
}

// Every instruction that can fail has the line that PUC Lua gives it.
func TestLines(t *testing.T) {
	fails := map[int]bool{}
	for _, op := range []int{lua.OP_GETGLOBAL, lua.OP_GETTABLE, lua.OP_GETTABLEKS, lua.OP_SETGLOBAL, lua.OP_SETTABLE,
		lua.OP_SETTABLEKS, lua.OP_SELF, lua.OP_ADD, lua.OP_UNM, lua.OP_LEN, lua.OP_CONCAT, lua.OP_LT, lua.OP_CALL,
		lua.OP_TAILCALL, lua.OP_FORPREP, lua.OP_TFORLOOP} {
		fails[op] = true
	}
	for _, c := range []struct{ src, want string }{ // "luac5.1 -l" shows the same lines
		{"local x = a\n+\nb", "2 3 3"},
		{"x = a\n.b\n.c\n.d", "1 2 3 4 4"},
		{"x = (a.b\n)\n+ c", "1 2 3 3 3"},
		{"f(\na.b\n,\nc.d\n)", "1 2 3 4 5 1"},
		{"a.b\n:c\n(1)", ""},
		{"a.b\n:c(\n1)\n:d{\n}", "1 2 2 2 4 4"},
		{"a\n:\nb 'x'\n\n", "3 3 3"},
		{"x = -\na\n", "2 2 2"},
		{"x = a ..\nb ..\nc\n", "1 2 3 3 3"},
		{"if a\n<\nb\nthen end", "2 3 3"},
		{"for i = a,\nb\ndo c() end", "1 2 3 3 3"},
		{"for i in\na\n,b\ndo end", "3 3 2"},
		{"function a.b\n.c()\nend", "1 1 1"},
		{"function a\n:b()\nend", "1 1"},
		{"t = {\na.b,\nc = d.e,\nf.g\n}", "2 2 3 3 3 4 5 5"},
		{"a[\nb\n]\n=\nc\n", "1 2 5 5"},
		{"return a\n(\n)", ""},
		{"return a(\n)\n", "1 1"},
		{"a.b, c.d\n=\n1,\ne\n", "1 1 4 4 4"},
	} {
		chunk, err := parser.Parse(c.src)
		if err != nil {
			if c.want != "" {
				t.Errorf("%q: %v", c.src, err)
			}
			continue
		}
		p, err := Compile(chunk, "=t", "t")
		if err != nil {
			t.Errorf("%q: %v", c.src, err)
			continue
		}
		var lines []string
		for pc, in := range p.Code {
			if fails[Base(opOf(in))] {
				lines = append(lines, fmt.Sprint(p.DbgSourcePositions[pc]))
			}
		}
		if have := strings.Join(lines, " "); have != c.want {
			t.Errorf("%q: lines %s, wanted %s", c.src, have, c.want)
		}
	}
}

// -0 is a constant of its own.
func TestZeros(t *testing.T) {
	p, err := compile(t, "return 0, -0, 0 * -1, -0")
	if err != nil {
		t.Fatal(err)
	}
	zero := func(i int) bool { return math.Signbit(float64(p.Constants[i].(lua.LNumber))) }
	if len(p.Constants) != 2 || zero(0) || !zero(1) {
		t.Errorf("constants %v", p.Constants)
	}
}

// Nothing is quadratic.
func TestLarge(t *testing.T) {
	for name, src := range map[string]string{
		"literals":  "return {" + seq(20000, "#.5,'s#'", ",") + "}",
		"gotos":     seq(40000, "goto a#", " ") + seq(40000, " ::a#::", ""),
		"elseifs":   "if a then " + seq(20000, "elseif a then b = #", " ") + " end",
		"breaks":    "while a do " + seq(30000, "if a then break end", " ") + " end",
		"ands":      "x = " + seq(40000, "a", " and "),
		"fields":    "x = a" + strings.Repeat(".a", 100000),
		"functions": seq(20000, "function f#() return a end", " "),
		"numbers":   seq(10000, "do local a, b = c + #, c * 2; a, b = b, a + b; for i = a, b do a = a + i end; d = a end", " "),
		"one scope": "local " + seq(190, "a#", ",") + " = 1 " + seq(50000, "a1 = a2 + a#", " "),
		"blocks":    seq(60, "do local a# = b + 1", " ") + seq(40000, " b = a1 * 2", " ") + seq(60, " end", " "),
		"locals":    seq(20000, "do local a, b = #, c end", " "),
	} {
		least := time.Hour
		for try := 0; try < 3 && least > 3*time.Second; try++ { // each takes some 50 ms, and longer where the machine is busy elsewhere
			start := time.Now()
			if _, err := compile(t, src); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			least = min(least, time.Since(start))
		}
		if t.Logf("%s: %v", name, least); least > 3*time.Second {
			t.Errorf("%s took %v", name, least)
		}
	}
}
