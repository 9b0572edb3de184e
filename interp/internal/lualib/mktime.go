package lualib

import (
	"math"
	"time"
)

// summer is what the field isdst says of a date.
type summer uint8

const (
	unsaid summer = iota
	standardTime
	summerTime
)

// farthest is more than any offset from UTC: a POSIX TZ may have a week.
const farthest = 8 * 24 * 3600

// C's mktime looks so far, in such steps, for a time with the isdst that is wanted (GNU's does, and others go by its results).
const (
	dstStep = 601200
	dstFar  = 536454000/2 + dstStep
)

// mktime is C's mktime: the time at which a clock in zone shows wall, which is that of UTC. Where it shows that twice the first time
// is meant, where it never does (the clock skips an hour) what it shows when that much more has gone by, unless isdst says
// otherwise: then the offset of the nearest time with that isdst counts, or an hour if the zone has none.
func mktime(wall int64, zone *time.Location, isdst summer) int64 {
	at, exact := nearest(wall, zone, isdst)
	if isdst == unsaid || exact {
		return at
	}
	for delta := int64(dstStep); delta < dstFar; delta += dstStep {
		for _, other := range [...]int64{at - delta, at + delta} {
			if t := time.Unix(other, 0).In(zone); t.IsDST() == (isdst == summerTime) {
				_, offset := t.Zone()
				return wall - int64(offset)
			}
		}
	}
	if isdst == summerTime {
		return at - 3600
	}
	return at + 3600
}

// nearest is the first time at which the clock shows wall, of those with the isdst that is wanted if there is one: then exact is
// true. Where the clock skips wall, it is so much later.
func nearest(wall int64, zone *time.Location, isdst summer) (at int64, exact bool) {
	shown, skipped := int64(math.MaxInt64), int64(math.MaxInt64)
	_, before := time.Unix(wall-farthest, 0).In(zone).Zone()
	for t := wall - farthest; t <= wall+farthest; {
		here := time.Unix(t, 0).In(zone)
		_, offset := here.Zone()
		// The clock shows wall at this offset, if that holds at the time that it gives.
		then := time.Unix(wall-int64(offset), 0).In(zone)
		if _, o := then.Zone(); o == offset {
			right := isdst == unsaid || then.IsDST() == (isdst == summerTime)
			if right && (!exact || then.Unix() < at) {
				at, exact = then.Unix(), true
			}
			shown = min(shown, then.Unix())
		}
		if wall-int64(before) >= t && wall-int64(offset) < t {
			skipped = wall - int64(before)
		}
		before = offset
		_, end := here.ZoneBounds()
		switch {
		case end.IsZero():
			t = math.MaxInt64
		case end.Unix() > t:
			t = end.Unix()
		default: // by a POSIX rule, a leap year's last day ends when it begins
			t += 24 * 3600
		}
	}
	if !exact {
		at = min(shown, skipped)
	}
	return at, exact
}
