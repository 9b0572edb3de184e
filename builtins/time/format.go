package time

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// letters are those of strftime that stand for others.
var letters = map[byte]string{
	'c': "%a %b %e %H:%M:%S %Y", 'D': "%m/%d/%y", 'F': "%Y-%m-%d", 'R': "%H:%M", 'T': "%H:%M:%S", 'r': "%I:%M:%S %p", 'x': "%m/%d/%y", 'X': "%H:%M:%S",
}

const rfc3339 = "2006-01-02T15:04:05.999999Z07:00"

// format is time.format(t, format [, zone]).
func (z *zones) format(c *interp.Call) error {
	loc, err := z.zone(c, 3)
	if err != nil {
		return err
	}
	at, err := instant(c, 1, loc)
	if err != nil {
		return err
	}
	format, err := c.Text(2)
	if err != nil {
		return err
	}
	switch format {
	case "rfc3339":
		return c.Return(at.Format(rfc3339))
	case "http":
		return c.Return(at.UTC().Format(http_))
	}
	size := 64 * min(len(format), math.MaxInt32/64) // what is longer is too long
	if err := c.Room(size); err != nil {
		return err
	}
	if err := c.Spend(size); err != nil {
		return err
	}
	b, err := appendTime(c, nil, at, format)
	if err != nil {
		return err
	}
	return c.Return(b)
}

// http_ is the form of HTTP's headers (RFC 9110).
const http_ = "Mon, 02 Jan 2006 15:04:05 GMT"

func appendTime(c *interp.Call, b []byte, t time.Time, format string) ([]byte, error) {
	padded := func(n, width int, pad byte) {
		s := strconv.Itoa(n)
		for range width - len(s) {
			b = append(b, pad)
		}
		b = append(b, s...)
	}
	hour12 := (t.Hour()+11)%12 + 1
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b = append(b, format[i])
			continue
		}
		if i++; i >= len(format) {
			return nil, c.ArgError(2, "the format ends with %; %% stands for it")
		}
		if whole, ok := letters[format[i]]; ok {
			var err error
			if b, err = appendTime(c, b, t, whole); err != nil {
				return nil, err
			}
			continue
		}
		isoYear, isoWeek := t.ISOWeek()
		switch format[i] {
		case 'a':
			b = append(b, t.Weekday().String()[:3]...)
		case 'A':
			b = append(b, t.Weekday().String()...)
		case 'b', 'h':
			b = append(b, t.Month().String()[:3]...)
		case 'B':
			b = append(b, t.Month().String()...)
		case 'C':
			padded(t.Year()/100, 2, '0')
		case 'd':
			padded(t.Day(), 2, '0')
		case 'e':
			padded(t.Day(), 2, ' ')
		case 'g':
			padded(isoYear%100, 2, '0')
		case 'G':
			padded(isoYear, 4, '0')
		case 'H':
			padded(t.Hour(), 2, '0')
		case 'I':
			padded(hour12, 2, '0')
		case 'j':
			padded(t.YearDay(), 3, '0')
		case 'k':
			padded(t.Hour(), 2, ' ')
		case 'l':
			padded(hour12, 2, ' ')
		case 'm':
			padded(int(t.Month()), 2, '0')
		case 'M':
			padded(t.Minute(), 2, '0')
		case 'n':
			b = append(b, '\n')
		case 'N':
			padded(t.Nanosecond(), 9, '0')
		case 'p', 'P':
			half := "AM"
			if t.Hour() >= 12 {
				half = "PM"
			}
			if format[i] == 'P' {
				half = strings.ToLower(half)
			}
			b = append(b, half...)
		case 's':
			b = strconv.AppendInt(b, t.Unix(), 10)
		case 'S':
			padded(t.Second(), 2, '0')
		case 't':
			b = append(b, '\t')
		case 'u':
			padded((int(t.Weekday())+6)%7+1, 1, '0')
		case 'U':
			padded((t.YearDay()+6-int(t.Weekday()))/7, 2, '0')
		case 'V':
			padded(isoWeek, 2, '0')
		case 'w':
			padded(int(t.Weekday()), 1, '0')
		case 'W':
			padded((t.YearDay()+6-(int(t.Weekday())+6)%7)/7, 2, '0')
		case 'y':
			padded(t.Year()%100, 2, '0')
		case 'Y':
			padded(t.Year(), 4, '0')
		case 'z':
			b = t.AppendFormat(b, "-0700")
		case 'Z':
			b = t.AppendFormat(b, "MST")
		case '%':
			b = append(b, '%')
		case ':':
			if strings.HasPrefix(format[i:], ":z") {
				b = t.AppendFormat(b, "-07:00")
				i++
				continue
			}
			fallthrough
		default:
			return nil, unknownLetter(c, format, i)
		}
	}
	return b, nil
}

func unknownLetter(c *interp.Call, format string, i int) error {
	return c.ArgError(2, "the format has "+data.Byte(format, i)+` behind a %, which is no letter of strftime; or is it "rfc3339" or "http"?`)
}

