package cron

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// schedule is a cron expression. A set of numbers is a mask: bit n is n.
type schedule struct {
	second, minute, hour, month uint64
	day                         uint64 // of the month
	last                        uint64 // days before the month's last one: bit 0 is that day itself
	weekday                     uint64 // 0 is Sunday
	lastWeekday                 uint64 // the month's last such day
	nth                         [7]uint64
	everyHour                   bool // the hour field begins with *: the time that goes by counts, not what the clock shows
	anyDay, anyWeekday          bool // the field begins with *: the other one decides
}

// field is one field of an expression.
type field struct {
	name     string
	min, max int
	names    []string // of the numbers from min on
}

var (
	months   = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	fields   = []field{
		{"second", 0, 59, nil},
		{"minute", 0, 59, nil},
		{"hour", 0, 23, nil},
		{"day", 1, 31, nil},
		{"month", 1, 12, months},
		{"weekday", 0, 7, weekdays},
	}
)

// macros are expressions that have a name.
var macros = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
	"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}

// maxExpr is how long an expression may be.
const maxExpr = 1000

// parse reads an expression. Its error names the field.
func parse(expr string) (*schedule, error) {
	if len(expr) > maxExpr {
		return nil, fmt.Errorf("an expression of %d bytes; %d are the most", len(expr), maxExpr)
	}
	words := strings.Fields(expr)
	if len(words) > 0 && strings.HasPrefix(words[0], "@") {
		name := strings.ToLower(words[0])
		full := macros[name]
		switch {
		case name == "@reboot":
			return nil, fmt.Errorf("@reboot is no instant: a script has no part in how the machine starts; what is to run once it has started is called as it is")
		case name == "@every":
			return nil, fmt.Errorf("@every is no instant of the clock: for a call every so many seconds there is task.every")
		case full == "":
			return nil, fmt.Errorf("unknown name %.60q; there are: @yearly @annually @monthly @weekly @daily @midnight @hourly", words[0])
		case len(words) > 1:
			return nil, fmt.Errorf("%s stands alone", name)
		}
		words = strings.Fields(full)
	}
	if len(words) == 5 {
		words = append([]string{"0"}, words...)
	}
	if len(words) != 6 {
		return nil, fmt.Errorf("five fields (minute hour day month weekday), or six with the second first, expected, got %d", len(words))
	}
	s := &schedule{everyHour: words[2][0] == '*'}
	s.anyDay, s.anyWeekday = strings.ContainsRune("*?", rune(words[3][0])), strings.ContainsRune("*?", rune(words[5][0]))
	for i, word := range words {
		f := fields[i]
		for item := range strings.SplitSeq(word, ",") {
			if err := s.item(f, item); err != nil {
				return nil, fmt.Errorf("%s field %.60q: %w", f.name, word, err)
			}
		}
	}
	return s, s.possible(words[3])
}

// set is where the numbers of a field go.
func (s *schedule) set(f field) *uint64 {
	return map[string]*uint64{"second": &s.second, "minute": &s.minute, "hour": &s.hour, "day": &s.day, "month": &s.month, "weekday": &s.weekday}[f.name]
}

// item reads what stands between two commas.
func (s *schedule) item(f field, item string) error {
	body, step, stepped := strings.Cut(item, "/")
	every := 1
	if stepped {
		n, err := digits(step)
		switch {
		case err != nil:
			return fmt.Errorf("%q is no step", step)
		case n < 1 || n > f.max:
			return fmt.Errorf("a step of %d; it is from 1 to %d", n, f.max)
		}
		every = n
	}
	lower := strings.ToLower(body)
	if item == "" {
		return fmt.Errorf("there is nothing between two commas")
	}
	if special, err := s.special(f, body, lower, stepped); special || err != nil {
		return err
	}
	from, to, err := f.bounds(body, lower, stepped)
	if err != nil {
		return err
	}
	set := s.set(f)
	for n := from; n <= to; n += every {
		if f.name == "weekday" {
			*set |= 1 << (n % 7)
		} else {
			*set |= 1 << n
		}
	}
	return nil
}

