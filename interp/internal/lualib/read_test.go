package lualib

import (
	"io"
	"math"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// readNumber reads with "*n" from a file that holds text, and returns what is left.
func readNumber(t *testing.T, text string) (v lua.LValue, rest string) {
	t.Helper()
	f := &file{in: []byte(text), late: io.EOF}
	v, err := f.number(nil, nil)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return v, string(f.in[f.pos:])
}

// The wanted values are those that lua5.1 reads (with glibc's scanf), and leaves.
func TestReadNumber(t *testing.T) {
	for _, c := range []struct {
		text, rest string
		want       float64 // NaN: nil
	}{
		{"inf 3", " 3", math.Inf(1)}, {"-INFINITY,", ",", math.Inf(-1)}, {"infi 3", " 3", math.NaN()}, {"i", "", math.NaN()},
		{"1e 4", " 4", 1}, {"1e+ 4", " 4", 1}, {"0x1p ", " ", 1}, {"1ee", "e", 1}, {"1e5e5", "e5", 1e5}, {"0x1F rest", " rest", 31},
		{"1e400", "", math.Inf(1)}, {"1_0", "_0", 1}, {"1.2.3", ".3", 1.2}, {" \n8\n", "\n", 8}, {"0x", "", math.NaN()},
		{".", "", math.NaN()}, {"", "", math.NaN()}, {"x", "x", math.NaN()}, {"--1", "-1", math.NaN()},
		{"1" + strings.Repeat("0", 250) + " 42", " 42", 1e250},
	} {
		v, rest := readNumber(t, c.text)
		n, ok := v.(lua.LNumber)
		if ok == math.IsNaN(c.want) || ok && float64(n) != c.want || rest != c.rest {
			t.Errorf("%q: %v and %q are left, want %v and %q", c.text, v, rest, c.want, c.rest)
		}
	}
	if v, rest := readNumber(t, "nan(1)"); v == lua.LNil || rest != "(1)" {
		t.Errorf("nan(1): %v and %q are left", v, rest)
	}
}

// FuzzReadNumber looks for texts that tonumber takes for another number than io.read does.
func FuzzReadNumber(f *testing.F) {
	for _, s := range []string{"12", " 0x1F", "-inf", "nan", "1e", "0x.8p-1", "1e5e5", "infi", "."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, rest := readNumber(t, s)
		n, isNumber := v.(lua.LNumber)
		want, ok := vm.ParseNumber(s)
		if ok && rest == "" && (!isNumber || float64(n) != want && !math.IsNaN(want)) {
			t.Errorf("%q is read as %v; tonumber makes it %v", s, v, want)
		}
		if ok && rest != "" && strings.Trim(rest, " \t\n\v\f\r") != "" && !strings.Contains(s, "\x00") && !strings.Contains(s, "(") {
			t.Errorf("%q is a number, but %q is left", s, rest)
		}
		if !ok && isNumber && rest == "" && !strings.ContainsAny(s, "eEpP") {
			t.Errorf("%q is read as %v; it is no number", s, v)
		}
	})
}
