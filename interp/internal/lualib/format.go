package lualib

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// spec is a conversion of string.format: %[flags][width][.precision]verb.
type spec struct {
	minus, plus, space, alt, zero bool
	width, prec                   int // prec -1: none
}

// strFormat is string.format, which is C's printf for the verbs of Lua (manual, §5.4).
func (lib *Library) strFormat(L *lua.LState) int {
	f := lib.checkString(L, 1)
	if _, ok := L.Get(2).(lua.LString); ok && f == "%s" { // the same string, as in PUC Lua
		L.Push(L.Get(2))
		return 1
	}
	size := len(f) + 32
	for i := 2; i <= L.GetTop(); i++ {
		if s, ok := L.Get(i).(lua.LString); ok && size < 1<<20 {
			size += len(s)
		}
	}
	vm.Room(L, size)
	out := lib.takeRoom(size)
	var held *buffer
	arg, last, next, steps := 1, L.GetTop(), 0, 0
	for {
		at := strings.IndexByte(f, '%')
		if at < 0 {
			break
		}
		out = append(out, f[:at]...)
		f = f[at+1:]
		if steps++; steps%every == 0 {
			vm.Work(L, stepWork*every)
		}
		if strings.HasPrefix(f, "%") {
			out = append(out, '%')
			f = f[1:]
			growing(L, len(out), &next)
			continue
		}
		if arg++; arg > last {
			vm.ArgError(L, arg, "no value")
		}
		sp, n := parseSpec(L, f)
		verb := byte(0)
		if n < len(f) {
			verb = f[n]
			n++
		}
		f = f[n:]
		switch verb {
		case 'c':
			out = sp.padText(out, string([]byte{byte(cInteger(checkNumber(L, arg)))}))
		case 'd', 'i':
			n := cInteger(checkNumber(L, arg))
			u := uint64(n)
			if n < 0 {
				u = -u
			}
			out = sp.integer(out, u, 10, sp.sign(n < 0), false)
		case 'u':
			out = sp.integer(out, uint64(cInteger(checkNumber(L, arg))), 10, "", false)
		case 'o', 'x', 'X':
			out = sp.unsigned(out, uint64(cInteger(checkNumber(L, arg))), verb)
		case 'e', 'E', 'f', 'g', 'G':
			out = sp.float(out, checkNumber(L, arg), verb)
		case 'q':
			s := lib.checkString(L, arg)
			roomFor(L, len(out)+quotedLen(L, s))
			out = append(out, '"')
			inPieces(L, len(s), func(from, to int) { out = quote(out, s[from:to]) })
			out = append(out, '"')
		case 's':
			v := L.Get(arg)
			if v.Type() > lua.LTString { // it may have a __tostring
				hold(L, &held, out)
			}
			s := lib.tostring(L, v)
			if sp.prec >= 0 && sp.prec < len(s) {
				s = s[:sp.prec]
			}
			out = sp.padText(out, s)
		case 0:
			vm.Errorf(L, "invalid option '%%' to 'format'")
		default:
			vm.Errorf(L, "invalid option '%%%c' to 'format'", verb)
		}
		growing(L, len(out), &next)
	}
	roomFor(L, len(out)+len(f))
	L.Push(lib.made(append(out, f...)))
	return 1
}

// parseSpec reads what stands between % and the verb, and says how long it is.
func parseSpec(L *lua.LState, f string) (sp spec, n int) {
	sp.prec = -1
	for ; n < len(f); n++ {
		switch f[n] {
		case '-':
			sp.minus = true
		case '+':
			sp.plus = true
		case ' ':
			sp.space = true
		case '#':
			sp.alt = true
		case '0':
			sp.zero = true
		default:
			goto flags
		}
	}
flags:
	if n > 5 {
		vm.Errorf(L, "invalid format (repeated flags)")
	}
	number := func() (v int) {
		for digits := 0; digits < 2 && n < len(f) && f[n] >= '0' && f[n] <= '9'; digits++ {
			v = 10*v + int(f[n]-'0')
			n++
		}
		return v
	}
	sp.width = number()
	if n < len(f) && f[n] == '.' {
		n++
		sp.prec = number()
	}
	if n < len(f) && f[n] >= '0' && f[n] <= '9' {
		vm.Errorf(L, "invalid format (width or precision too long)")
	}
	return sp, n
}

// cInteger is f cast to a 64-bit integer as C does it on the machines of today: beyond 2^63 as if it were unsigned, and
// what does not fit at all is the smallest.
func cInteger(f float64) int64 {
	switch {
	case f >= -(1<<63) && f < 1<<63:
		return int64(f)
	case f >= 1<<63 && f < 1<<64:
		return int64(uint64(f))
	}
	return math.MinInt64
}

// sign is what stands before a number that is signed.
func (sp *spec) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case sp.plus:
		return "+"
	case sp.space:
		return " "
	}
	return ""
}

