package lualib

import (
	"fmt"
	"math"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// dateFunctions are the parts of os that are about time.
func (lib *Library) dateFunctions() []vm.Named {
	return []vm.Named{
		{Name: lua.LString("clock"), Fn: osClock}, {Name: lua.LString("date"), Fn: lib.osDate},
		{Name: lua.LString("difftime"), Fn: osDifftime}, {Name: lua.LString("time"), Fn: lib.osTime},
	}
}

func osClock(L *lua.LState) int {
	L.Push(lua.LNumber(cpuTime().Seconds()))
	return 1
}

func osDifftime(L *lua.LState) int {
	L.Push(lua.LNumber(math.Trunc(checkNumber(L, 1)) - math.Trunc(optNumber(L, 2, 0))))
	return 1
}

// osTime is os.time([table]). The fields' values may lie outside of their ranges, as for C's mktime, but not outside of C's int.
func (lib *Library) osTime(L *lua.LState) int {
	now := lib.host.Now()
	if L.Get(1) == lua.LNil {
		L.Push(lua.LNumber(now.Unix()))
		return 1
	}
	t := checkTable(L, 1)
	L.SetTop(1)
	inRange := true
	field := func(name string, d int) int {
		n, ok := vm.ToNumber(L, vm.Index(L, t, lua.LString(name)))
		switch {
		case !ok && d < 0:
			vm.Errorf(L, "field '%s' missing in date table", name)
		case !ok:
			return d
		case !(math.Abs(n) <= math.MaxInt32): // NaN is not, either
			inRange = false
			return 0
		}
		return int(n)
	}
	sec, minute, hour := field("sec", 0), field("min", 0), field("hour", 12)
	day, month, year := field("day", -1), field("month", -1), field("year", -1)
	isdst := unsaid
	if dst := vm.Index(L, t, lua.LString("isdst")); dst != lua.LNil {
		isdst = standardTime
		if lua.LVAsBool(dst) {
			isdst = summerTime
		}
	}
	// The sums of fields may be more than an int of 32 bits holds.
	months := int64(month) - 1
	years := int64(year) + int64(math.Floor(float64(months)/12))
	inRange = inRange && int64(int(years)) == years
	wall := time.Unix(time.Date(int(years), time.Month(months-12*(years-int64(year))+1), 1, 0, 0, 0, 0, time.UTC).Unix()+
		86400*(int64(day)-1)+3600*int64(hour)+60*int64(minute)+int64(sec), 0).UTC()
	at := lua.LValue(lua.LNil)
	if inRange && yearInRange(wall) {
		at = lua.LNumber(mktime(wall.Unix(), now.Location(), isdst))
	}
	L.Push(at)
	return 1
}

// yearInRange reports whether C's struct tm can hold t, whose year less 1900 is an int of 32 bits; and Go's time, where an int has no more.
func yearInRange(t time.Time) bool {
	const first = -67768040609740800 // 1 January of 1900 - 1<<31
	last := int64(67768036191676799) // 31 December of 1900 + 1<<31 - 1
	if math.MaxInt == math.MaxInt32 {
		last = 67767976233532799 // 31 December of 1<<31 - 1
	}
	_, east := t.Zone()
	s := t.Unix() + int64(east)
	return first <= s && s <= last
}

// osDate is os.date([format [, time]]).
func (lib *Library) osDate(L *lua.LState) int {
	format := lib.optString(L, 1, "%c")
	at := lib.host.Now()
	inRange := true
	if L.Get(2) != lua.LNil {
		n := checkNumber(L, 2)
		if inRange = math.Abs(n) < 1<<60; inRange {
			at = time.Unix(int64(n), 0).In(at.Location())
		}
	}
	if format != "" && format[0] == '!' {
		format, at = format[1:], at.In(gmt)
	}
	if !inRange || !yearInRange(at) {
		L.Push(lua.LNil)
		return 1
	}
	if format == "*t" {
		t := L.CreateTable(0, 9)
		for _, f := range []struct {
			name string
			n    int
		}{
			{"sec", at.Second()}, {"min", at.Minute()}, {"hour", at.Hour()}, {"day", at.Day()}, {"month", int(at.Month())}, {"year", at.Year()},
			{"wday", int(at.Weekday()) + 1}, {"yday", at.YearDay()},
		} {
			vm.SetField(t, f.name, lua.LNumber(f.n))
		}
		vm.SetField(t, "isdst", lua.LBool(at.IsDST()))
		L.Push(t)
		return 1
	}
	var out []byte
	next := 0
	for i := 0; i < len(format); i++ {
		if i%every == 0 {
			vm.Work(L, stepWork*every)
		}
		if format[i] != '%' || i+1 == len(format) {
			out = append(out, format[i])
			continue
		}
		i++
		out = strftime(out, at, format[i])
		growing(L, len(out), &next)
	}
	L.Push(lua.LString(out))
	return 1
}

// strftime appends what one conversion of C's strftime gives in the C locale. Like PUC, Lull passes single letters on, so
// there are no flags or widths; what is no conversion stands for itself.
func strftime(out []byte, t time.Time, c byte) []byte {
	num := func(format string, n int) []byte { return fmt.Appendf(out, format, n) }
	sub := func(conversions string) []byte {
		for i := range len(conversions) {
			if c := conversions[i]; c >= 'A' {
				out = strftime(out, t, c)
			} else {
				out = append(out, c)
			}
		}
		return out
	}
	hour12 := (t.Hour()+11)%12 + 1
	century := int(math.Floor(float64(t.Year()) / 100))
	week := func(first int) int { return (t.YearDay() - 1 + 7 - (int(t.Weekday())+7-first)%7) / 7 }
	switch c {
	case 'a':
		return append(out, t.Weekday().String()[:3]...)
	case 'A':
		return append(out, t.Weekday().String()...)
	case 'b', 'h':
		return append(out, t.Month().String()[:3]...)
	case 'B':
		return append(out, t.Month().String()...)
	case 'c':
		return sub("a b e T Y")
	case 'C':
		return num("%02d", century)
	case 'd':
		return num("%02d", t.Day())
	case 'D', 'x':
		return sub("m/d/y")
	case 'e':
		return num("%2d", t.Day())
	case 'F':
		return sub("Y-m-d")
	case 'g':
		year, _ := t.ISOWeek()
		return num("%02d", (year%100+100)%100)
	case 'G':
		year, _ := t.ISOWeek()
		return num("%d", year)
	case 'H':
		return num("%02d", t.Hour())
	case 'I':
		return num("%02d", hour12)
	case 'j':
		return num("%03d", t.YearDay())
	case 'k':
		return num("%2d", t.Hour())
	case 'l':
		return num("%2d", hour12)
	case 'm':
		return num("%02d", int(t.Month()))
	case 'M':
		return num("%02d", t.Minute())
	case 'n':
		return append(out, '\n')
	case 'p', 'P':
		half := "AM"
		if t.Hour() >= 12 {
			half = "PM"
		}
		if c == 'P' {
			return append(out, half[0]|0x20, 'm')
		}
		return append(out, half...)
	case 'r':
		return sub("I:M:S p")
	case 'R':
		return sub("H:M")
	case 's':
		return fmt.Append(out, t.Unix())
	case 'S':
		return num("%02d", t.Second())
	case 't':
		return append(out, '\t')
	case 'T', 'X':
		return sub("H:M:S")
	case 'u':
		return num("%d", (int(t.Weekday())+6)%7+1)
	case 'U':
		return num("%02d", week(0))
	case 'V':
		_, w := t.ISOWeek()
		return num("%02d", w)
	case 'w':
		return num("%d", int(t.Weekday()))
	case 'W':
		return num("%02d", week(1))
	case 'y':
		return num("%02d", (t.Year()%100+100)%100)
	case 'Y':
		return num("%d", t.Year())
	case 'z':
		return append(out, t.Format("-0700")...)
	case 'Z':
		name, _ := t.Zone()
		return append(out, name...)
	case '%':
		return append(out, '%')
	}
	return append(out, '%', c)
}

// gmt is UTC by the name that C gives it.
var gmt = time.FixedZone("GMT", 0)
