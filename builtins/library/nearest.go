package library

import (
	"fmt"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// Names are what Lookup finds, in the order of the stubs.
func Names() []string {
	var names []string
	for _, e := range parsed() {
		names = append(names, e.Name)
	}
	return names
}

// Nearest is the name that a misspelt one was meant for; "" if none comes near.
func Nearest(name string) string {
	return interp.Nearest(name, func(yield func(string) bool) {
		for _, e := range parsed() {
			if !yield(e.Name) {
				return
			}
		}
		for _, e := range parsed() { // the last part alone
			if i := strings.LastIndexAny(e.Name, ".:"); i >= 0 && !yield(e.Name[i+1:]) {
				return
			}
		}
	})
}

// Unknown says that Lookup has nothing of that name, and what was meant.
func Unknown(name string) string {
	s := fmt.Sprintf("there is no '%s'", name)
	if near := Nearest(name); near != "" {
		s += fmt.Sprintf("; did you mean '%s'?", near)
	}
	return s
}
