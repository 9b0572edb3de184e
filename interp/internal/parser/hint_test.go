package parser_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/interp/internal/parser"
)

func failed(t *testing.T, src string) *parser.Error {
	t.Helper()
	_, err := parser.Parse(src)
	e := (*parser.Error)(nil)
	if !errors.As(err, &e) {
		t.Fatalf("%q is Lua", src)
	}
	return e
}

// People bring slips along from other languages: each error says what Lua has instead.
func TestHints(t *testing.T) {
	for _, c := range []struct{ src, hint string }{
		// operators
		{"if a != b then end", "Lua has ~= for !="},
		{"if a !== b then end", "Lua has ~= for !="},
		{"if a <> b then end", "Lua has ~= for <>"},
		{"if a === b then end", "Lua has == for ==="},
		{"x = a && b", "Lua has 'and' for &&"},
		{"x = a || b", "Lua has 'or' for ||"},
		{"if !x then end", "Lua has 'not' for !"},
		{"while (!done) do end", "Lua has 'not' for !"},
		{"x = a ?? b", "Lua has a or b for a ?? b"},
		{"x = a?.b", "Lua has a and a.b for a?.b"},
		{"x = a ? b : c", "Lua has a and b or c for a ? b : c"},
		{"x = a ** 2", "Lua has a ^ b for a ** b"},
		{"x = a // b", "Lua has math.floor(a / b) for a // b; a comment begins with --"},
		{"x = a & b", "Lua has bit.band(a, b) for a & b"},
		{"x = f() | b", "Lua has bit.bor(a, b) for a | b"},
		{"x = a ~ b", "Lua has bit.bxor(a, b) for a ~ b"},
		{"x = ~a", "Lua has bit.bnot(a) for ~a"},
		{"x = a << 2", "Lua has bit.lshift(a, n) for a << n"},
		{"x = a >> 2", "Lua has bit.rshift(a, n) for a >> n"},
		{"count += 1", "Lua has no +=: write count = count + ..."},
		{"t.x[1] *= 2", "Lua has no *=: write t.x[1] = t.x[1] * ..."},
		{"s ..= 'x'", "Lua has no ..=: write s = s .. ..."},
		{"return x += 1", "Lua has no +=: write x = x + ..."}, // the REPL tries it as an expression
		{"x ||= 1", "write x = x or ..."},
		{"i++", "Lua has no ++: write i = i + 1"},
		{"++i", "Lua has no ++: write i = i + 1"},
		{"a[i++] = 1", "Lua has no ++: write i = i + 1"},
		{"i--\nprint(i)", "-- begins a comment: write i = i - 1"},
		{"i--;", "-- begins a comment: write i = i - 1"},
		{"x := 1", "a new variable is: local x = ..."},
		{"p->x = 1", "a field is p.x, and a call of a method p:f()"},
		{"x = p->x", "a field is p.x, and a call of a method p:f()"},

		// comments
		{"// so", "a comment begins with --"},
		{"print(1) // so", "a comment begins with --"},
		{"x = 1 # so", "a comment begins with --"},
		{"x = 1\n# so", "a comment begins with --"},
		{"/* so */", "a comment of several lines is --[[ ... ]]"},
		{"x = 1 /* so */", "a comment of several lines is --[[ ... ]]"},

		// waiting
		{"local x = await f()", "await is a function: await(f())"},
		{"await f()", "await is a function: await(f())"},
		{"return await f()", "await is a function: await(f())"},
		{"g(await f())", "await is a function: await(f())"},
		{"async function f() end", asyncHint},
		{"local f = async function() end", asyncHint},
		{"local f = async function g() end", asyncHint},
		{"async def f():", asyncHint},

		// statements
		{"for i = 1, 3 do if x then continue end end", "Lua 5.1 has no continue: goto continue, and ::continue:: before the end of the loop"},
		{"while x do continue; end", "Lua 5.1 has no continue: goto continue, and ::continue:: before the end of the loop"},
		{"if x > 3:\n  y()\nend", "after a condition comes then, no colon"},
		{"int main() {", "a function is: function f(x) ... end"},
		{"let mut x = 5", "write local x, not let mut x"},
		{"if [ \"$x\" = y ]; then", "a condition is written: if a == b then ... end"},
		{"if x then pass\nend", "an empty block needs nothing in it"},
		{"let x = 1", "write local x, not let x"},
		{"const x = 1", "write local x, not const x"},
		{"int x = 5", "write local x, not int x"},
		{"let { a, b } = t", "a variable is: local x = ..."},
		{"def f(x):\n  return x", "a function is: function f(x) ... end"},
		{"func f(x) {\n}", "a function is: function f(x) ... end"},
		{"if x then y() elif z then end", "write elseif"},
		{"if x then y() elif (z) then end", "write elseif"},
		{"if x then\n y()\nelse if z then\n w()\nend\n", "the 'else if' of line 3 begins a block of its own: write elseif"},
		{"if a = b then end", "to compare is =="},
		{"if x and a = b then end", "to compare is =="},
		{"if (a = b) then end", "to compare is =="},
		{"while a = b do end", "to compare is =="},
		{"if x:\n  y()\nend", "after a condition comes then, no colon"},
		{"while x:\n  y()\nend", "after while ... and for ... comes do, no colon"},
		{"for i in range(10):\n  print(i)\n", "after while ... and for ... comes do, no colon"},
		{"if x is None then end", "to compare is =="},
		{"if x is not None then end", "Lua has ~= for !="},
		{"if x in t then end", "whether a table has a key is: t[key] ~= nil"},
		{"y = a if b else c", "Lua has b and a or ... for a if b else ..."},
		{"if (x) {\n  y()\n}\nz = 1", "a block is then ... end or do ... end, without { }"},
		{"if (x) {\n  y = 1;\n  return 5;\n}", "a block is then ... end or do ... end, without { }"},
		{"while (x) {\n  y()\n  z()\n}", "a block is then ... end or do ... end, without { }"},
		{"function f(x) {\n  return x\n}", "a function's body needs no { }: function f(x) ... end"},
		{"for (i = 0; i < 3; i++) {", loopHint},
		{"for (const x of xs) {", loopHint},
		{"for i = 1 to 10 do end", loopHint},
		{"for x of xs do end", loopHint},
		{"for i in 1..10 do end", loopHint},
		{"foreach x in xs do end", loopHint},
		{"import json", `a module is: local json = require("json")`},
		{"from os import path", `a module is: local os = require("os")`},
		{"print x", "print needs its parentheses: print(...)"},
		{`print "a", "b"`, "print needs its parentheses: print(...)"},
		{`print "n: " .. n`, "print needs its parentheses: print(...)"},
		{"throw e", "an error is raised by error(...)"},
		{"try {\n local x = 1\n}", "errors are caught by pcall(f), which returns false and the error"},
		{"try:\n  f\n", "errors are caught by pcall(f), which returns false and the error"},
		{"switch (x) {\n case 1:\n f()\n}", "Lua has no switch: if ... then ... elseif ... then ... end"},
		{"class Foo {\n}", "Lua has no classes: setmetatable({}, { __index = Class }) makes an object"},
		{"with open(x) as f:", "Lua has no with: finally(body, cleanup) closes what was opened"},
		{"f = lambda x: x + 1", "a function without a name is: function(x) return ... end"},
		{"f = x => x + 1", "a function without a name is: function(x) return ... end"},
		{"f = (x) => x + 1", "a function without a name is: function(x) return ... end"},
		{"f(() => 1)", "a function without a name is: function(x) return ... end"},
		{"f((a, b) => a + b)", "a function without a name is: function(x) return ... end"},
		{"del t.x", "write t.x = nil"},
		{"go f()", "a task is started by spawn(f, ...)"},
		{"defer f()", "what must be done in any case is the cleanup of finally(body, cleanup)"},
		{"typeof x", "type(x) tells the type of x"},
		{"if x instanceof Y then", "type(x) tells the type of x, getmetatable(x) the class"},
		{"return a if b else c", "Lua has b and a or ... for a if b else ..."},
		{"x = 5 if y\nz()", "write if y then x = 5 end"},
		{"for i = 1; i < 9; i++ do", loopHint},
		{"async for x in y do end", "any loop can wait: write it without async"},
		{"if not (x in t) then end", "whether a table has a key is: t[key] ~= nil"},
		{"goto end", "end is a word of Lua's, and no name"},
		{"f = |x| x + 1", "a function without a name is: function(x) return ... end"},
		{"xs.map { x -> x }", "a function without a name is: function(x) return ... end"},
		{"local {a, b} = t", "write local a, b = t.a, t.b"},
		{"function f {\n}", "a function is: function f(x) ... end"},
		{"print(x, end='')", "arguments have no names; f({ x = ... }) passes a table"},
		{"f(1, 2,)", "there is one comma too many"},
		{"t = { 1,, 2 }", "there is one comma too many"},
		{"\"\"\"doc\"\"\"", "a text of several lines is [[ ... ]]"},
		{"local n = y as number", "Lua has no types: leave them out"},
		{"unless x then end", "write if not ... then"},
		{"public void f()", "Lua has no public"},
		{"if x then end end", "this end belongs to no block"},
		{"if x then y() fi\n", "a block ends with end"},
		{"echo x", "a call is echo(...)"},
		{"x == 5", "to assign is x = ..., and a comparison alone is no statement"},
		{"x\ny = 1", "a statement is a call or an assignment"},
		{"f() = 5", "to the value of a call nothing can be assigned"},
		{"function f()\n  return 1\n  print(2)\nend", "return and break must be the last of their block: do return end"},
		{"for i = 1, 2 do break print(2) end", "return and break must be the last of their block: do return end"},
		{"return; if x then end", "return and break must be the last of their block: do return end"},
		{"repeat x() end", "a repeat ends with until and a condition"},
		{"end", "this end belongs to no block"},
		{"x = 5;;", "one ; is enough"},

		// types and parameters
		{"local x <const> = 1", "Lua 5.1 has no <const> and <close>: leave them out; finally(...) cleans up"},
		{"local a, b <close> = f()", "Lua 5.1 has no <const> and <close>: leave them out; finally(...) cleans up"},
		{"local x: number = 5", "Lua has no types: leave them out"},
		{"function f(a, b: string) end", "Lua has no types: leave them out"},
		{"function f(): number end", "Lua has no types: leave them out"},
		{"function f() -> int\nend", "Lua has no types: leave them out"},
		{"function f(x):\n  return x\nend", "after a function's parameters comes no colon: function f(x) ... end"},
		{"function f(x = 5) end", "a default is set inside: if x == nil then x = ... end"},
		{"local t.x = 5", "local makes a variable; a field is set without it"},
		{"local function() end", "write local f = function() ... end"},
		{"x = function f() end", "a function within an expression has no name: function(x) ... end"},
		{"f(a = 1)", "arguments have no names; f({ a = ... }) passes a table"},
		{"f(...args)", "Lua has unpack(args) for ...args"},
		{"t = { ...args }", "Lua has unpack(args) for ...args"},
		{"f(*args)", "Lua has unpack(list) for *list"},

		// tables and strings
		{`t = { "x" "y" }`, "a comma is missing before it"},
		{"t = {\n  a = 1\n  b = 2\n}", "a comma is missing before it"},
		{"f(a b)", "a comma is missing before it"},
		{"f(a\nx = 1", "a comma or a ) is missing before it"},
		{"t = { a = 1, b: 2 }", "in a table it is: b = value"},
		{`t = { b: "x" }`, "in a table it is: b = value"},
		{"t = { b: x }", "in a table it is: b = value"},
		{`t = { "b": 2 }`, `in a table it is: ["name"] = value`},
		{"t = { a => 1 }", "in a table it is: key = value"},
		{"t = { end = 5 }", `end is a word of Lua's: write ["end"] = ...`},
		{"t = { function = 1 }", `function is a word of Lua's: write ["function"] = ...`},
		{"t.end = 5", `end is a word of Lua's: write t["end"]`},
		{"local end = 5", "end is a word of Lua's, and no name"},
		{"function f(in) end", "in is a word of Lua's, and no name"},
		{"x = [1, 2, 3]", "a list is written { 1, 2, 3 }"},
		{"f([])", "a list is written { 1, 2, 3 }"},
		{"x = t[1:3]", "a part of a text is s:sub(first, last)"},
		{"x = t[1, 2]", "write t[1][2] for t[1, 2]"},
		{`x = "abc":upper()`, `write ("..."):upper()`},
		{`x = "abc".upper()`, `write ("..."):upper()`},
		{"print(\"abc\n", `its closing " is missing; a text of several lines is [[ ... ]]`},
		{"x = 'abc", `its closing ' is missing; a text of several lines is [[ ... ]]`},
		{"x = 'it's'", `within '...' a ' is written \'`},
		{"print(x')", `its closing ' is missing; a text of several lines is [[ ... ]]`},
		{"print('don't')", `within '...' a ' is written \'`},
		{"x = [==[abc\n", "it ends with ]==]"},
		{"x = 1 --[[ abc\n", "it ends with ]]"},
		{"try\n  f()\ncatch e\nend", "errors are caught by pcall(f), which returns false and the error"},
		{"catch (e) {\n", "errors are caught by pcall(f), which returns false and the error"},
		{"throw;", "an error is raised by error(...)"},
		{"throw\nf()", "an error is raised by error(...)"},
		{`x = """doc"""`, "a text of several lines is [[ ... ]]"},
		{"x = 1_000", "a number is written without _"},
		{"x = 0b101", `write tonumber("101", 2)`},
		{"x = 0o17", `write tonumber("17", 8)`},
		{"x = `a ${b}`", `a string is in " or ', and .. puts values between: "a" .. x`},
		{"print(“hi”)", `a string is in " or '`},
		{"x = ‘hi’", `a string is in " or '`},
		{"x = a – b", "write - for –"},
		{"if a ≠ b then end", "write ~= for ≠"},
		{"größe = 5", "names have the letters A to Z, digits and _"},
		{"x = 5 € y", "€ may only be in a string or a comment"},
		{"x =\u00a05", "the invisible character U+00A0 may only be in a string or a comment"},
		{"x = \xff", "the source should be text in UTF-8"},
		{"x = $HOME", `a variable of the environment is os.getenv("HOME")`},
		{"$x = 1", "a variable is written without $"},
		{"x = $(ls)", `what a command prints is io.popen("..."):read("*a")`},
		{"x = a + \\\n b", `a statement may go on in the next line without \`},
		{"@cached\nfunction f() end", "Lua has no decorators"},
	} {
		if e := failed(t, c.src); e.Hint != c.hint {
			t.Errorf("%q: %v\n hint   %q\n wanted %q", c.src, e, e.Hint, c.hint)
		}
	}
}

const (
	asyncHint = "any function can wait; async(function(...) ... end) is one that starts later, when it is awaited"
	loopHint  = "a loop is: for i = 1, 10 do ... end, or: for i, v in ipairs(list) do ... end"
)

// An error that says it all, or about which nobody knows more, has no hint: a wrong one is worse than none.
func TestNoHint(t *testing.T) {
	for _, src := range []string{
		"x =", "x = a and", "f(1, 2", "t = { 1, 2", "local", "for", "x = 5 5", "if x y() end", "x = 3 % % 2", "function f(", "x = (1",
		"x = not", "goto", "local x, y = 1 2", "x = )", "::a:", "return a b", "x = a ! b", "x = 1 ? 2", "x", "x = @", "x = 3x", "x 1", "f(a then", "t = { 1 for",
	} {
		if e := failed(t, src); e.Hint != "" && !strings.HasPrefix(e.Hint, "a statement is") {
			t.Errorf("%q: %v; %s", src, e, e.Hint)
		}
	}
}

// Names of other languages are names.
func TestNoSlip(t *testing.T) {
	for _, src := range []string{
		"await(f())", "await 'x'", "await { f }", "print(await, 1)", "local x = await\nf()", "async(function() end)", "local await = 1 local x = await print(x)",
		"local function async() end local y = async function g() end", "local function f(await) local x = await print(x) end", "t.await = f x = t.await y = 1",
		"for _, async in pairs(t) do local x = async function g() end end", "let = 1 const { 1 } print 'x' continue = pass",
	} {
		if _, err := parser.Parse(src); err != nil {
			t.Errorf("%q: %v", src, err)
		}
	}
}

// The place that is shown is where something is missing: where the indentation tells, the block that lacks its end.
func TestBlocksWithoutEnd(t *testing.T) {
	for _, c := range []struct {
		name, src, hint string
		show            parser.Place
	}{
		{"inner", "function f()\n  for i = 1, 3 do\n    if x then\n      y()\n  end\nend\nprint(1)\n", "the 'if' of line 3 seems to lack its end", parser.Place{Line: 3, Column: 5}},
		{"tabs", "function f()\n\tif x then\n\t\ty()\nend\n", "the 'if' of line 2 seems to lack its end", parser.Place{Line: 2, Column: 2}},
		{"callback", "spawn(function()\n  while x do\n    y()\nend)\n", "the 'while' of line 2 seems to lack its end", parser.Place{Line: 2, Column: 3}},
		{"until", "repeat\n  if x then\n    y()\nuntil z\n", "the 'if' of line 2 seems to lack its end", parser.Place{Line: 2, Column: 3}},
		{"else", "if x then\n  for i = 1, 3 do\n    y()\nelse\n  z()\nend\n", "the 'for' of line 2 seems to lack its end", parser.Place{Line: 2, Column: 3}},
		{"callback in a line", "spawn(function() x() )", "the 'function' of line 1 seems to lack its end", parser.Place{Line: 1, Column: 7}},
		{"an earlier block that was well", "do\n    if x then y()\n  end\nend\nfunction f()\n  if x then\n    y()\nend\n", "the 'if' of line 6 seems to lack its end", parser.Place{Line: 6, Column: 3}},
		{"the outermost", "local function f()\n  if x then\n    y()\n  end\n\nprint(f())\n", "", parser.Place{Line: 1, Column: 7}},
		{"one line", "if x then y()", "", parser.Place{Line: 1, Column: 1}},
		{"do", "do x()\n", "", parser.Place{Line: 1, Column: 1}},
		{"bracket", "f({ 1,\n  2\n", "", parser.Place{Line: 1, Column: 3}},
		{"expression", "x = 1 +\n\n", "", parser.Place{Line: 1, Column: 8}},
		{"long string", "x = 1\ny = [[\n\n\n", "it ends with ]]", parser.Place{Line: 2, Column: 5}},
		{"before what follows", "local function f()\n  if x then\n    return 1\n\n  print(x)\nend\n", "the 'if' of line 2 seems to lack its end", parser.Place{Line: 2, Column: 3}},
		{"then", "if x == 3\n  y()\nend\n", "", parser.Place{Line: 1, Column: 10}},
		{"comma", "t = {\n  a = 1,\n  b = 2 -- two\n  c = 3,\n}\n", "a comma is missing before it", parser.Place{Line: 3, Column: 8}},
		{"bracket in a block", "if x then\n  y(1,\n    2 +\nend\n", "the ( of line 2 is not closed", parser.Place{Line: 2, Column: 4}},
		{"table before a statement", "t = {\n  1,\nlocal x = 2\n", "the { of line 1 is not closed", parser.Place{Line: 1, Column: 5}},
		{"too many", "if x then\n  y()\nend\nend\n", "the 'if' of line 1 ends at line 3", parser.Place{Line: 4, Column: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if e := failed(t, c.src); e.Hint != c.hint || e.Show != c.show {
				t.Errorf("%v\n hint   %q at %v\n wanted %q at %v", e, e.Hint, e.Show, c.hint, c.show)
			}
		})
	}
}

// Explaining takes no more than a time that grows with the text: whoever loads what a stranger wrote waits for it.
func TestHintsOfLongTexts(t *testing.T) {
	for name, src := range map[string]string{
		"a long line that is indented": strings.Repeat(" ", 1e6) + strings.Repeat("x=1 ", 2e5) + "x != 1",
		"many blocks":                  strings.Repeat("if x then\n  y()\nend\n", 1e5) + "if x then",
		"a name":                       "x = " + strings.Repeat("a", 1e6) + " != 1",
		"blanks":                       "x = 1 " + strings.Repeat(" ", 1e6) + "\n" + strings.Repeat("\n", 1e6) + "!",
	} {
		start := time.Now()
		failed(t, src)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}
