package test

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// Covered are the files of a coverage but for those with tests.
func Covered(c *interp.Coverage) []interp.FileCoverage {
	return slices.DeleteFunc(c.Files(), func(f interp.FileCoverage) bool { return strings.HasSuffix(f.Name, "_test.lua") })
}

// Percent is how much has run, of all lines that could have; 100 where there are none.
func Percent(files []interp.FileCoverage) float64 {
	run, all := 0, 0
	for _, f := range files {
		run += len(f.Run)
		all += len(f.Run) + len(f.Missed)
	}
	if all == 0 {
		return 100
	}
	return 100 * float64(run) / float64(all)
}

// LCOV writes a coverage as lcov's tracefiles have it, which genhtml and CI systems read; a line counts as run once.
func LCOV(w io.Writer, files []interp.FileCoverage) error {
	out := bufio.NewWriter(w)
	for _, f := range files {
		fmt.Fprintf(out, "TN:\nSF:%s\n", f.Name)
		hits := map[int]int{}
		for _, line := range f.Run {
			hits[line] = 1
		}
		lines := slices.Sorted(slices.Values(slices.Concat(f.Run, f.Missed)))
		for _, line := range lines {
			fmt.Fprintf(out, "DA:%d,%d\n", line, hits[line])
		}
		fmt.Fprintf(out, "LF:%d\nLH:%d\nend_of_record\n", len(lines), len(f.Run))
	}
	return out.Flush()
}

// WriteCoverage writes a coverage for a person: how much of each file has run, and which lines have not.
func WriteCoverage(w io.Writer, files []interp.FileCoverage) error {
	out := bufio.NewWriter(w)
	for _, f := range files {
		fmt.Fprintf(out, "%6.1f %%  %s", Percent([]interp.FileCoverage{f}), f.Name)
		if len(f.Missed) > 0 {
			fmt.Fprintf(out, "  not run: %s", ranges(f.Missed, f.Run))
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "%6.1f %%  of the lines in %d files\n", Percent(files), len(files))
	return out.Flush()
}

// ranges are lines as "3, 5-9": those between which none has run are together.
func ranges(missed, run []int) string {
	var parts []string
	for i := 0; i < len(missed); {
		j := i
		for j+1 < len(missed) && !slices.ContainsFunc(run, func(l int) bool { return l > missed[i] && l < missed[j+1] }) {
			j++
		}
		if i == j {
			parts = append(parts, fmt.Sprint(missed[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d-%d", missed[i], missed[j]))
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}
