package lualib

import (
	"testing"
	"time"
	_ "time/tzdata"
)

// What C's mktime makes of isdst: the wall clock as it would be in the other half of the year, which is not everywhere an hour.
func TestSummerTimeIsTakenAtItsWord(t *testing.T) {
	for _, c := range []struct {
		zone  string
		month time.Month
		dst   bool
		want  time.Duration
	}{
		{"UTC", time.July, false, 0}, {"UTC", time.July, true, -time.Hour},
		{"Europe/Berlin", time.July, true, 0}, {"Europe/Berlin", time.July, false, time.Hour}, {"Europe/Berlin", time.January, true, -time.Hour},
		{"Australia/Lord_Howe", time.July, true, -30 * time.Minute}, {"Australia/Lord_Howe", time.January, false, 30 * time.Minute},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2024, c.month, 15, 12, 0, 0, 0, zone)
		if got := otherTime(at, c.dst); got != c.want {
			t.Errorf("%s, %v, isdst %v: %v, want %v", c.zone, c.month, c.dst, got, c.want)
		}
	}
}
