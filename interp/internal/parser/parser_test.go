package parser_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/gopher-lua/ast"

	"github.com/lull-lua/lull/interp/internal/parser"
)

func TestStrings(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{`"a\a\b\f\n\r\t\v\\\"\'z"`, "a\a\b\f\n\r\t\v\\\"'z"},
		{`'\65\066\0679\0'`, "ABC9\x00"},
		{`"\q\x41"`, "qx41"}, // 5.1 knows no \x
		{"'a\\\nb\\\r\nc'", "a\nb\nc"},
		{"'\xff\xfe\x00\xc3'", "\xff\xfe\x00\xc3"}, // bytes, whatever they are
		{"[[\na\r\nb\n\rc\rd\n]]", "a\nb\nc\nd\n"},
		{"[==[\r\n]]]=]]==]", "]]]=]"},
		{"[[a[[b]]", "a[[b"},
		{`""`, ""},
		{"--[[x\n]]--[==[]]\n]==]--[=x\n--\n'y'--", "y"},
	} {
		chunk, err := parser.Parse("return " + c.src)
		if err != nil {
			t.Errorf("%q: %v", c.src, err)
			continue
		}
		if have := chunk.Stmts[0].(*ast.ReturnStmt).Exprs[0].(*ast.StringExpr).Value; have != c.want {
			t.Errorf("%q is %q, wanted %q", c.src, have, c.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for s, want := range map[string]float64{
		"0": 0, "007": 7, "3.": 3, ".5": .5, "3e2": 300, "3E-2": .03, "0x10": 16, "0XaB": 171, "0x1p4": 16, "1e400": inf,
		"123456789012345678": 123456789012345678, "0xffffffffffffffffff": 4722366482869645213695,
	} {
		if have, ok := parser.Number(s); !ok || have != want {
			t.Errorf("%s is %v, %v; wanted %v", s, have, ok, want)
		}
	}
	for _, s := range []string{"", "1e", "0x", "0xg", "1_0", "0x_1", "1..2", "1p4", "0x1p", "3x"} {
		if have, ok := parser.Number(s); ok {
			t.Errorf("%q is %v, wanted no number", s, have)
		}
	}
}

var inf = func() float64 { n, _ := parser.Number("1e999"); return n }()

// FuzzParse: no bytes make the parser panic, hang or recurse without bound, and what it says is in place. With luac5.1
// at hand it accepts what that does and refuses the rest with the same words.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "return 1", "local a <const> = 1", "for i=1,2 do print(i) end", "goto x ::x::", "x = {1, a=2, [3]=4; f()}",
		"a.b.c:d'e'[[f]]{g}.h = -#not 1 ^ 2 .. 3", "function a.b:c(...) return ... end", "x = 'a\\10\\z", "--[==[", "x = 0x1p", "if",
		"local function f() repeat local x until x while true do break end end", "f\n(1)", "x={f\n(1)}", "[=", "\x00\xff", "a=[[\r\n]]",
		"x += 1", "if x then\n y(\nend\r\n", "local x = await f()", "t = { b: x, \"a\": [1] }", "x = “a”", "else if x then", "a[i++] = x ?? 1",
	} {
		f.Add(s)
	}
	luac, _ := exec.LookPath("luac5.1")
	f.Fuzz(func(t *testing.T, src string) {
		_, err := parser.Parse(src)
		pe := (*parser.Error)(nil)
		if err != nil && (!errors.As(err, &pe) || pe.Line < 1 || pe.Line > 1+len(src) || pe.Column < 0 || pe.Column > len(src)+1 || pe.Msg == "" ||
			pe.Show.Line < 0 || pe.Show.Line > 1+len(src) || pe.Show.Column < 0 || pe.Show.Column > len(src)+1) {
			t.Fatalf("%#v", err)
		}
		if luac == "" || os.Getenv("LUAC") == "" || strings.Contains(src, "::") || strings.Contains(src, "goto") ||
			strings.Contains(src, "await") || strings.Contains(src, "async") || // Lull refuses more
			strings.ContainsFunc(src, func(r rune) bool { return r >= utf8.RuneSelf }) || // and shows a whole character
			strings.HasPrefix(src, "\x1b") || strings.HasPrefix(src, "#") ||
			strings.Contains(src, "\x00") { // PUC takes one behind a numeral or a dot for part of it
			return
		}
		file := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(file, []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
		out, cerr := exec.Command(luac, "-p", file).CombinedOutput()
		text := strings.TrimSuffix(string(out), "\n")
		_, text, _ = strings.Cut(text, file+":")
		if strings.Contains(text, "nesting of [[") || strings.Contains(text, "more than") || strings.Contains(text, "too complex") {
			return // documented, or the code generator's
		}
		if (cerr == nil) != (err == nil) || err != nil && err.Error() != text && !strings.Contains(text, "too many syntax levels") {
			t.Fatalf("luac: %q, parser: %v", text, err)
		}
	})
}