// reading is a time under way.
type reading struct {
	c      *interp.Call
	s      string
	i      int
	year   int
	month  int
	day    int
	yday   int
	hour   int
	minute int
	second int
	nano   int
	half   int // 1: AM, 2: PM
	has    map[byte]bool
	unix   int64
	offset int
}

func (r *reading) wrong(format string, args ...any) error {
	return data.ParseError("time.parse", "", r.s, r.i, format, args...)
}

// parse is time.parse(s, format [, zone]).
func (z *zones) parse(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	format, err := c.Text(2)
	if err != nil {
		return err
	}
	loc, err := z.zone(c, 3)
	if err != nil {
		return err
	}
	if err := c.Spend(64 * min(len(format), math.MaxInt32/64)); err != nil {
		return err
	}
	switch format {
	case "rfc3339":
		format = "%Y-%m-%dT%H:%M:%S%.%z"
	case "http":
		format, loc = "%a, %d %b %Y %H:%M:%S %Z", time.UTC
	}
	r := &reading{c: c, s: s, has: map[byte]bool{}}
	if err := r.read(format); err != nil {
		return err
	}
	if r.i < len(s) {
		return r.wrong("text behind the time: %s", data.Byte(s, r.i))
	}
	if r.has['s'] {
		return inRange(c, 1, float64(r.unix)+float64(r.nano)/1e9)
	}
	if !r.has['Y'] || !(r.has['m'] && r.has['d'] || r.has['j']) {
		return c.ArgError(2, "the format gives no date: it needs %Y %m %d, %Y %j or %s")
	}
	if r.has['I'] {
		if r.half == 0 {
			return c.ArgError(2, "the format has %I and no %p")
		}
		r.hour = r.hour%12 + 12*(r.half-1)
	}
	as := time.Date(r.year, time.Month(max(r.month, 1)), max(r.day, 1), r.hour, r.minute, r.second, r.nano, time.UTC)
	if r.has['j'] {
		as = time.Date(r.year, 1, r.yday, r.hour, r.minute, r.second, r.nano, time.UTC)
		if as.Year() != r.year {
			r.i = 0
			return r.wrong("the year %d has no day %d", r.year, r.yday)
		}
	} else if as.Day() != r.day && r.second < 60 {
		r.i = 0
		return r.wrong("%s %d has no day %d", time.Month(r.month), r.year, r.day)
	}
	if r.has['z'] {
		return inRange(c, 1, seconds(as)-float64(r.offset))
	}
	return inRange(c, 1, seconds(local(as, loc)))
}

// read takes what a format says.
func (r *reading) read(format string) (err error) {
	for i := 0; i < len(format); i++ {
		switch ch := format[i]; {
		case ch == ' ' || ch == '\t' || ch == '\n': // any blank
			for r.i < len(r.s) && strings.IndexByte(" \t\n\r", r.s[r.i]) >= 0 {
				r.i++
			}
			continue
		case ch != '%':
			if r.i >= len(r.s) || r.s[r.i] != ch && !(ch == 'T' && strings.IndexByte("t ", r.s[r.i]) >= 0 && strings.Contains(format, "%.")) {
				return r.wrong("'%c' is expected, this is %s", ch, data.Byte(r.s, r.i))
			}
			r.i++
			continue
		}
		if i++; i >= len(format) {
			return r.c.ArgError(2, "the format ends with %; %% stands for it")
		}
		letter := format[i]
		if whole, ok := letters[letter]; ok {
			if err := r.read(whole); err != nil {
				return err
			}
			continue
		}
		switch letter {
		case 'Y':
			r.year, err = r.number(4, 1, 9999, "a year")
		case 'y':
			if r.year, err = r.number(2, 0, 99, "a year"); err == nil {
				if r.year += 1900; r.year < 1969 {
					r.year += 100
				}
			}
			r.has['Y'] = true
		case 'm':
			r.month, err = r.number(2, 1, 12, "a month")
		case 'b', 'h', 'B':
			r.month, err = r.name(12, func(i int) string { return time.Month(i + 1).String() }, "a month's name")
			letter = 'm'
		case 'a', 'A':
			_, err = r.name(7, func(i int) string { return time.Weekday(i).String() }, "a weekday's name")
		case 'd', 'e':
			for letter == 'e' && r.i < len(r.s) && r.s[r.i] == ' ' {
				r.i++
			}
			r.day, err = r.number(2, 1, 31, "a day")
			letter = 'd'
		case 'j':
			r.yday, err = r.number(3, 1, 366, "a day of the year")
		case 'H', 'k':
			r.hour, err = r.number(2, 0, 23, "an hour")
		case 'I', 'l':
			r.hour, err = r.number(2, 1, 12, "an hour from 1 to 12")
			letter = 'I'
		case 'M':
			r.minute, err = r.number(2, 0, 59, "a minute")
		case 'S':
			r.second, err = r.number(2, 0, 60, "a second")
		case 'N':
			err = r.fraction()
		case '.': // of rfc3339: a fraction, if there is one
			if r.i < len(r.s) && r.s[r.i] == '.' {
				r.i++
				err = r.fraction()
			}
		case 'p', 'P':
			r.half, err = r.name(2, func(i int) string { return []string{"AM", "PM"}[i] }, "AM or PM")
		case 's':
			err = r.epoch()
		case 'z':
			err = r.zone()
		case ':':
			if !strings.HasPrefix(format[i:], ":z") {
				return unknownLetter(r.c, format, i)
			}
			i++
			letter = 'z'
			err = r.zone()
		case 'Z':
			err = r.utc()
			letter = 'z'
		case 'n', 't':
			for r.i < len(r.s) && strings.IndexByte(" \t\n\r", r.s[r.i]) >= 0 {
				r.i++
			}
		case '%':
			if r.i >= len(r.s) || r.s[r.i] != '%' {
				return r.wrong("'%%' is expected, this is %s", data.Byte(r.s, r.i))
			}
			r.i++
		default:
			return unknownLetter(r.c, format, i)
		}
		if err != nil {
			return err
		}
		r.has[letter] = true
	}
	return nil
}

