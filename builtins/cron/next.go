package cron

import (
	"math/bits"
	"time"
)

// horizon is how far ahead an instant is looked for: the 29th of February on one weekday may be 40 years away.
const horizon = 50 * 366 * 24 * time.Hour

// next is the first instant behind from in the zone; ok is false where there is none within the horizon.
//
// It goes from one change of the zone's clock to the next, as in between the clock shows each time once. A fixed time that the
// change skips comes at the change, one that it repeats is not looked for again. Where the hour field begins with *, whatever the clock
// shows counts: in a repeated hour twice, and a skipped one is no time.
func (s *schedule) next(from time.Time, loc *time.Location) (at time.Time, ok bool) {
	from = from.Truncate(time.Second) // seconds since 1970 are whole where those of the clock are
	end := from.Add(horizon)
	segment := from.In(loc)
	for first := true; segment.Before(end); first = false {
		start, stop := segment.ZoneBounds()
		offset := offsetOf(segment)
		lowest := clock(from.In(loc)).Add(time.Second)
		if !first {
			before := offsetOf(start.Add(-time.Second))
			lowest = start.UTC().Add(offset)
			if !s.everyHour {
				was := start.UTC().Add(before) // what the clock would have shown next
				if was.Before(lowest) {
					if _, skipped := s.find(was, lowest); skipped {
						return start, true
					}
				}
				lowest = later(lowest, was)
			}
		} else if !start.IsZero() && !s.everyHour {
			lowest = later(lowest, start.UTC().Add(offsetOf(start.Add(-time.Second))))
		}
		limit := end.UTC().Add(offset)
		if !stop.IsZero() && stop.Before(end) {
			limit = stop.UTC().Add(offset)
		}
		if shown, found := s.find(lowest, limit); found {
			return shown.Add(-offset).In(loc), true
		}
		if stop.IsZero() {
			break
		}
		segment = stop
	}
	return time.Time{}, false
}

// offsetOf is how far the clock is ahead of UTC.
func offsetOf(t time.Time) time.Duration {
	_, s := t.Zone()
	return time.Duration(s) * time.Second
}

// clock is what the clock shows, as if it were UTC.
func clock(t time.Time) time.Time { return t.UTC().Add(offsetOf(t)) }

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// find is the first time that the clock shows, from one on and before another, both as if they were UTC.
func (s *schedule) find(from, limit time.Time) (at time.Time, ok bool) {
	year, month, day := from.Date()
	first := true // the day of from: its times before that are over
	for ; ; first = false {
		if s.month&(1<<month) == 0 { // on to the next month that there is
			for s.month&(1<<month) == 0 {
				if month++; month > 12 {
					year, month = year+1, 1
				}
			}
			day, first = 1, false
		}
		midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		if !midnight.Before(limit) {
			return time.Time{}, false
		}
		year, month, day = midnight.Date() // the 32nd is another day
		if s.month&(1<<month) != 0 && s.onDay(midnight) {
			h, m, sec := 0, 0, 0
			if first {
				h, m, sec = from.Clock()
			}
			if at, ok := s.timeOfDay(midnight, h, m, sec); ok {
				return at, at.Before(limit)
			}
		}
		day++
	}
}

// onDay reports whether a day is one of the schedule's.
func (s *schedule) onDay(t time.Time) bool {
	year, month, d := t.Date()
	longest := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	wd := int(t.Weekday())
	day := s.day&(1<<d) != 0 || s.last&(1<<(longest-d)) != 0
	weekday := s.weekday&(1<<wd) != 0 || s.lastWeekday&(1<<wd) != 0 && d+7 > longest || s.nth[wd]&(1<<((d-1)/7+1)) != 0
	if s.anyDay || s.anyWeekday {
		return day && weekday
	}
	return day || weekday
}

// timeOfDay is the first time of a day from one on.
func (s *schedule) timeOfDay(midnight time.Time, h, m, sec int) (at time.Time, ok bool) {
	from := func(set uint64, n int) (int, bool) {
		rest := set >> n << n
		return bits.TrailingZeros64(rest), rest != 0
	}
	hour, ok := from(s.hour, h)
	if !ok {
		return at, false
	}
	if hour > h {
		m, sec = 0, 0
	}
	minute, ok := from(s.minute, m)
	if ok && minute > m {
		sec = 0
	}
	second, ok2 := from(s.second, sec)
	switch {
	case ok && ok2:
		return midnight.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second), true
	case ok && minute < 59:
		return s.timeOfDay(midnight, hour, minute+1, 0)
	case hour < 23:
		return s.timeOfDay(midnight, hour+1, 0, 0)
	}
	return at, false
}

// latest is the last instant behind from that is not behind now; ok is false where there is none.
func (s *schedule) latest(from, now time.Time, loc *time.Location) (at time.Time, ok bool) {
	at, ok = s.next(from, loc)
	if !ok || at.After(now) {
		return at, false
	}
	low, high := at.Unix(), now.Unix() // next(low-1) is there, next(high) is behind now
	for high-low > 0 {
		middle := low + (high-low)/2
		n, found := s.next(time.Unix(middle, 0), loc)
		if !found || n.After(now) {
			high = middle
			continue
		}
		low, at = n.Unix(), n
	}
	return at, true
}
