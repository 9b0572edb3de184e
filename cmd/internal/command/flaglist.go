package command

import (
	"slices"
	"strings"
)

// flagRow is a flag as a usage text has it, which is the one description of the flags: the man page, and what shells complete, are made
// of it.
type flagRow struct {
	names []string // with their dashes
	value string   // a word for what follows, such as FILE; "": nothing does
	does  string   // "": the usage says no more than that there is such a flag
}

// flagRows are the flags of a usage text: in the brackets of its first lines, and those that a line of its own begins with, told of behind
// two spaces more and in the lines below that begin further to the right.
func flagRows(usage string) []flagRow {
	var rows []flagRow
	listed := false // the last row stands in a line of its own
	for line := range strings.Lines(usage) {
		line = strings.TrimRight(line, "\n")
		text := strings.TrimLeft(line, " ")
		switch indent := len(line) - len(text); {
		case indent == 0 && strings.HasPrefix(line, "usage: ") || strings.HasPrefix(text, "lull "):
			for _, part := range strings.Split(line, "[")[1:] {
				form, _, ok := strings.Cut(part, "]")
				if !ok || !isFlag(form) {
					continue
				}
				if r := newFlagRow(form, ""); !slices.ContainsFunc(rows, func(other flagRow) bool { return slices.Equal(r.names, other.names) }) {
					rows = append(rows, r)
				}
			}
			listed = false
		case indent == 2 && isFlag(text):
			form, does, _ := strings.Cut(text, "  ")
			rows = append(rows, newFlagRow(form, strings.TrimSpace(does)))
			listed = true
		case indent > 8 && listed:
			r := &rows[len(rows)-1]
			r.does = strings.TrimSpace(r.does + " " + text)
		default:
			listed = false
		}
	}
	return rows
}

// choices are the words that a flag's value is one of, such as a|b.
func (r flagRow) choices() []string { return alternatives(r.value) }

// firstWords are the words that may stand first behind a subcommand, by the first lines of its usage: view and summary in
//
//	usage: lull trace view FILE
//	       lull trace summary FILE
func firstWords(name, usage string) []string {
	var words []string
	head, _, _ := strings.Cut(usage, "\n\n")
	for line := range strings.Lines(head) {
		_, behind, ok := strings.Cut(line, "lull "+name+" ")
		if fields := strings.Fields(behind); ok && len(fields) > 0 && strings.Trim(fields[0], "abcdefghijklmnopqrstuvwxyz|") == "" {
			words = append(words, strings.Split(fields[0], "|")...)
		}
	}
	return words
}

// alternatives are the words of a form such as a|b; nil if it is another one.
func alternatives(form string) []string {
	if !strings.Contains(form, "|") {
		return nil
	}
	return strings.Split(form, "|")
}

// newFlagRow takes a form such as "--coverage, --coverage=FILE" apart.
func newFlagRow(form, does string) flagRow {
	r := flagRow{does: does}
	for _, f := range strings.Split(form, ", ") {
		name, _, _ := strings.Cut(f, "=") // a value behind "=" alone may be left out
		if n, value, ok := strings.Cut(name, " "); ok {
			name, r.value = n, value
		}
		if !slices.Contains(r.names, name) {
			r.names = append(r.names, name)
		}
	}
	return r
}

// isFlag reports whether a text begins with a flag; a comment of Lua has a space behind its dashes.
func isFlag(s string) bool {
	name := strings.TrimLeft(s, "-")
	return len(name) < len(s) && name != "" && name[0] != ' '
}
