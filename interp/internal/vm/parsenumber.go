package vm

import (
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// ParseNumber is the number that a string stands for where Lua wants one, as lua_tonumber reads it with C's strtod:
// decimal, hexadecimal (also with fraction and exponent), "inf" and "nan", with white space around. It is false if the
// string is no number. A number that is too large is infinite.
func ParseNumber(s string) (float64, bool) { return (*Machine)(nil).parseNumber(s) }

// Number is ParseNumber from a Go function that runs on L.
func Number(L *lua.LState, s string) (float64, bool) { return machineOf(L).parseNumber(s) }

// parseNumber is ParseNumber that counts its work; m may be nil.
func (m *Machine) parseNumber(s string) (float64, bool) {
	if len(s) > maxDigits {
		var ok bool
		if s, ok = m.shortened(s); !ok {
			return 0, false
		}
	}
	if m != nil {
		m.work(readWork * len(s))
	}
	s = trimSpace(s)
	if n, ok := smallInteger(s); ok {
		return n, true
	}
	if i := strings.IndexByte(s, 0); i >= 0 { // a string of C ends there
		s = trimSpace(s[:i])
	}
	rest, neg := s, false
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		rest, neg = rest[1:], rest[0] == '-'
	}
	if n, ok := named(rest); ok {
		if neg {
			n = -n
		}
		return n, true
	}
	hex := len(rest) > 2 && rest[0] == '0' && rest[1]|0x20 == 'x'
	isDigit, exponent := isDecimal, byte('e')
	if hex {
		rest, isDigit, exponent = rest[2:], isHex, 'p'
	}
	i, digits := 0, 0
	for ; i < len(rest) && isDigit(rest[i]); i++ {
		digits++
	}
	if i < len(rest) && rest[i] == '.' {
		for i++; i < len(rest) && isDigit(rest[i]); i++ {
			digits++
		}
	}
	if digits == 0 {
		return 0, false
	}
	scaled := i < len(rest) && rest[i]|0x20 == exponent
	if scaled {
		if i++; i < len(rest) && (rest[i] == '+' || rest[i] == '-') {
			i++
		}
		first := i
		for ; i < len(rest) && isDecimal(rest[i]); i++ {
		}
		if i == first {
			return 0, false
		}
	}
	if i != len(rest) {
		return 0, false
	}
	if hex && !scaled {
		s += "p0" // Go asks for an exponent
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil && err.(*strconv.NumError).Err != strconv.ErrRange {
		return 0, false
	}
	return n, true
}

// readWork is what a byte of a number's text is worth, as Machine.work counts.
const readWork = 8

// span is where the bytes of s from i on end that are of a class.
func (m *Machine) span(s string, i int, class func(byte) bool) int {
	for from := i; i < len(s) && class(s[i]); i++ {
		if i-from == textPiece && m != nil {
			m.work(readWork * textPiece)
			from = i
		}
	}
	return i
}

// maxDigits is more than the digits that can matter: what comes after them only breaks a tie, so that a 1 can stand for it. With
// more than 800 before the point strconv is wrong.
const maxDigits = 799

// shortened is a short text of the number that s is the long text of: without white space, and with so many digits that the
// others do not matter. It is false if s is none.
func (m *Machine) shortened(s string) (string, bool) {
	first := m.span(s, 0, isSpace)
	end := m.span(s, first, func(c byte) bool { return c != 0 && !isSpace(c) })
	if rest := m.span(s, end, isSpace); rest < len(s) && s[rest] != 0 {
		return "", false
	}
	if s = s[first:end]; len(s) <= maxDigits {
		return s, true
	}
	var b []byte
	if s[0] == '+' || s[0] == '-' {
		b, s = append(b, s[0]), s[1:]
	}
	isDigit, exponent, perDigit := isDecimal, byte('e'), 1
	if s[0] == '0' && s[1]|0x20 == 'x' {
		b, s = append(b, "0x"...), s[2:]
		isDigit, exponent, perDigit = isHex, 'p', 4
	}
	whole := m.span(s, 0, isDigit)
	end = whole
	if end < len(s) && s[end] == '.' {
		end = m.span(s, end+1, isDigit)
	}
	if end == 0 || end == 1 && whole == 0 {
		return "", false
	}
	isZero := func(c byte) bool { return c == '0' || c == '.' }
	from := min(m.span(s, 0, isZero), end)
	kept := 0
	power := 0 // of the last digit that is kept
	for ; from < end && kept < maxDigits; from++ {
		if s[from] != '.' {
			b = append(b, s[from])
			kept++
			power = whole - from - 1
			if from > whole {
				power++
			}
		}
	}
	if kept == 0 {
		return string(append(b, '0')), s[end:] == "" || m.exponent(s[end:], exponent) != nil
	}
	if m.span(s, from, isZero) < end {
		b = append(b, '1')
		power--
	}
	n := int64(0)
	if end < len(s) {
		e := m.exponent(s[end:], exponent)
		if e == nil {
			return "", false
		}
		n = *e
	}
	const beyond = 1 << 20 // all numbers
	n = max(-beyond, min(n+int64(perDigit)*int64(power), beyond))
	return string(strconv.AppendInt(append(b, exponent), n, 10)), true
}

// exponent reads all of s as an exponent after that letter; nil: it is none.
func (m *Machine) exponent(s string, letter byte) *int64 {
	if s[0]|0x20 != letter {
		return nil
	}
	s = s[1:]
	neg := strings.HasPrefix(s, "-")
	if neg || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if s == "" || m.span(s, 0, isDecimal) < len(s) {
		return nil
	}
	s = s[m.span(s, 0, func(c byte) bool { return c == '0' }):]
	n := int64(1 << 40) // more than there are digits
	if len(s) <= 12 {
		n, _ = strconv.ParseInt("0"+s, 10, 64) // digits alone
	}
	if neg {
		n = -n
	}
	return &n
}

// named reads what strtod knows beside digits.
func named(s string) (float64, bool) {
	if len(s) < 3 {
		return 0, false
	}
	switch low := strings.ToLower(s); {
	case low == "inf" || low == "infinity":
		return math.Inf(1), true
	case low == "nan":
		return math.NaN(), true
	case strings.HasPrefix(low, "nan(") && low[len(low)-1] == ')':
		for _, c := range []byte(low[4 : len(low)-1]) {
			if c != '_' && !isDecimal(c) && (c < 'a' || c > 'z') {
				return 0, false
			}
		}
		return math.NaN(), true
	}
	return 0, false
}

// smallInteger reads up to 15 digits, which is what most numbers are.
func smallInteger(s string) (float64, bool) {
	if s == "" || len(s) > 15 {
		return 0, false
	}
	n := int64(0)
	for i := range len(s) {
		if !isDecimal(s[i]) {
			return 0, false
		}
		n = 10*n + int64(s[i]-'0')
	}
	return float64(n), true
}

// trimSpace takes off what C's isspace knows.
func trimSpace(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	for s != "" && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isSpace(c byte) bool   { return c == ' ' || c >= '\t' && c <= '\r' }
func isDecimal(c byte) bool { return c >= '0' && c <= '9' }
func isHex(c byte) bool     { return isDecimal(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// NumberText is how Lua shows a number, everywhere: as C's printf writes %.14g, but whole numbers below 2^63 with all their
// digits, and what is no number as nan, whatever its sign, which is the machine's own affair.
func NumberText(n lua.LNumber) string {
	var room [32]byte
	return string(AppendNumber(room[:0], n))
}

// AppendNumber appends NumberText(n).
func AppendNumber(b []byte, n lua.LNumber) []byte {
	f := float64(n)
	switch i := int64(f); {
	case float64(i) == f && math.Abs(f) < 1<<63 && (i != 0 || !math.Signbit(f)):
		return strconv.AppendInt(b, i, 10)
	case f != f:
		return append(b, "nan"...)
	case f > math.MaxFloat64:
		return append(b, "inf"...)
	case f < -math.MaxFloat64:
		return append(b, "-inf"...)
	}
	return strconv.AppendFloat(b, f, 'g', 14, 64)
}

// ValueText is how Lua shows a value where no metamethod has a say in it.
func ValueText(v lua.LValue) string {
	if n, ok := v.(lua.LNumber); ok {
		return NumberText(n)
	}
	return v.String()
}
