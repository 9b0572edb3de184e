package check

import (
	"maps"
	"slices"
)

// Globals are the globals that a text reads or sets, as the checker sees them.
func Globals(name string, src []byte) ([]string, error) {
	c := newChecker(&library{globals: map[string]bool{}})
	if err := c.read(name, src, nil); err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, f := range c.files {
		for _, r := range append(f.reads, f.writes...) {
			names[r.name] = true
		}
	}
	return slices.Sorted(maps.Keys(names)), nil
}
