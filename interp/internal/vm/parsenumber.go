package vm

import (
	"math"
	"strconv"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// ParseNumber is the number that a string stands for where Lua wants one, as lua_tonumber reads it with C's strtod:
// decimal, hexadecimal (also with fraction and exponent), "inf" and "nan", with white space around. It is false if the
// string is no number. What is too large is infinite.
func ParseNumber(s string) (float64, bool) {
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
	n := 0
	for i := range len(s) {
		if !isDecimal(s[i]) {
			return 0, false
		}
		n = 10*n + int(s[i]-'0')
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

// NumberText is how Lua shows a number: LNumber.String, which goes through package fmt, without the detour.
func NumberText(n lua.LNumber) string {
	var room [32]byte
	return string(AppendNumber(room[:0], n))
}

// AppendNumber appends NumberText(n).
func AppendNumber(b []byte, n lua.LNumber) []byte {
	if f := float64(n); f != float64(int64(f)) {
		return strconv.AppendFloat(b, f, 'g', -1, 64)
	}
	return strconv.AppendInt(b, int64(n), 10)
}
