package toml

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// scalar reads what is neither in quotes nor brackets.
func (d *decoder) scalar() (any, error) {
	start := d.i
	for d.i < len(d.s) && strings.IndexByte(",]}#\n\r \t=", d.s[d.i]) < 0 {
		d.i++
	}
	word := d.s[start:d.i]
	if isDate(word) && d.i+1 < len(d.s) && d.s[d.i] == ' ' && d.s[d.i+1] >= '0' && d.s[d.i+1] <= '9' { // 1979-05-27 07:32:00
		for d.i++; d.i < len(d.s) && strings.IndexByte(",]}#\n\r \t=", d.s[d.i]) < 0; {
			d.i++
		}
		word = d.s[start:d.i]
	}
	switch word {
	case "":
		return nil, d.errorf(start, "a value is expected, this is %s", data.Byte(d.s, start))
	case "true", "false":
		return interp.Bool(word == "true"), nil
	case "inf", "+inf":
		return d.w.Number(math.Inf(1)), nil
	case "-inf":
		return d.w.Number(math.Inf(-1)), nil
	case "nan", "+nan", "-nan":
		return d.w.Number(math.NaN()), nil
	}
	if len(word) > 4 && word[0] >= '0' && word[0] <= '9' && (word[2] == ':' || word[4] == '-') {
		if !isDateTime(word) {
			return nil, d.errorf(start, "'%s' is no date or time of TOML's", short(word))
		}
		return d.w.Text(word), nil
	}
	return d.number(start, word)
}

func (d *decoder) number(start int, word string) (any, error) {
	if err := d.w.Did(len(word)); err != nil {
		return nil, err
	}
	text, ok := plainNumber(word)
	if !ok {
		switch strings.ToLower(word) {
		case "true", "false":
			return nil, d.errorf(start, "'%s' is written %s", word, strings.ToLower(word))
		case "null", "nil", "none":
			return nil, d.errorf(start, "TOML has no null; leave the key out")
		}
		return nil, d.errorf(start, "'%s' is no value of TOML; strings stand in quotes", short(word))
	}
	v, ok := d.Number(d.w, d.numbers, text)
	if !ok {
		return nil, d.errorf(start, `the number %s is too large for a double; numbers = "exact" or "string" keeps its digits`, short(word))
	}
	return v, nil
}

// plainNumber is a number of TOML as JSON writes it: without underscores and a plus, and in decimal.
func plainNumber(word string) (string, bool) {
	if strings.Contains(word, "_") {
		for i := range len(word) {
			if word[i] == '_' && (i == 0 || i+1 == len(word) || !isDigit(word[i-1], true) || !isDigit(word[i+1], true)) {
				return "", false
			}
		}
		if len(word) > 2 && (word[1] == 'x' || word[1] == 'o' || word[1] == 'b') && word[2] == '_' {
			return "", false
		}
		if !strings.HasPrefix(word, "0x") { // 1e_5 and 1_e5
			for i := range len(word) {
				if word[i] == '_' && (!isDigit(word[i-1], false) || !isDigit(word[i+1], false)) {
					return "", false
				}
			}
		}
		word = strings.ReplaceAll(word, "_", "")
	}
	if len(word) > 2 && word[0] == '0' {
		base := map[byte]int{'x': 16, 'o': 8, 'b': 2}[word[1]]
		if base != 0 {
			if c := word[2]; c == '+' || c == '-' || len(word) > 1000 {
				return "", false
			}
			n, ok := new(big.Int).SetString(word[2:], base)
			if !ok {
				return "", false
			}
			return n.String(), true
		}
	}
	word = strings.TrimPrefix(word, "+")
	end, ok := data.ScanNumber(word, 0)
	if !ok {
		// Leading zeros of an exponent are fine, and ScanNumber takes them.
		return "", false
	}
	return word, end == len(word)
}

func isDigit(c byte, hex bool) bool {
	return c >= '0' && c <= '9' || hex && (c|0x20 >= 'a' && c|0x20 <= 'f')
}

// isDate reports whether s is a date.
func isDate(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	year, ok1 := digits(s[:4])
	month, ok2 := digits(s[5:7])
	day, ok3 := digits(s[8:])
	if !ok1 || !ok2 || !ok3 || month < 1 || month > 12 || day < 1 {
		return false
	}
	days := [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		days = 29
	}
	return day <= days
}

func digits(s string) (n int, ok bool) {
	for i := range len(s) {
		if !isDigit(s[i], false) {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// isTime reports whether s is a time, with or without a fraction.
func isTime(s string) bool {
	if len(s) < 8 || s[2] != ':' || s[5] != ':' {
		return false
	}
	hour, ok1 := digits(s[:2])
	minute, ok2 := digits(s[3:5])
	second, ok3 := digits(s[6:8])
	if !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 || second > 60 {
		return false
	}
	if len(s) == 8 {
		return true
	}
	if s[8] != '.' || len(s) == 9 || len(s) > 100 {
		return false
	}
	for i := 9; i < len(s); i++ {
		if !isDigit(s[i], false) {
			return false
		}
	}
	return true
}

// isDateTime reports whether s is a date, a time, or both with or without an offset.
func isDateTime(s string) bool {
	if isDate(s) || isTime(s) {
		return true
	}
	if len(s) < 19 || !isDate(s[:10]) || strings.IndexByte("Tt ", s[10]) < 0 {
		return false
	}
	rest := s[11:]
	if n := len(rest) - 1; rest[n]|0x20 == 'z' {
		return isTime(rest[:n])
	}
	if i := strings.LastIndexAny(rest, "+-"); i > 0 {
		zone := rest[i+1:]
		if len(zone) != 5 || zone[2] != ':' {
			return false
		}
		hour, ok1 := digits(zone[:2])
		minute, ok2 := digits(zone[3:])
		return ok1 && ok2 && hour < 24 && minute < 60 && isTime(rest[:i])
	}
	return isTime(rest)
}
