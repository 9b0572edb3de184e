package lualib

import (
	"testing"
	"time"
	_ "time/tzdata"
)

// The wanted times are lua5.1's on GNU's C library, of an hour that the clock shows twice, or skips, with isdst; without it, the
// first, and so much later.
func TestChangesOfTheClock(t *testing.T) {
	for _, c := range []struct {
		zone, wall             string
		unsaid, summer, winter int64
	}{
		{"Europe/Berlin", "2024-03-31 02:30", 1711848600, 1711845000, 1711848600}, // skipped
		{"Europe/Berlin", "2024-10-27 02:30", 1729989000, 1729989000, 1729992600},
		{"America/New_York", "2024-03-10 02:30", 1710055800, 1710052200, 1710055800}, // skipped
		{"America/New_York", "2024-11-03 01:30", 1730611800, 1730611800, 1730615400},
		{"Australia/Lord_Howe", "2024-04-07 01:45", 1712414700, 1712414700, 1712416500},
		{"Australia/Lord_Howe", "2024-10-06 02:15", 1728143100, 1728141300, 1728143100}, // skipped
		{"Europe/Dublin", "2024-03-31 01:30", 1711848600, 1711848600, 1711845000},       // skipped
		{"Europe/Dublin", "2024-10-27 01:30", 1729989000, 1729992600, 1729989000},
		{"America/Sao_Paulo", "2018-02-17 23:30", 1518917400, 1518917400, 1518921000},
		{"America/Sao_Paulo", "2018-11-04 00:30", 1541302200, 1541298600, 1541302200}, // skipped
		{"Asia/Tehran", "2022-03-22 00:30", 1647896400, 1647892800, 1647896400},       // skipped
		{"Asia/Tehran", "2022-09-21 23:30", 1663786800, 1663786800, 1663790400},
		{"America/St_Johns", "2010-03-14 00:45", 1268540100, 1268536500, 1268540100}, // skipped
		{"America/St_Johns", "2010-11-06 23:45", 1289096100, 1289096100, 1289099700},
		{"Antarctica/Troll", "2024-03-31 02:00", 1711850400, 1711843200, 1711850400}, // skipped
		{"Antarctica/Troll", "2024-10-27 02:00", 1729987200, 1729987200, 1729994400},
		{"Africa/Cairo", "2024-04-26 00:30", 1714084200, 1714080600, 1714084200}, // skipped
		{"Africa/Cairo", "2024-10-31 23:30", 1730406600, 1730406600, 1730410200},
		{"Pacific/Apia", "2020-04-05 03:30", 1586007000, 1586007000, 1586010600},
		{"Pacific/Apia", "2020-09-27 03:30", 1601130600, 1601127000, 1601130600}, // skipped
		{"Africa/Casablanca", "2024-03-10 02:30", 1710034200, 1710037800, 1710034200},
		{"Africa/Casablanca", "2024-04-14 02:30", 1713061800, 1713061800, 1713058200}, // skipped
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		wall, err := time.Parse("2006-01-02 15:04", c.wall)
		if err != nil {
			t.Fatal(err)
		}
		for isdst, want := range map[summer]int64{unsaid: c.unsaid, summerTime: c.summer, standardTime: c.winter} {
			if got := mktime(wall.Unix(), zone, isdst); got != want {
				t.Errorf("%s, %s, %v: %d, want %d", c.zone, c.wall, isdst, got, want)
			}
		}
	}
}

// Where the time is of the other half of the year than isdst says, the clock is read as it goes there: not everywhere by an hour.
func TestSummerTimeIsTakenAtItsWord(t *testing.T) {
	for _, c := range []struct {
		zone  string
		month time.Month
		isdst summer
		want  time.Duration
	}{
		{"UTC", time.July, standardTime, 0}, {"UTC", time.July, summerTime, -time.Hour},
		{"Europe/Berlin", time.July, summerTime, 0}, {"Europe/Berlin", time.July, standardTime, time.Hour}, {"Europe/Berlin", time.January, summerTime, -time.Hour},
		{"Australia/Lord_Howe", time.July, summerTime, -30 * time.Minute}, {"Australia/Lord_Howe", time.January, standardTime, 30 * time.Minute},
		{"Antarctica/Troll", time.January, summerTime, -2 * time.Hour}, {"Europe/Dublin", time.July, summerTime, time.Hour},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2024, c.month, 15, 12, 0, 0, 0, zone)
		got := mktime(time.Date(2024, c.month, 15, 12, 0, 0, 0, time.UTC).Unix(), zone, c.isdst)
		if d := time.Duration(got-at.Unix()) * time.Second; d != c.want {
			t.Errorf("%s, %v, isdst %v: off by %v, want %v", c.zone, c.month, c.isdst, d, c.want)
		}
	}
}

// Every time that a clock shows, day by day and at each hour around its changes, leads back to itself.
func TestTimesThereAndBack(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for at := time.Date(2008, 1, 1, 0, 15, 0, 0, time.UTC); at.Year() < 2032; at = at.Add(7 * time.Hour) {
			here := at.In(zone)
			_, offset := here.Zone()
			isdst := standardTime
			if here.IsDST() {
				isdst = summerTime
			}
			if got := mktime(at.Unix()+int64(offset), zone, isdst); got != at.Unix() {
				t.Errorf("%s: %v is %d, %v off", name, here, got, time.Duration(got-at.Unix())*time.Second)
			}
		}
	}
}
