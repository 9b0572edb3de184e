package cron

import (
	"testing"
	"time"
)

var zones = []string{"UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia", "America/Sao_Paulo", "Asia/Tehran", "Antarctica/Troll"}

// In each zone, around each change of its clock, the instants are those of a clock that is watched minute by minute: a fixed time comes
// when the clock shows it for the first time or jumps over it; with * in the hour field whatever it shows counts.
func TestChangesOfTheClock(t *testing.T) {
	exprs := []string{"30 2 * * *", "0 0 * * *", "*/20 1-3 * * *", "15,45 * * * *", "*/7 */2 * * *", "0 3 * * 0", "59 23 L * *", "30 0,1,2 * * *"}
	for _, name := range zones {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		changes := 0
		for at := time.Date(2004, 1, 1, 0, 0, 0, 0, time.UTC).In(loc); at.Year() < 2027; {
			_, stop := at.ZoneBounds()
			if stop.IsZero() {
				break
			}
			if at = stop; offsetOf(stop) == offsetOf(stop.Add(-time.Second)) {
				continue
			}
			changes++
			for _, expr := range exprs {
				s, err := parse(expr)
				if err != nil {
					t.Fatal(err)
				}
				from, to := stop.Add(-26*time.Hour), stop.Add(28*time.Hour)
				want := watched(s, from, to)
				var got []time.Time
				for n, ok := s.next(from, loc); ok && !n.After(to); n, ok = s.next(n, loc) {
					got = append(got, n)
				}
				if len(got) != len(want) {
					t.Fatalf("%s: %q: got %v\nwant %v", name, expr, got, want)
				}
				for i := range got {
					if !got[i].Equal(want[i]) {
						t.Fatalf("%s: %q: got %v\nwant %v", name, expr, got, want)
					}
				}
				// From any instant on, the next is the same.
				for from := stop.Add(-3 * time.Hour); from.Before(stop.Add(3 * time.Hour)); from = from.Add(7 * time.Minute) {
					n, ok := s.next(from, loc)
					for _, w := range want {
						if w.After(from) {
							if !ok || !n.Equal(w) {
								t.Fatalf("%s: %q from %s: %s, want %s", name, expr, from, n, w)
							}
							break
						}
					}
				}
				if last, ok := s.latest(from, to, loc); len(want) > 0 && (!ok || !last.Equal(want[len(want)-1])) {
					t.Fatalf("%s: %q: the latest is %s, want %s", name, expr, last, want[len(want)-1])
				}
			}
		}
		if changes == 0 && name != "UTC" && name != "Asia/Kathmandu" {
			t.Errorf("%s: no change was found", name)
		}
	}
}

// watched are the instants behind from up to to, of a schedule whose seconds are 0.
func watched(s *schedule, from, to time.Time) (all []time.Time) {
	shows := func(w time.Time) bool {
		return w.Second() == 0 && s.minute&(1<<w.Minute()) != 0 && s.hour&(1<<w.Hour()) != 0 && s.month&(1<<w.Month()) != 0 && s.onDay(w)
	}
	seen := clock(from)
	for t := from.Add(-6 * time.Hour); !t.After(from); t = t.Add(time.Minute) {
		seen = later(seen, clock(t))
	}
	for t := from.Add(time.Minute); !t.After(to); t = t.Add(time.Minute) {
		w := clock(t)
		if s.everyHour {
			if shows(w) {
				all = append(all, t)
			}
			continue
		}
		found := false
		for m := seen.Add(time.Minute); !m.After(w); m = m.Add(time.Minute) {
			found = found || shows(m)
		}
		if found {
			all = append(all, t)
		}
		seen = later(seen, w)
	}
	return all
}

