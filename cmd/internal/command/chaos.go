package command

import (
	"errors"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// parseChaos reads what --chaos takes: "7", "seed=7", either with ",fail=0.05" behind it. single says that the seed was named.
func parseChaos(text string) (c interp.Chaos, single bool, err error) {
	seed, rest, more := strings.Cut(text, ",")
	seed, single = strings.CutPrefix(seed, "seed=")
	if c.Seed, err = strconv.ParseUint(seed, 10, 64); err != nil {
		return c, single, errors.New("a seed is a whole number from 0 on, as in 7, seed=7 or seed=7,fail=0.05")
	}
	if more {
		fail, ok := strings.CutPrefix(rest, "fail=")
		if c.Fail, err = strconv.ParseFloat(fail, 64); !ok || err != nil || !(c.Fail >= 0 && c.Fail <= 1) {
			return c, single, errors.New("behind the seed stands ,fail= and a number from 0 to 1")
		}
	}
	return c, single, nil
}
