package stub

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// Names are what Lookup finds, in the order of the stubs. A type may have the name of a function.
func (x *Index) Names() []string {
	var names []string
	for e := range x.known() {
		names = append(names, e.Name)
	}
	return names
}

// nearest is the name that a misspelt one was meant for; "" if none comes near.
func (x *Index) nearest(name string) string {
	return interp.Nearest(name, func(yield func(string) bool) {
		for e := range x.known() {
			if !yield(e.Name) {
				return
			}
		}
		for e := range x.known() { // the last part alone
			if i := strings.LastIndexAny(e.Name, ".:"); i >= 0 && !yield(e.Name[i+1:]) {
				return
			}
		}
	})
}

// unknownPart is what to say of a name in a table, whose part begins with a dot or a colon: what is in the table, where there is one.
func (x *Index) unknownPart(table, part string) string {
	var in, elsewhere []string
	for e := range x.known() {
		switch of, last, ok := cutName(e.Name); {
		case !ok:
		case of == table && !slices.Contains(in, e.Name):
			in = append(in, e.Name)
		case of != table && last == part[1:]:
			elsewhere = append(elsewhere, e.Name)
		}
	}
	near := interp.Nearest(table+part, slices.Values(in))
	if near == "" && len(in) == 0 {
		tables := map[string]bool{}
		for e := range x.known() {
			if of, _, ok := cutName(e.Name); ok {
				tables[of] = true
			}
		}
		if like := interp.Nearest(table, maps.Keys(tables)); like != "" {
			for e := range x.known() {
				if of, last, ok := cutName(e.Name); ok && of == like && last == part[1:] {
					near = e.Name
				}
			}
		}
	}
	switch {
	case near != "":
		return fmt.Sprintf("; did you mean '%s'?", near)
	case len(in) > 0:
		return fmt.Sprintf("; '%s' has %s", table, listed(in, 2*maxSeen))
	case len(elsewhere) > 0:
		return fmt.Sprintf(", nor a '%s'; see %s", table, listed(elsewhere, maxSeen))
	}
	return fmt.Sprintf(", nor a '%s'", table)
}

// cutName parts a name into that of its table or type, and the last one.
func cutName(name string) (of, last string, ok bool) {
	i := strings.LastIndexAny(name, ".:")
	if i < 0 {
		return "", name, false
	}
	return name[:i], name[i+1:], true
}

// listed are some names in a row.
func listed(names []string, most int) string {
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	return strings.Join(names, ", ")
}

// maxSeen is how many entries are named that mention a word.
const maxSeen = 6

// Unknown says that Lookup has nothing of that name, and what was meant, or where the word is mentioned.
func (x *Index) Unknown(name string) string {
	s := fmt.Sprintf("there is no '%s'", name)
	if i := strings.IndexAny(name, ".:"); i > 0 {
		return s + x.unknownPart(name[:i], name[i:])
	}
	if near := x.nearest(name); near != "" {
		return s + fmt.Sprintf("; did you mean '%s'?", near)
	}
	if len(name) < 3 {
		return s
	}
	word := regexp.MustCompile(`(?i)\b` + regexp.QuoteMeta(name))
	var seen []string
	for _, text := range []func(Entry) string{func(e Entry) string { return e.Name }, Entry.summary, func(e Entry) string { return e.Doc }} {
		for e := range x.known() {
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