// Days that not every month or year has.
func TestDays(t *testing.T) {
	for _, tt := range []struct {
		expr, from string
		want       []string
	}{
		{"0 0 31 * *", "2024-01-31 00:00", []string{"2024-03-31", "2024-05-31", "2024-07-31", "2024-08-31", "2024-10-31", "2024-12-31", "2025-01-31"}},
		{"0 0 29 2 *", "2024-03-01 00:00", []string{"2028-02-29", "2032-02-29"}},
		{"0 0 29 2 *", "2096-03-01 00:00", []string{"2104-02-29"}},
		{"0 0 L 2 *", "2023-01-01 00:00", []string{"2023-02-28", "2024-02-29", "2025-02-28"}},
		{"0 0 L-2 * *", "2024-02-01 00:00", []string{"2024-02-27", "2024-03-29"}},
		{"0 0 15,L * *", "2024-04-01 00:00", []string{"2024-04-15", "2024-04-30", "2024-05-15"}},
		{"0 0 * * 5L", "2024-02-01 00:00", []string{"2024-02-23", "2024-03-29", "2024-04-26"}},
		{"0 0 * * friL", "2024-02-01 00:00", []string{"2024-02-23"}},
		{"0 0 * * 1#5", "2024-01-01 00:00", []string{"2024-01-29", "2024-04-29", "2024-07-29"}},
		{"0 0 * * tue#1,7#2", "2024-01-01 00:00", []string{"2024-01-02", "2024-01-14", "2024-02-06"}},
		{"0 0 29 2 */7", "2024-03-01 00:00", []string{"2032-02-29"}}, // a Sunday
		{"0 0 1,15 * fri", "2024-03-10 00:00", []string{"2024-03-15", "2024-03-22", "2024-03-29", "2024-04-01"}},
		{"0 0 */10 * fri", "2024-03-10 00:00", []string{"2024-05-31"}},
		{"0 0 ? * sun-tue", "2024-03-10 00:00", []string{"2024-03-11", "2024-03-12", "2024-03-17"}},
		{"0 0 * * sat-sun", "2024-03-10 00:00", []string{"2024-03-16", "2024-03-17"}},
		{"@yearly", "2024-03-10 00:00", []string{"2025-01-01", "2026-01-01"}},
		{"@Weekly", "2024-03-10 00:00", []string{"2024-03-17"}},
		{"0 0 1 JAN,Jul *", "2024-03-10 00:00", []string{"2024-07-01", "2025-01-01"}},
	} {
		s, err := parse(tt.expr)
		if err != nil {
			t.Fatalf("%q: %v", tt.expr, err)
		}
		at, err := time.Parse("2006-01-02 15:04", tt.from)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range tt.want {
			n, ok := s.next(at, time.UTC)
			if got := n.Format("2006-01-02"); !ok || got != want || n.Hour() != 0 {
				t.Fatalf("%q behind %s: %s, want %s", tt.expr, at, n, want)
			}
			at = n
		}
	}
}

// Seconds come first where there are six fields.
func TestSeconds(t *testing.T) {
	s, err := parse("*/25 59 23 31 12 *")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 12, 31, 23, 58, 0, 0, time.UTC)
	for _, want := range []string{"2024-12-31 23:59:00", "2024-12-31 23:59:25", "2024-12-31 23:59:50", "2025-12-31 23:59:00"} {
		at, _ = s.next(at, time.UTC)
		if got := at.Format("2006-01-02 15:04:05"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if n, _ := s.next(at.Add(24*time.Second+999*time.Millisecond), time.UTC); n.Second() != 25 {
		t.Errorf("a fraction before it: %s", n)
	}
}

// Arbitrary text is an expression with an instant that it fits, or an error; neither takes long.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"* * * * *", "*/5 0-23/2 1,15,L * mon-fri", "0 0 29 2 1#5", "@daily", "5/10 1 L-30 feb 5L", "59 59 23 31 12 7", "@reboot", "0 0 30 2 *", "* * * * * *"} {
		f.Add(s, int64(1e9))
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, expr string, from int64) {
		s, err := parse(expr)
		if err != nil {
			return
		}
		if from %= last; from < first {
			from = first
		}
		at := time.Unix(from, 0)
		n, ok := s.next(at, berlin)
		if !ok {
			return
		}
		if !n.After(at) || n.Sub(at) > horizon {
			t.Fatalf("%q behind %s: %s", expr, at, n)
		}
		w := clock(n)
		fits := s.second&(1<<w.Second()) != 0 && s.minute&(1<<w.Minute()) != 0 && s.hour&(1<<w.Hour()) != 0 && s.month&(1<<w.Month()) != 0 && s.onDay(w)
		if start, _ := n.ZoneBounds(); !fits && !(start.Equal(n) && !s.everyHour) {
			t.Fatalf("%q behind %s: %s does not fit", expr, at, n)
		}
	})
}