// special reads an item that goes by the month: its last day, its third Tuesday. It reports whether the item is one.
func (s *schedule) special(f field, body, lower string, stepped bool) (is bool, err error) {
	switch {
	case f.name == "day" && (lower == "l" || strings.HasPrefix(lower, "l-")):
		back := 0
		if lower != "l" {
			n, err := digits(lower[2:])
			if err != nil || n > 30 {
				return false, fmt.Errorf("%q is no number of days before the last one", body[2:])
			}
			back = n
		}
		if stepped {
			return false, fmt.Errorf("there is no step behind L")
		}
		s.last |= 1 << back
		return true, nil
	case f.name == "weekday" && strings.Contains(lower, "#"):
		day, n, _ := strings.Cut(lower, "#")
		d, err := f.number(day)
		if err != nil {
			return false, err
		}
		nth, err := digits(n)
		if err != nil || nth < 1 || nth > 5 || stepped {
			return false, fmt.Errorf("behind # stands which one of the month it is, from 1 to 5")
		}
		s.nth[d%7] |= 1 << nth
		return true, nil
	case f.name == "weekday" && len(lower) > 1 && strings.HasSuffix(lower, "l") && !stepped:
		d, err := f.number(lower[:len(lower)-1])
		if err != nil {
			return false, err
		}
		s.lastWeekday |= 1 << (d % 7)
		return true, nil
	case f.name == "weekday" && lower == "l":
		return false, fmt.Errorf("alone L is for the day field; the last Friday of a month is 5L, Saturday 6")
	case f.name == "day" && strings.HasSuffix(lower, "w"):
		return false, fmt.Errorf("there is no W (the nearest weekday)")
	}
	return false, nil
}

// bounds are the first and the last value of an item without its step.
func (f field) bounds(body, lower string, stepped bool) (from, to int, err error) {
	from, to = f.min, f.max
	first, second, ranged := strings.Cut(lower, "-")
	switch {
	case lower == "*", lower == "?" && (f.name == "day" || f.name == "weekday"):
		if f.name == "weekday" {
			to = 6
		}
	default:
		if from, err = f.number(first); err != nil {
			return 0, 0, err
		}
		switch {
		case ranged:
			if to, err = f.number(second); err != nil {
				return 0, 0, err
			}
			if to == 0 && f.name == "weekday" && from > 0 {
				to = 7 // fri-sun
			}
			if from > to {
				return 0, 0, fmt.Errorf("the range %q ends before it begins", body)
			}
		case !stepped:
			to = from
		}
	}
	return from, to, nil
}

// digits is a number without a sign.
func digits(s string) (int, error) {
	if s == "" || len(s) > 4 || strings.Trim(s, "0123456789") != "" {
		return 0, fmt.Errorf("%q is no number", s)
	}
	return strconv.Atoi(s)
}

// number is a number of the field, or a name.
func (f field) number(s string) (int, error) {
	for i, name := range f.names {
		if s == name {
			return f.min + i, nil
		}
	}
	n, err := digits(s)
	switch {
	case err != nil && f.names != nil:
		return 0, fmt.Errorf("%q is neither a number nor a name such as %q", s, f.names[0])
	case err != nil:
		return 0, err
	case n < f.min || n > f.max:
		return 0, fmt.Errorf("%d is not from %d to %d", n, f.min, f.max)
	}
	return n, nil
}

// possible refuses a day that no month of the expression has.
func (s *schedule) possible(word string) error {
	longest := 0
	for m := 1; m <= 12; m++ {
		if s.month&(1<<m) != 0 {
			longest = max(longest, []int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1])
		}
	}
	dayDecides := s.anyDay || s.anyWeekday // otherwise the weekday may come all the same
	if dayDecides && (s.day == 0 || bits.TrailingZeros64(s.day) > longest) && (s.last == 0 || bits.TrailingZeros64(s.last) >= longest) {
		return fmt.Errorf("day field %.60q: none of its months has that day", word)
	}
	return nil
}
