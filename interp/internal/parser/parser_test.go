package parser_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
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

// inPieces parses a text that comes in pieces: the tree or the error is that of the whole.
func inPieces(t *testing.T, src string, size int, want *parser.Chunk, wantErr error) {
	t.Helper()
	rest := src
	chunk, err := parser.ParseFrom("", func() (string, error) {
		piece := rest[:min(size, len(rest))]
		rest = rest[len(piece):]
		return piece, nil
	}, nil)
	if wantErr == nil {
		if err != nil || !reflect.DeepEqual(chunk, want) {
			t.Fatalf("%q in pieces of %d: %v, %v", src, size, chunk, err)
		}
		return
	}
	w, e := *wantErr.(*parser.Error), *err.(*parser.Error)
	for _, e := range []*parser.Error{&w, &e} { // by what follows, too, which has not come
		e.Hint, e.Show = "", parser.Place{}
	}
	if e != w {
		t.Fatalf("%q in pieces of %d: %+v, want %+v", src, size, e, w)
	}
}

// ParseFrom asks for no more where it has found an error, nor where there is none.
func TestParseFrom(t *testing.T) {
	for _, c := range []struct {
		pieces []string
		asked  int
		want   string
	}{
		{[]string{"*", "a", " =", " 123"}, 2, "1: unexpected symbol near '*'"},
		{[]string{"x = 1 ", "x = = 2 ", "x = 3"}, 2, "1: unexpected symbol near '='"},
		{[]string{"ret", "urn 'a", "", "b'"}, 3, "1: unfinished string near '<eof>'"},
		{[]string{"ret", "urn 'a", "b'"}, 4, ""},
		{[]string{"x = [", "=", "[\n]", "=]", "\r", "\ny = =", " "}, 7, "3: unexpected symbol near '='"},
		{[]string{"return 1", "2", " 3", " x"}, 4, "1: '<eof>' expected near '3'"},
		{[]string{"if x then", " y() "}, 3, "1: 'end' expected near '<eof>'"},
	} {
		asked := 0
		_, err := parser.ParseFrom("", func() (string, error) {
			if asked++; asked > len(c.pieces) {
				return "", nil
			}
			return c.pieces[asked-1], nil
		}, nil)
		have := ""
		if err != nil {
			have = err.Error()
		}
		if have != c.want || asked != c.asked {
			t.Errorf("%q: asked %d times, %q; want %d, %q", c.pieces, asked, have, c.asked, c.want)
		}
	}
	failed := errors.New("no more")
	if _, err := parser.ParseFrom("x = ", func() (string, error) { return "", failed }, nil); err != failed {
		t.Errorf("an error of the pieces is %v", err)
	}
	// One long token that comes byte by byte takes no square of time.
	n := 0
	chunk, err := parser.ParseFrom("x = '", func() (string, error) {
		if n++; n <= 1<<20 {
			return "x", nil
		} else if n == 1<<20+1 {
			return "'", nil
		}
		return "", nil
	}, nil)
	if err != nil || len(chunk.Stmts) != 1 {
		t.Errorf("%v, %v", chunk, err)
	}
}

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
		chunk, err := parser.Parse(src)
		for size := 1; size <= 3; size++ {
			inPieces(t, src, size, chunk, err)
		}
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
