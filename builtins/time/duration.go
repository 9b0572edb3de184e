package time

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// unit is a unit of durations, the largest first.
type unit struct {
	name string
	size float64
}

var units = []unit{{"w", 604800}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"µs", 1e-6}, {"ns", 1e-9}}

// duration is time.duration(s).
func duration(c *interp.Call) error {
	if n, ok := c.Arg(1).Number(); ok {
		return c.Return(n)
	}
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	wrong := func(i int, format string, args ...any) error {
		return data.ParseError("time.duration", "", s, i, format, args...)
	}
	if len(s) > 200 {
		return wrong(0, "a text of %d bytes is no duration", len(s))
	}
	i, sign, total := 0, 1.0, 0.0
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		if s[0] == '-' {
			sign = -1
		}
		i = 1
	}
	if i == len(s) {
		return wrong(i, `a number is expected, as in "1h30m"`)
	}
	for i < len(s) {
		start := i
		for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
			i++
		}
		n, err := strconv.ParseFloat(s[start:i], 64)
		if err != nil {
			return wrong(start, `a number is expected, as in "1h30m", this is %s`, data.Byte(s, start))
		}
		at := i
		for i < len(s) && s[i] != '.' && (s[i] < '0' || s[i] > '9') {
			i++
		}
		name := strings.Trim(s[at:i], " ")
		if name == "" && start <= 1 && i == len(s) { // a number alone
			return c.Return(sign * n)
		}
		found := false
		for _, u := range units {
			if u.name == name {
				total += n * u.size
				found = true
			}
		}
		if !found {
			return wrong(at, "%q is no unit; there are: w d h m s ms us ns", name)
		}
	}
	return c.Return(sign * total)
}

// human is time.human(seconds).
func human(c *interp.Call) error {
	n, err := c.Number(1)
	if err != nil {
		return err
	}
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return c.ArgError(1, fmt.Sprintf("number of seconds expected, got %v", c.Arg(1)))
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return c.Return(sign + said(n))
}

// said is a duration in its two largest units, or below a minute in one, to three digits.
func said(n float64) string {
	if n < 59.95 {
		u := unit{"s", 1}
		for _, smaller := range []unit{{"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}} {
			if n > 0 && n < u.size*0.9995 {
				u = smaller
			}
		}
		text := strconv.FormatFloat(n/u.size, 'g', 3, 64)
		if strings.Contains(text, "e") {
			text = strconv.FormatFloat(n/u.size, 'f', 0, 64)
		}
		return text + u.name
	}
	for i, u := range units[:4] {
		less := units[i+1]
		if n < u.size*(1-1/(2*u.size/less.size)) {
			continue
		}
		parts := math.Round(n / less.size)
		whole := math.Floor(parts / (u.size / less.size))
		rest := parts - whole*(u.size/less.size)
		text := strconv.FormatFloat(whole, 'f', 0, 64) + u.name
		if rest > 0 {
			text += strconv.FormatFloat(rest, 'f', 0, 64) + less.name
		}
		return text
	}
	return strconv.FormatFloat(n, 'f', 0, 64) + "s"
}
