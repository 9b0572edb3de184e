package vm_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Texts as lua5.1 prints them.
func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct {
		name, src, want string
		column          int
		incomplete      bool
	}{
		{"@job.lua", "x = = 1", "job.lua:1: unexpected symbol near '='", 5, false},
		{"@job.lua", "for i=1,2 do\n\nx()", "job.lua:3: 'end' expected (to close 'for' at line 1) near '<eof>'", 0, true},
		{"@job.lua", "if x then y() else if z then w() end", "job.lua:1: 'end' expected near '<eof>'", 0, true},
		{"=stdin", "x = \"abc\ny=1", "stdin:1: unfinished string near '\"abc'", 5, false},
		{"=stdin", "x = 'abc", "stdin:1: unfinished string near '<eof>'", 0, true},
		{"=stdin", "x = [[a\nb", "stdin:2: unfinished long string near '<eof>'", 0, true},
		{"=stdin", "--[==[a]]\nb", "stdin:2: unfinished long comment near '<eof>'", 0, true},
		{"=stdin", "x = [=y", "stdin:1: invalid long string delimiter near '[='", 5, false},
		{"f\n(1)", "f\n(1)", `[string "f..."]:2: ambiguous syntax (function call x new statement) near '('`, 1, false},
		{"=s", `x = "a\300"`, `s:1: escape sequence too large near '"a'`, 5, false},
		{"=s", "x = 3..2", "s:1: malformed number near '3..2'", 5, false},
		{"=s", "x = 0x", "s:1: malformed number near '0x'", 5, false},
		{"=s", "x = 1e", "s:1: malformed number near '1e'", 5, false},
		{"=s", "x = 12_000", "s:1: malformed number near '12_000'", 5, false},
		{"=s", "break", "s:1: no loop to break near '<eof>'", 0, true},
		{"=s", "while true do break x = 1 end", "s:1: 'end' expected near 'x'", 21, false},
		{"=s", "function f() return ... end", "s:1: cannot use '...' outside a vararg function near '...'", 21, false},
		{"=s", "(a) = 1", "s:1: syntax error near '='", 5, false},
		{"=s", "f() = 1", "s:1: unexpected symbol near '='", 5, false},
		{"=s", "a, f() = 1", "s:1: syntax error near '='", 8, false},
		{"=s", "a b", "s:1: '=' expected near 'b'", 3, false},
		{"=s", "x = \x01", "s:1: unexpected symbol near 'char(1)'", 5, false},
		{"=s", "x = a\x00b", "s:1: unexpected symbol", 6, false},
		{"=s", "x = \"a\\nb\" \"c\"", "s:1: unexpected symbol near '\"c\"'", 12, false},
		{"=s", "x = y [==[\na]==] z = = [[q]]", "s:2: unexpected symbol near '='", 11, false},
		{"=s", "x = 1 [[\nq]]", "s:2: unexpected symbol near '[[q]]'", 0, false},
		{"=s", "return 1 return 2", "s:1: '<eof>' expected near 'return'", 10, false},
		{"=s", "end", "s:1: '<eof>' expected near 'end'", 1, false},
		{"=s", ";", "s:1: unexpected symbol near ';'", 1, false},
		{"=s", "for 1", "s:1: '<name>' expected near '1'", 5, false},
		{"=s", "for a.b", "s:1: '=' or 'in' expected near '.'", 6, false},
		{"=s", "for a = 1 do", "s:1: ',' expected near 'do'", 11, false},
		{"=s", "x = f:g", "s:1: function arguments expected near '<eof>'", 0, true},
		{"=s", "function f(a,) end", "s:1: <name> or '...' expected near ')'", 14, false},
		{"=s", "function f(..., a) end", "s:1: ')' expected near ','", 15, false},
		{"=s", "x = {1 2}", "s:1: '}' expected near '2'", 8, false},
		{"=s", "f(\n1\n2)", "s:3: ')' expected (to close '(' at line 1) near '2'", 1, false},
		{"=s", "repeat x() end", "s:1: 'until' expected near 'end'", 12, false},
		{"=s", "x = a.1", "s:1: unexpected symbol near '.1'", 6, false},
		{"=s", "local function 1", "s:1: '<name>' expected near '1'", 16, false},
		{"=s", strings.Repeat("(", 10000), "s:1: chunk has too many syntax levels", 201, false},
		{"=s", strings.Repeat("do ", 10000), "s:1: chunk has too many syntax levels", 601, false},
		{"=s", "x = " + strings.Repeat("-", 1) + strings.Repeat("not ", 10000), "s:1: chunk has too many syntax levels", 0, false},
		{strings.Repeat("x", 100), "x", `[string "` + strings.Repeat("x", 63) + `..."]:1: '=' expected near '<eof>'`, 0, true},
		{"#t", "#t", `[string "#t"]:1: unexpected symbol near '#'`, 1, false},
		// goto, which lua5.1 does not have
		{"=s", "goto nowhere", "s:1: no visible label 'nowhere' for goto", 0, false},
		{"=s", "::a::\n::a::", "s:2: label 'a' already defined on line 1", 0, false},
		{"=s", "goto x local y ::x:: print(y)", "s:1: <goto x> jumps into the scope of local 'y'", 0, false},
	} {
		_, err := vm.Compile(c.name, []byte(c.src))
		se := (*vm.SyntaxError)(nil)
		if !errors.As(err, &se) {
			t.Errorf("%.60q: %v", c.src, err)
			continue
		}
		se.Hint = "" // the parser's test has those
		if err.Error() != c.want || c.column != 0 && se.Column != c.column || se.Incomplete != c.incomplete {
			t.Errorf("%.60q:\n have %s, column %d, incomplete %v\n want %s, column %d", c.src, err, se.Column, se.Incomplete, c.want, c.column)
		}
	}
}

func TestCompileAccepts(t *testing.T) {
	for _, c := range []struct{ name, src string }{
		{"@a.lua", "#!/usr/bin/env lull\nprint(1)"},
		{"@a.lua", "\xef\xbb\xbf#!/usr/bin/env lull\nprint(1)"},
		{"=stdin", "# no newline"},
		{"=s", "\xef\xbb\xbfreturn 1"},
		{"=s", ""},
		{"=s", "goto = 1 goto = goto + 1 return goto"}, // no keyword in 5.1
		{"=s", "x = {f\n(1)}"},                         // lua5.1 has read ahead and thinks this is one line
		{"=s", "x = [[a [[ b]]"},
		{"=s", "x = 0x1p4 + 08 + .5e+3 + 0XfF + 1e999"},
		{"=s", strings.Repeat("(", 190) + "f" + strings.Repeat(")", 190) + "()"},
		{"=s", "if a then " + strings.Repeat("elseif a then ", 20000) + "end"},
		{"=s", "x = a" + strings.Repeat(".a", 200000) + strings.Repeat("(1)", 100000)},
		{"=s", "x = a" + strings.Repeat("+a", 200000)},
		{"=s", "x = a" + strings.Repeat(" and a", 40000)},
	} {
		if _, err := vm.Compile(c.name, []byte(c.src)); err != nil {
			t.Errorf("%.60q: %v", c.src, err)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	_, err := vm.Compile("@a.luac", []byte("\x1bLua\x51"))
	if be := (*vm.BinaryError)(nil); !errors.As(err, &be) || err.Error() != "a.luac: binary chunks are not accepted" {
		t.Errorf("binary: %v", err)
	}
	if _, err = vm.Compile("=s", make([]byte, 64<<20+1)); err == nil || err.Error() != "s:1: chunk is larger than 64 MB" {
		t.Errorf("large: %v", err)
	}
}