func (sp *spec) unsigned(out []byte, u uint64, verb byte) []byte {
	base, prefix := 16, ""
	switch {
	case verb == 'o':
		base = 8
	case sp.alt && u != 0:
		prefix = "0" + string(verb)
	}
	return sp.integer(out, u, base, prefix, verb == 'X')
}

func (sp *spec) integer(out []byte, u uint64, base int, prefix string, upper bool) []byte {
	var buf [64]byte
	digits := strconv.AppendUint(buf[:0], u, base)
	if sp.prec == 0 && u == 0 {
		digits = digits[:0]
	}
	if upper {
		digits = bytes.ToUpper(digits)
	}
	if base == 8 && sp.alt && (len(digits) == 0 || digits[0] != '0') && sp.prec <= len(digits) {
		prefix = "0"
	}
	zeros := max(sp.prec-len(digits), 0)
	if sp.zero && !sp.minus && sp.prec < 0 {
		zeros = max(sp.width-len(prefix)-len(digits), 0)
	}
	fill := max(sp.width-len(prefix)-zeros-len(digits), 0)
	if !sp.minus {
		out = repeat(out, ' ', fill)
	}
	out = append(out, prefix...)
	out = repeat(out, '0', zeros)
	out = append(out, digits...)
	if sp.minus {
		out = repeat(out, ' ', fill)
	}
	return out
}

func (sp *spec) float(out []byte, f float64, verb byte) []byte {
	sign := sp.sign(math.Signbit(f) && f == f) // that of what is no number is the machine's own affair
	var buf [400]byte
	var digits []byte
	zero := sp.zero
	switch {
	case f != f:
		digits, zero = append(buf[:0], "nan"...), false
	case math.IsInf(f, 0):
		digits, zero = append(buf[:0], "inf"...), false
	default:
		digits = sp.digits(buf[:0], math.Abs(f), verb|0x20)
	}
	if verb < 'a' {
		digits = bytes.ToUpper(digits)
	}
	fill := max(sp.width-len(sign)-len(digits), 0)
	if !sp.minus && !zero {
		out = repeat(out, ' ', fill)
	}
	out = append(out, sign...)
	if !sp.minus && zero {
		out = repeat(out, '0', fill)
	}
	out = append(out, digits...)
	if sp.minus {
		out = repeat(out, ' ', fill)
	}
	return out
}

// digits writes a number that is not negative as %e, %f or %g.
func (sp *spec) digits(b []byte, f float64, verb byte) []byte {
	prec := sp.prec
	if prec < 0 {
		prec = 6
	}
	if verb != 'g' {
		b = strconv.AppendFloat(b, f, verb, prec, 64)
		if sp.alt && prec == 0 {
			b = point(b)
		}
		return b
	}
	// C: the exponent that %e would give decides, and then trailing zeros go, unless the flag # keeps them.
	prec = max(prec, 1)
	e := strconv.AppendFloat(nil, f, 'e', prec-1, 64)
	exp, _ := strconv.Atoi(string(e[bytes.IndexByte(e, 'e')+1:]))
	var mantissa, tail []byte
	if exp < -4 || exp >= prec {
		i := bytes.IndexByte(e, 'e')
		mantissa, tail = append(b, e[:i]...), e[i:]
	} else {
		mantissa = strconv.AppendFloat(b, f, 'f', prec-1-exp, 64)
	}
	switch {
	case sp.alt && bytes.IndexByte(mantissa, '.') < 0:
		mantissa = append(mantissa, '.')
	case !sp.alt && bytes.IndexByte(mantissa, '.') >= 0:
		mantissa = bytes.TrimRight(mantissa, "0")
		mantissa = bytes.TrimSuffix(mantissa, []byte("."))
	}
	return append(mantissa, tail...)
}

// point adds the decimal point that # asks for where there are no decimals.
func point(b []byte) []byte {
	if i := bytes.IndexByte(b, 'e'); i >= 0 {
		return append(append(append([]byte{}, b[:i]...), '.'), b[i:]...)
	}
	return append(b, '.')
}

// quote is what %q puts between quotes, so that Lua reads it back. A carriage return and a zero are escaped, as some systems
// change them.
func quote(out []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\', '\n':
			out = append(out, '\\', c)
		case '\r':
			out = append(out, `\r`...)
		case 0:
			out = append(out, `\000`...)
		default:
			out = append(out, c)
		}
	}
	return out
}

// quotedLen is how long %q makes s.
func quotedLen(L *lua.LState, s string) int {
	n := len(s) + 2
	inPieces(L, len(s), func(from, to int) {
		for i := from; i < to; i++ {
			switch s[i] {
			case '"', '\\', '\n', '\r':
				n++
			case 0:
				n += 3
			}
		}
	})
	return n
}

func (sp *spec) padText(out []byte, s string) []byte {
	fill := max(sp.width-len(s), 0)
	if !sp.minus {
		out = repeat(out, ' ', fill)
	}
	out = append(out, s...)
	if sp.minus {
		out = repeat(out, ' ', fill)
	}
	return out
}

func repeat(out []byte, c byte, n int) []byte {
	for ; n > 0; n-- {
		out = append(out, c)
	}
	return out
}
