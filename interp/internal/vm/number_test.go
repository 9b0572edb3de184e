package vm

import (
	"math"
	"strconv"
	"testing"
)

func TestParseNumber(t *testing.T) {
	for s, want := range map[string]float64{
		"10": 10, "0x10": 16, "0X1F": 31, "0x.8": .5, "0x1.8": 1.5, "0x8.": 8, "0x1p4": 16, "0x1P-2": .25, "1e1": 10, "1E+2": 100, "5.": 5, ".5": .5,
		"-0x10": -16, "+5": 5, " \t\n\v\f\r5 \n": 5, "5\x00": 5, "5 \x00x": 5, "1e400": math.Inf(1), "-1e400": math.Inf(-1), "1e-400": 0,
		"inf": math.Inf(1), "-INF": math.Inf(-1), "infinity": math.Inf(1), "nan": math.NaN(), "-nan": math.NaN(), "NAN(1_a)": math.NaN(),
		"0xffffffffffffffff": 1 << 64, "007": 7, "123456789012345678": 123456789012345678, "0": 0,
	} {
		if got, ok := ParseNumber(s); !ok || got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("%q is %v, %v; want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{"", " ", ".", "0x", "0x.", "0xp1", "1e", "1e+", "- 5", "--5", "1_000", "0x_1", "0b1", "0o7", "1 2", "1d5", "1f", "0x-1", "x", "infin", "nan(", "nan(-)", "\x00", "1e1.0", "0x1pf", "é"} {
		if n, ok := ParseNumber(s); ok {
			t.Errorf("%q is %v, want none", s, n)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1", "0x.8p-1", " 1e5 ", "nan(x)", "-inf", "0x", "1\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := ParseNumber(s)
		if !ok {
			return
		}
		// What is shown reads back.
		if m, ok := ParseNumber(strconv.FormatFloat(n, 'g', -1, 64)); !ok || m != n && !(math.IsNaN(n) && math.IsNaN(m)) {
			t.Errorf("%q is %v, which reads back as %v, %v", s, n, m, ok)
		}
	})
}
