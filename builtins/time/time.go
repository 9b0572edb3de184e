// Package time is the table time: instants as seconds since 1970, as text and by the calendar of any zone.
package time

import (
	_ "embed"
	"fmt"
	"math"
	"time"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/zone"
	"github.com/lull-lua/lull/interp"
)

//go:embed time.lua
var stub string

// Module is the table time.
func Module() interp.Module {
	z := &zones{}
	return interp.Module{
		Name: "time",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "now", Fn: now},
			{Name: "format", Fn: z.format},
			{Name: "parse", Fn: z.parse},
			{Name: "date", Fn: z.date},
			{Name: "unix", Fn: z.unix},
			{Name: "add", Fn: z.add},
			{Name: "duration", Fn: duration},
			{Name: "human", Fn: human},
		},
	}
}

// zones are those that were used.
type zones struct{ zone.Cache }

// zone is the i-th argument as a zone.
func (z *zones) zone(c *interp.Call, i int) (*time.Location, error) {
	if c.Arg(i).IsNil() {
		return c.Time().Location(), nil
	}
	name, err := c.Text(i)
	if err != nil {
		return nil, err
	}
	loc, err := z.Find(name, c.Time().Location())
	if err != nil {
		return nil, c.ArgError(i, err.Error())
	}
	return loc, nil
}

// The instants that there are: years 1 to 9999.
const (
	first = -62135596800
	last  = 253402300800
)

// instant is the i-th argument as an instant in a zone. Fractions are to the microsecond, which is what a number holds today.
func instant(c *interp.Call, i int, loc *time.Location) (time.Time, error) {
	n, err := c.Number(i)
	if err != nil {
		return time.Time{}, err
	}
	if !(n >= first && n < last) {
		return time.Time{}, c.ArgError(i, fmt.Sprintf("seconds since 1970 expected, in the years 1 to 9999, got %v", c.Arg(i)))
	}
	whole := math.Floor(n)
	return time.Unix(int64(whole), int64(math.Round((n-whole)*1e6))*1000).In(loc), nil
}

func seconds(t time.Time) float64 { return float64(t.Unix()) + float64(t.Nanosecond())/1e9 }

// now is time.now().
func now(c *interp.Call) error { return c.Return(seconds(c.Time())) }

// local is the instant of a clock's reading in a zone, given as if it were UTC. One that is there twice is the first; one that the
// clock skips moves by the gap.
func local(as time.Time, loc *time.Location) time.Time {
	offset := func(at time.Time) time.Duration {
		_, s := at.In(loc).Zone()
		return time.Duration(s) * time.Second
	}
	before, after := offset(as.Add(-24*time.Hour)), offset(as.Add(24*time.Hour))
	one, two := as.Add(-before), as.Add(-after)
	ok1, ok2 := offset(one) == before, offset(two) == after
	switch {
	case ok1 && ok2 && two.Before(one), !ok1 && ok2:
		return two.In(loc)
	}
	return one.In(loc)
}

// date is time.date(t [, zone]).
func (z *zones) date(c *interp.Call) error {
	loc, err := z.zone(c, 2)
	if err != nil {
		return err
	}
	at, err := instant(c, 1, loc)
	if err != nil {
		return err
	}
	name, offset := at.Zone()
	t := c.NewTable(0)
	for _, f := range []struct {
		name  string
		value int
	}{
		{"year", at.Year()}, {"month", int(at.Month())}, {"day", at.Day()}, {"hour", at.Hour()}, {"min", at.Minute()}, {"sec", at.Second()},
		{"wday", int(at.Weekday()) + 1}, {"yday", at.YearDay()}, {"offset", offset},
	} {
		t.SetField(f.name, interp.Number(float64(f.value)))
	}
	t.SetField("isdst", interp.Bool(at.IsDST()))
	v, err := c.Value(name)
	if err != nil {
		return err
	}
	t.SetField("zone", v)
	return c.Return(t)
}

