package vm

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
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

// A numeral that is too long to be read in one go is shortened first, and reads the same.
func TestLongNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	zeros, spaces := strings.Repeat("0", 5000), strings.Repeat(" \t", 1000)
	digits := func(set string, n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = set[r.IntN(len(set))]
		}
		return string(b)
	}
	for _, c := range []struct {
		s    string
		want float64
	}{
		{zeros + "1", 1}, {"1." + zeros + "1", 1}, {"1" + zeros + "e-5000", 1}, {"." + zeros + "1e5001", 1}, {"-" + zeros + "." + zeros, 0}, {zeros + "e5", 0},
		{spaces + "12" + spaces, 12}, {"12" + spaces + "\x00x", 12}, {spaces + "-inf", math.Inf(-1)}, {"1e" + zeros + "3", 1000}, {"1e-" + zeros + "3", 0.001},
		{"0x" + zeros + "ff", 255}, {"0x1" + zeros + "p-20000", 1}, {"0x." + zeros + "1p20004", 1}, {strings.Repeat("9", 5000), math.Inf(1)}, {"1e" + strings.Repeat("9", 5000), math.Inf(1)},
		{"." + strings.Repeat("9", 5000), 1}, {"-" + "1e-" + strings.Repeat("9", 5000), 0},
		// just at the middle between two numbers, and a little above it
		{"9007199254740993." + zeros, 9007199254740992}, {"9007199254740993." + zeros + "1", 9007199254740994}, {"0x20000000000001." + zeros + "1", 9007199254740994},
	} {
		if got, ok := ParseNumber(c.s); !ok || got != c.want {
			t.Errorf("%.20s... (%d bytes) is %v, %v; want %v", c.s, len(c.s), got, ok, c.want)
		}
	}
	for range 200 {
		s := digits("0123456789", r.IntN(1500)) + "." + digits("0123456789", 1100+r.IntN(500)) + "e" + strconv.Itoa(r.IntN(400)-700)
		exact, _, err := big.ParseFloat(s, 10, 10000, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := exact.Float64()
		if got, ok := ParseNumber(s); !ok || got != want {
			t.Errorf("%.20s... (%d bytes) is %v, %v; want %v", s, len(s), got, ok, want)
		}
	}
	for _, s := range []string{zeros + "x", spaces, spaces + "1 2" + spaces, zeros + ".0.", zeros + "e", zeros + "e1x", "0x" + zeros + "g", zeros + "p1", "." + spaces, strings.Repeat("x", 5000), "-" + spaces + "1", zeros + "-"} {
		if n, ok := ParseNumber(s); ok {
			t.Errorf("%.20s... (%d bytes) is %v, want none", s, len(s), n)
		}
	}
}

func TestNumberText(t *testing.T) {
	for want, n := range map[string]float64{
		"0.3": 0.30000000000000004, "0.33333333333333": 1. / 3, "1e-05": 1e-5, "110": 110.00000000000001, "1e+100": 1e100, "4.9406564584125e-324": 5e-324,
		"0": 0, "-0": math.Copysign(0, -1), "1": 1, "-1": -1, "9007199254740992": 1 << 53, "1000000000000000": 1e15,
		"9223372036854774784": 1<<63 - 1024, "-9223372036854774784": -1<<63 + 1024, "9.2233720368548e+18": 1 << 63, "-9.2233720368548e+18": -1 << 63,
		"1.844674407371e+19": 1 << 64, "1e+15": 1e15 + .125, "inf": math.Inf(1), "-inf": math.Inf(-1), "nan": math.NaN(),
		"1.7976931348623e+308": math.MaxFloat64, "99999999999999": 99999999999999,
	} {
		if have := NumberText(lua.LNumber(n)); have != want {
			t.Errorf("%v is %s, want %s", n, have, want)
		}
	}
	if have := NumberText(lua.LNumber(math.Copysign(math.NaN(), -1))); have != "nan" {
		t.Errorf("with a sign: %s", have)
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
		// A number that is shown reads back.
		if m, ok := ParseNumber(strconv.FormatFloat(n, 'g', -1, 64)); !ok || m != n && !(math.IsNaN(n) && math.IsNaN(m)) {
			t.Errorf("%q is %v, which reads back as %v, %v", s, n, m, ok)
		}
	})
}

// A power by squaring has the bits of math.Pow.
func TestPower(t *testing.T) {
	same := func(x, y float64) {
		if have, want := power(x, y), math.Pow(x, y); math.Float64bits(have) != math.Float64bits(want) {
			t.Errorf("%v ^ %v = %v, want %v", x, y, have, want)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	special := []float64{0, math.Copysign(0, -1), 1, -1, 2, -2, 10, .1, .5, 1 + 1e-16, 1e-300, -1e300, 5e-324, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(), 1e16, 1 << 53}
	for _, x := range special {
		for _, y := range special {
			same(x, y)
		}
		for y := -3.0; y <= 1030; y++ {
			same(x, y)
			same(x, y+.5)
		}
	}
	n := 3_000_000
	if testing.Short() {
		n /= 10
	}
	for range n {
		x, y := r.NormFloat64(), float64(r.IntN(40))
		switch r.IntN(4) {
		case 0: // near 1, so that large powers are numbers
			x, y = 1+x/64, float64(r.IntN(1026))
		case 1:
			x = math.Float64frombits(r.Uint64())
		case 2: // near the ends of the range
			if y > 0 {
				x = math.Exp2((r.Float64()*2 - 1) * 1080 / y)
			}
		}
		same(x, y)
	}
}
