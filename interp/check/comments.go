package check

import (
	"slices"
	"strings"
)

// silence is what comments say not to tell.
type silence struct {
	globals map[string]bool
	rules   []rule
	meta    bool // it is a description of what is elsewhere
}

// rule silences codes, or all if there are none, from one line to another, or ends that.
type rule struct {
	from, to int
	codes    []string
	end      bool
}

// covers reports whether nothing is to be said about a line. The last rule to speak of it decides.
func (s *silence) covers(line int, code Code) bool {
	for _, r := range slices.Backward(s.rules) {
		if r.from <= line && line <= r.to && (len(r.codes) == 0 || slices.Contains(r.codes, string(code))) {
			return !r.end
		}
	}
	return false
}

// luaLS are the names by which the Lua language server calls what the codes stand for.
var luaLS = map[string]Code{
	"undefined-global": UndefinedGlobal, "lowercase-global": UndefinedGlobal, "undefined-field": UndefinedField, "unused-local": UnusedLocal,
	"unused-function": UnusedLocal, "unreachable-code": UnreachableCode, "redundant-parameter": ArgumentCount, "missing-parameter": ArgumentCount,
	"discard-returns": UnusedJob,
}

// readComments reads what the comments of a file say to a checker.
func (f *file) readComments() silence {
	s := silence{globals: map[string]bool{}}
	last := len(f.lines)
	for _, c := range f.chunk.Comments {
		text := strings.TrimSpace(strings.TrimLeft(f.chunk.Text[c.From:c.To], "-"))
		line, _ := f.place(c.From)
		words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' })
		switch {
		case len(words) > 1 && words[0] == "lull:" && words[1] == "global":
			for _, name := range words[2:] {
				s.globals[name] = true
			}
		case len(words) > 1 && words[0] == "lull:" && words[1] == "ignore":
			r := rule{line, line, words[2:], false}
			if strings.TrimSpace(f.chunk.Text[f.lines[line-1]:c.From]) == "" { // it stands alone: above what it is about
				r.to++
			}
			s.rules = append(s.rules, r)
		case len(words) > 0 && words[0] == "@meta":
			s.meta = true
		case strings.HasPrefix(text, "@diagnostic"):
			_, rest, _ := strings.Cut(text, " ")
			verb, names, _ := strings.Cut(rest, ":")
			r := rule{from: line, to: last}
			for name := range strings.SplitSeq(names, ",") {
				name = strings.TrimSpace(name)
				if code, ok := luaLS[name]; ok {
					r.codes = append(r.codes, string(code))
					if code == UnusedLocal {
						r.codes = append(r.codes, string(UnusedArgument))
					}
				} else if name != "" {
					r.codes = append(r.codes, name)
				}
			}
			switch strings.TrimSpace(verb) {
			case "disable":
			case "disable-line":
				r.to = line
			case "disable-next-line":
				r.from, r.to = line+1, line+1
			case "enable":
				r.end = true
			default:
				continue
			}
			s.rules = append(s.rules, r)
		}
	}
	return s
}
