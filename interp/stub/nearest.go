package stub

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// Names are what Lookup finds, in the order of the stubs.
func (x *Index) Names() []string {
	var names []string
	for _, e := range x.entries {
		names = append(names, e.Name)
	}
	return names
}

// nearest is the name that a misspelt one was meant for; "" if none comes near.
func (x *Index) nearest(name string) string {
	return interp.Nearest(name, func(yield func(string) bool) {
		for _, e := range x.entries {
			if !yield(e.Name) {
				return
			}
		}
		for _, e := range x.entries { // the last part alone
			if i := strings.LastIndexAny(e.Name, ".:"); i >= 0 && !yield(e.Name[i+1:]) {
				return
			}
		}
	})
}

// maxSeen is how many entries are named that mention a word.
const maxSeen = 6

// Unknown says that Lookup has nothing of that name, and what was meant, or where the word is mentioned.
func (x *Index) Unknown(name string) string {
	s := fmt.Sprintf("there is no '%s'", name)
	if near := x.nearest(name); near != "" {
		return s + fmt.Sprintf("; did you mean '%s'?", near)
	}
	if len(name) < 3 {
		return s
	}
	word := regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(name))
	var seen []string
	for _, text := range []func(Entry) string{func(e Entry) string { return e.Name }, Entry.summary, func(e Entry) string { return e.Doc }} {
		for _, e := range x.entries {
			if len(seen) < maxSeen && word.MatchString(text(e)) && !slices.Contains(seen, e.Name) {
				seen = append(seen, e.Name)
			}
		}
	}
	if len(seen) > 0 {
		s += "; see " + strings.Join(seen, ", ")
	}
	return s
}
