// Package units reads durations and sizes as people write them.
package units

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
)

// Wrong is what is wrong with a text, at its byte At.
type Wrong struct {
	At   int
	What string
}

// Error is what is wrong.
func (w *Wrong) Error() string { return w.What }

func wrong(at int, format string, args ...any) *Wrong {
	return &Wrong{at, fmt.Sprintf(format, args...)}
}

// Unit is a unit of durations.
type Unit struct {
	Name string
	Size float64 // in seconds
}

// Units are those of durations, the largest first.
var Units = []Unit{{"w", 604800}, {"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"µs", 1e-6}, {"ns", 1e-9}}

// Duration is the number of seconds of a duration such as "1h30m" or "250ms"; a number alone is seconds. The error is a [*Wrong].
func Duration(s string) (seconds float64, err error) {
	if len(s) > 200 {
		return 0, wrong(0, "a text of %d bytes is no duration", len(s))
	}
	i, sign, total := 0, 1.0, 0.0
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		if s[0] == '-' {
			sign = -1
		}
		i = 1
	}
	if i == len(s) {
		return 0, wrong(i, `a number is expected, as in "1h30m"`)
	}
	for i < len(s) {
		start := i
		for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
			i++
		}
		n, err := strconv.ParseFloat(s[start:i], 64)
		if err != nil {
			return 0, wrong(start, `a number is expected, as in "1h30m", this is %s`, data.Byte(s, start))
		}
		at := i
		for i < len(s) && s[i] != '.' && (s[i] < '0' || s[i] > '9') {
			i++
		}
		name := strings.Trim(s[at:i], " ")
		if name == "" && start <= 1 && i == len(s) { // a number alone
			return sign * n, nil
		}
		found := false
		for _, u := range Units {
			if u.Name == name {
				total += n * u.Size
				found = true
			}
		}
		if !found {
			return 0, wrong(at, "%q is no unit; there are: w d h m s ms us ns", name)
		}
	}
	return sign * total, nil
}

// Size is the number of bytes of a size such as "64K", "1.5GiB" or "2MB": K, M, G, T and those with iB are powers of 1024, kB, MB, GB and
// TB powers of 1000; a number alone is bytes. The error is a [*Wrong].
func Size(s string) (bytes float64, err error) {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
		i++
	}
	n, err := strconv.ParseFloat(s[:i], 64)
	if err != nil || i > 100 {
		return 0, wrong(0, `a size such as "64K" or "2MB" is expected`)
	}
	unit := strings.TrimLeft(s[i:], " ")
	factor, ok := 1.0, unit == "" || unit == "B"
	if !ok {
		base := 1024.0
		switch rest := unit[1:]; rest {
		case "", "iB":
			ok = true
		case "B":
			base, ok = 1000, true
		}
		power := strings.IndexByte("kmgtp", unit[0]|0x20)
		ok = ok && power >= 0
		factor = math.Pow(base, float64(power+1))
	}
	switch n = math.Floor(n * factor); {
	case !ok:
		return 0, wrong(i, "%.20q is no unit of sizes; there are: B K M G T, KiB MiB GiB TiB, kB MB GB TB", unit)
	case n > 1<<53:
		return 0, wrong(0, "a size of more than 8 PiB")
	}
	return n, nil
}