// unix is time.unix(fields [, zone]). The table may be one of time.date's: then it is in the zone that its offset says, unless one is given.
func (z *zones) unix(c *interp.Call) error {
	t, ok := c.Arg(1).Table()
	if !ok {
		return c.ArgError(1, "table expected, got "+data.TypeOf(c.Arg(1)))
	}
	loc, err := z.zone(c, 2)
	if err != nil {
		return err
	}
	var offset, other interp.Value
	if err := c.Options(1, map[string]any{
		"year": &other, "month": &other, "day": &other, "hour": &other, "min": &other, "sec": &other,
		"offset": &offset, "zone": &other, "wday": &other, "yday": &other, "isdst": &other,
	}); err != nil {
		return err
	}
	if !offset.IsNil() && c.Arg(2).IsNil() {
		n, ok := offset.Int()
		if !ok || n <= -86400 || n >= 86400 {
			return c.ArgError(1, fmt.Sprintf("field 'offset': seconds east of UTC expected, less than a day, got %v", offset))
		}
		loc = time.FixedZone("", n)
	}
	var fields [6]float64
	for i, name := range []string{"year", "month", "day", "hour", "min", "sec"} {
		v := t.Field(name)
		n, ok := v.Number()
		switch {
		case v.IsNil() && i < 3:
			return c.ArgError(1, "field '"+name+"' is missing")
		case v.IsNil():
		case !ok:
			return c.ArgError(1, fmt.Sprintf("field '%s': number expected, got %s", name, data.TypeOf(v)))
		case math.IsNaN(n) || math.Abs(n) > 1e12 || i < 5 && n != math.Trunc(n):
			return c.ArgError(1, fmt.Sprintf("field '%s': integer expected, got %v", name, v))
		}
		fields[i] = n
	}
	whole := math.Floor(fields[5])
	if math.Abs(fields[0]) > 1e5 || math.Abs(fields[1]) > 1e6 || math.Abs(fields[2]) > 1e7 || math.Abs(fields[3]) > 1e9 || math.Abs(fields[4]) > 1e10 {
		return c.ArgError(1, "the fields give no date in the years 1 to 9999")
	}
	as := time.Date(int(fields[0]), time.Month(fields[1]), int(fields[2]), 0, 0, 0, 0, time.UTC).Unix()
	as += 3600*int64(fields[3]) + 60*int64(fields[4]) + int64(whole)
	return inRange(c, 1, float64(local(time.Unix(as, 0).UTC(), loc).Unix())+fields[5]-whole)
}

// inRange returns an instant, if it is one.
func inRange(c *interp.Call, i int, n float64) error {
	if !(n >= first && n < last) {
		return c.ArgError(i, "the result is no date in the years 1 to 9999")
	}
	return c.Return(n)
}

// add is time.add(t, step [, zone]).
func (z *zones) add(c *interp.Call) error {
	loc, err := z.zone(c, 3)
	if err != nil {
		return err
	}
	at, err := instant(c, 1, loc)
	if err != nil {
		return err
	}
	var years, months, weeks, days, hours, minutes, secs float64
	if c.Arg(2).Type() != "table" {
		return c.ArgError(2, "table expected, got "+data.TypeOf(c.Arg(2)))
	}
	if err := c.Options(2, map[string]any{
		"years": &years, "months": &months, "weeks": &weeks, "days": &days, "hours": &hours, "minutes": &minutes, "seconds": &secs,
	}); err != nil {
		return err
	}
	for _, o := range []struct {
		name string
		n    float64
	}{{"years", years}, {"months", months}, {"weeks", weeks}, {"days", days}} {
		switch {
		case o.n != math.Trunc(o.n):
			return c.ArgError(2, fmt.Sprintf("option '%s': integer expected, got %v", o.name, interp.Number(o.n)))
		case math.Abs(o.n) > 4e6:
			return c.ArgError(2, fmt.Sprintf("option '%s': %v leads out of the years 1 to 9999", o.name, interp.Number(o.n)))
		}
	}
	elapsed := hours*3600 + minutes*60 + secs
	if math.IsNaN(elapsed) || math.Abs(elapsed) > 1e12 {
		return c.ArgError(2, "a number of hours, minutes or seconds is too large")
	}
	moved := at
	if years != 0 || months != 0 || weeks != 0 || days != 0 {
		year, month := at.Year()+int(years), int(at.Month())-1+int(months)
		year, month = year+floorDiv(month, 12), month-12*floorDiv(month, 12)
		day := min(at.Day(), time.Date(year, time.Month(month+2), 0, 0, 0, 0, 0, time.UTC).Day()) // the 31st becomes the month's last
		as := time.Date(year, time.Month(month+1), day+int(days)+7*int(weeks), at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
		if moved = local(as, loc); as.Equal(clock(at)) {
			moved = at // it stays the second of two
		}
	}
	return inRange(c, 2, seconds(moved)+elapsed)
}

// clock is what the clock shows, as if it were UTC.
func clock(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
