package time

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/units"
	"github.com/lull-lua/lull/interp"
)

// duration is time.duration(s).
func duration(c *interp.Call) error {
	if n, ok := c.Arg(1).Number(); ok {
		return c.Return(n)
	}
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	n, err := units.Duration(s)
	if wrong := (*units.Wrong)(nil); errors.As(err, &wrong) {
		return data.ParseError("time.duration", "", s, wrong.At, "%s", wrong.What)
	}
	return c.Return(n)
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
		u := units.Unit{Name: "s", Size: 1}
		for _, smaller := range []units.Unit{{Name: "ms", Size: 1e-3}, {Name: "us", Size: 1e-6}, {Name: "ns", Size: 1e-9}} {
			if n > 0 && n < u.Size*0.9995 {
				u = smaller
			}
		}
		text := strconv.FormatFloat(n/u.Size, 'g', 3, 64)
		if strings.Contains(text, "e") {
			text = strconv.FormatFloat(n/u.Size, 'f', 0, 64)
		}
		return text + u.Name
	}
	for i, u := range units.Units[:4] {
		less := units.Units[i+1]
		if n < u.Size*(1-1/(2*u.Size/less.Size)) {
			continue
		}
		parts := math.Round(n / less.Size)
		whole := math.Floor(parts / (u.Size / less.Size))
		rest := parts - whole*(u.Size/less.Size)
		text := strconv.FormatFloat(whole, 'f', 0, 64) + u.Name
		if rest > 0 {
			text += strconv.FormatFloat(rest, 'f', 0, 64) + less.Name
		}
		return text
	}
	return strconv.FormatFloat(n, 'f', 0, 64) + "s"
}
