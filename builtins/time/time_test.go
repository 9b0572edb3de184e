package time_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

var zones = []string{"UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia", "America/Sao_Paulo", "Asia/Tehran"}

// In each zone, around each change of its clock: what the clock shows leads back to the first instant at which it shows that, or for a
// reading that it skips to the one that lies as far behind the change.
func TestChangesOfTheClock(t *testing.T) {
	rt := interptest.New(t, builtins.Safe())
	for _, name := range zones {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		changes := 0
		for ; at.Year() < 2030; at = at.Add(24 * time.Hour) {
			_, before := at.In(loc).Zone()
			_, after := at.Add(24 * time.Hour).In(loc).Zone()
			if before == after {
				continue
			}
			changes++
			for step := -3 * time.Hour; step < 30*time.Hour; step += 30 * time.Minute {
				as := at.In(time.FixedZone("", before)).Add(step)
				shown := as.Format("2006-01-02 15:04:05")
				vals, err := rt.Run(`return time.parse(..., "%Y-%m-%d %H:%M:%S", select(2, ...))`, shown, name)
				if err != nil {
					t.Fatal(err)
				}
				n, _ := vals.Get(1).Number()
				got := time.Unix(int64(n), 0).In(loc)
				if back := got.Format("2006-01-02 15:04:05"); back != shown { // it was skipped
					if !got.Equal(as) {
						t.Errorf("%s: %s is %s, not %s", name, shown, got, as.In(loc))
					}
				} else if earlier := got.Add(-time.Duration(before-after) * time.Second); before > after && earlier.Format("2006-01-02 15:04:05") == shown && earlier.Before(got) {
					t.Errorf("%s: %s is the second of two", name, shown)
				}
			}
		}
		if changes == 0 && name != "UTC" && name != "Asia/Kathmandu" {
			t.Errorf("%s: no change was found", name)
		}
	}
}

// Arbitrary text is an error of kind parse with its place, or an instant that is written as a text which means it.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"2024-05-01T12:00:00Z", "2024-05-01 12:00:00.5+02:00", "2024-02-30T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "1h30m", "-2.5d", "", "x"} {
		f.Add(s)
	}
	rt := interptest.New(f, builtins.Safe())
	if _, err := rt.Run(`
		function parse(s)
			local ok, t = pcall(time.parse, s, "rfc3339")
			if ok then assert(math.abs(time.parse(time.format(t, "rfc3339", "UTC"), "rfc3339") - t) < 2e-5, t) end
			local ok2, d = pcall(time.duration, s)
			return not ok and t or nil, not ok2 and d or nil
		end`); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		vals, err := rt.Call(t.Context(), "parse", s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		for i := 1; i <= 2; i++ {
			if e, ok := vals.Get(i).Object().(*interp.Error); ok && e.Kind != interp.KindParse && e.Msg != "bad argument #1 to 'parse' (the result is no date in the years 1 to 9999)" {
				t.Fatalf("%q: %v", s, e)
			}
		}
	})
}

// time.format writes what package time does.
func TestFormatAsGo(t *testing.T) {
	rt := interptest.New(t, builtins.Safe())
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		n := r.Int64N(4e9) - 1e9
		name := zones[r.IntN(len(zones))]
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(n, 0).In(loc)
		year, week := at.ISOWeek()
		want := at.Format("Mon Monday Jan January 02 15 03 04 05 PM 2006 06 -0700 -07:00 002") + fmt.Sprintf(" %04d %02d", year, week)
		vals, err := rt.Run(`return time.format(..., "%a %A %b %B %d %H %I %M %S %p %Y %y %z %:z %j %G %V", select(2, ...))`, n, name)
		if err != nil || vals.Get(1).String() != want {
			t.Errorf("%d in %s: %v, want %s, %v", n, name, vals, want, err)
		}
	}
}
