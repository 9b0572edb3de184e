package repl

import (
	"regexp"
	"strings"
	"testing"
)

var colourCodes = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestPaint(t *testing.T) {
	for _, tt := range []struct {
		before, line string
		pos          int
		want         string // <code:text>
	}{
		{"", "local x = 1", 0, "<34:local> x = <36:1>"},
		{"", "s = 'a\\'b' .. \"c", 0, "s = <32:'a\\'b'> .. <32:\"c>"},
		{"", "x = 0x1F + 1e-3 - .5", 0, "x = <36:0x1F> + <36:1e-3> - <36:.5>"},
		{"", "f() -- end", 0, "f() <2:-- end>"},
		{"", "f(g())", 6, "f<1;4:(>g()<1;4:)>"},
		{"", "f(g())", 5, "f(g<1;4:(><1;4:)>)"},
		{"", "f(']')", 6, "f<1;4:(><32:']'><1;4:)>"},
		{"", "f(]", 3, "f(]"},
		{"s = [[\n", "end ]] end", 0, "<32:end ]]> <34:end>"},
		{"s = [==[\n", "end ]] end", 0, "<32:end ]] end>"},
		{"f(\n", "x)", 2, "x<1;4:)>"},
	} {
		got := paint(tt.before+tt.line, len(tt.before), len(tt.before)+tt.pos)
		got = strings.ReplaceAll(regexp.MustCompile("\x1b\\[([1-9][0-9;]*)m").ReplaceAllString(got, "<$1:"), "\x1b[0m", ">")
		if got != tt.want {
			t.Errorf("%q is painted %s, want %s", tt.before+tt.line, got, tt.want)
		}
	}
}

// The tokens of any text are the whole of it, and colours add nothing but themselves.
func FuzzScan(f *testing.F) {
	for _, s := range []string{"local x = 'a' -- b", "[==[ ]] ]==]", "'\\", "--[[", "1e+", "\x00\xff(", "x = {[1] = \"\\\n\"}"} {
		f.Add(s, 0, 1)
	}
	f.Fuzz(func(t *testing.T, src string, from, pos int) {
		at := 0
		for _, tok := range scan(src) {
			if tok.from != at || tok.to <= tok.from {
				t.Fatalf("%q: the token %+v begins at %d", src, tok, at)
			}
			at = tok.to
		}
		if at != len(src) {
			t.Fatalf("%q: the tokens end at %d", src, at)
		}
		if from < 0 || from > len(src) || strings.Contains(src, "\x1b") {
			return
		}
		if got := colourCodes.ReplaceAllString(paint(src, from, pos), ""); got != src[from:] {
			t.Errorf("%q from %d is painted as %q", src, from, got)
		}
	})
}