// number reads up to so many digits.
func (r *reading) number(digits, least, most int, what string) (int, error) {
	start := r.i
	for r.i < len(r.s) && r.i-start < digits && r.s[r.i] >= '0' && r.s[r.i] <= '9' {
		r.i++
	}
	n, err := strconv.Atoi(r.s[start:r.i])
	if err != nil || n < least || n > most {
		end := r.i
		if r.i = start; end > start {
			return 0, r.wrong("%s is no %s", r.s[start:end], strings.TrimPrefix(strings.TrimPrefix(what, "a "), "an "))
		}
		return 0, r.wrong("%s is expected, this is %s", what, data.Byte(r.s, r.i))
	}
	return n, nil
}

// name reads one of n names, whole or by its first three letters; it is counted from 1.
func (r *reading) name(n int, name func(i int) string, what string) (int, error) {
	rest := strings.ToLower(r.s[r.i:min(len(r.s), r.i+12)])
	for i := range n {
		whole := strings.ToLower(name(i))
		for _, form := range []string{whole, whole[:min(3, len(whole))]} {
			if strings.HasPrefix(rest, form) {
				r.i += len(form)
				return i + 1, nil
			}
		}
	}
	return 0, r.wrong("%s is expected, this is %s", what, data.Byte(r.s, r.i))
}

func (r *reading) fraction() error {
	start := r.i
	for r.i < len(r.s) && r.s[r.i] >= '0' && r.s[r.i] <= '9' {
		r.i++
	}
	digits := r.s[start:r.i]
	if digits == "" {
		return r.wrong("digits of a fraction are expected, this is %s", data.Byte(r.s, r.i))
	}
	r.nano, _ = strconv.Atoi((digits + "000000000")[:9]) // they are digits
	return nil
}

func (r *reading) epoch() error {
	start := r.i
	if r.i < len(r.s) && r.s[r.i] == '-' {
		r.i++
	}
	for r.i < len(r.s) && r.s[r.i] >= '0' && r.s[r.i] <= '9' {
		r.i++
	}
	var err error
	if r.unix, err = strconv.ParseInt(r.s[start:r.i], 10, 64); err != nil {
		r.i = start
		return r.wrong("seconds since 1970 are expected")
	}
	return nil
}

// zone reads Z, +02, +0200 or +02:00.
func (r *reading) zone() error {
	if r.i < len(r.s) && r.s[r.i]|0x20 == 'z' {
		r.i++
		return nil
	}
	start := r.i
	if r.i >= len(r.s) || r.s[r.i] != '+' && r.s[r.i] != '-' {
		return r.wrong("an offset such as +02:00 or Z is expected, this is %s", data.Byte(r.s, r.i))
	}
	sign := 1
	if r.s[r.i] == '-' {
		sign = -1
	}
	r.i++
	if len(r.s) < r.i+2 {
		return r.wrong("an offset has two digits of hours")
	}
	hours, err := r.number(2, 0, 23, "an hour")
	if err != nil || r.i != start+3 {
		r.i = start
		return r.wrong("an offset such as +02:00 or Z is expected")
	}
	minutes := 0
	colon := r.i < len(r.s) && r.s[r.i] == ':'
	if colon {
		r.i++
	}
	if colon || r.i < len(r.s) && r.s[r.i] >= '0' && r.s[r.i] <= '9' {
		if minutes, err = r.number(2, 0, 59, "a minute"); err != nil {
			return err
		}
	}
	r.offset = sign * (hours*3600 + minutes*60)
	return nil
}

// utc reads a name of UTC: others mean several zones.
func (r *reading) utc() error {
	for _, name := range []string{"GMT", "UTC", "Z"} {
		if strings.HasPrefix(r.s[r.i:], name) {
			r.i += len(name)
			return nil
		}
	}
	return r.wrong("GMT or UTC is expected: other short names mean several zones, and %s reads an offset", "%z")
}
