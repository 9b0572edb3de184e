package args

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// spec describes a command line: a script's, or that of one of its commands.
type spec struct {
	name     string // the script's, or "script command"
	word     string // the command's
	text     string
	version  string
	examples []string
	entries  []*entry
	commands []*spec
	up       *spec // whose command it is
}

// maxDepth bounds commands inside commands, maxEntries what one command line has.
const (
	maxDepth   = 10
	maxEntries = 1000
)

// readSpec reads a description; where says which command's it is.
func readSpec(c *interp.Call, t interp.Table, where string, depth int) (*spec, error) {
	wrong := func(format string, args ...any) error {
		return c.ArgError(1, where+fmt.Sprintf(format, args...))
	}
	if depth > maxDepth {
		return nil, wrong("commands inside commands more than %d deep", maxDepth)
	}
	s := &spec{}
	for i := 1; i <= t.Len(); i++ {
		v := t.Index(i)
		if text, ok := v.Text(); ok && i == 1 {
			s.text = text
			continue
		}
		et, ok := v.Table()
		if !ok {
			return nil, wrong("item %d: a table such as { \"--name\", \"help\" } expected, got %s", i, data.TypeOf(v))
		}
		e, err := readEntry(c, et)
		if err != nil {
			return nil, wrong("item %d: %v", i, err)
		}
		s.entries = append(s.entries, e)
		if len(s.entries) > maxEntries {
			return nil, wrong("more than %d items", maxEntries)
		}
	}
	for k, v := range t.Fields() {
		key, _ := k.Text()
		switch text, ok := v.Text(); key {
		case "name", "version":
			if !ok {
				return nil, wrong("field '%s': string expected, got %s", key, data.TypeOf(v))
			}
			if key == "name" {
				s.name = text
			} else {
				s.version = text
			}
		case "examples":
			list, isList := v.Table()
			if ok {
				s.examples = []string{text}
			}
			for i := 1; isList && i <= list.Len(); i++ {
				if text, ok = list.Index(i).Text(); !ok {
					break
				}
				s.examples = append(s.examples, text)
			}
			if !ok {
				return nil, wrong("field 'examples': a list of strings expected")
			}
		case "commands":
			list, ok := v.Table()
			if !ok {
				return nil, wrong("field 'commands': table expected, got %s", data.TypeOf(v))
			}
			if err := s.readCommands(c, list, where, depth); err != nil {
				return nil, err
			}
		default:
			known := []string{"commands", "examples", "name", "version"}
			return nil, wrong("%s", unknownField(k, known))
		}
	}
	return s, s.check(wrong)
}

func (s *spec) readCommands(c *interp.Call, list interp.Table, where string, depth int) error {
	for k, v := range list.All() {
		word, ok := k.Text()
		if !ok || k.Type() != "string" || word == "" || strings.HasPrefix(word, "-") || strings.ContainsAny(word, " \t\n=") {
			return c.ArgError(1, fmt.Sprintf("%sfield 'commands': %.60q is no name of a command", where, k))
		}
		sub, ok := v.Table()
		if !ok {
			return c.ArgError(1, fmt.Sprintf("%scommand '%s': table expected, got %s", where, word, data.TypeOf(v)))
		}
		cmd, err := readSpec(c, sub, where+"command '"+word+"': ", depth+1)
		if err != nil {
			return err
		}
		cmd.word, cmd.up = word, s
		s.commands = append(s.commands, cmd)
	}
	if len(s.commands) == 0 {
		return c.ArgError(1, where+"field 'commands' has none")
	}
	return nil
}

func unknownField(k interp.Value, known []string) string {
	if k.Type() != "string" {
		return "a field with a " + data.TypeOf(k) + " as its name; there are: " + strings.Join(known, ", ")
	}
	return fmt.Sprintf("unknown field '%.60s'%s", k, meant(k.String(), known))
}

// meant says which names there are.
func meant(name string, known []string) string {
	if like := interp.Nearest(name, slices.Values(known)); like != "" {
		return fmt.Sprintf(", did you mean '%s'? there are: %s", like, strings.Join(known, ", "))
	}
	return "; there are: " + strings.Join(known, ", ")
}

// check looks whether the entries go together, with those of the commands.
func (s *spec) check(wrong func(format string, args ...any) error) error {
	list := ""
	for _, e := range s.entries {
		if len(e.names) > 0 {
			continue
		}
		switch {
		case len(s.commands) > 0:
			return wrong("%s beside commands: its place is in each command", e.label())
		case e.many && list != "":
			return wrong("%s: %s takes all that is left already", e.label(), list)
		case e.many:
			list = e.label()
		}
	}
	if len(s.commands) > 0 && s.clash(&entry{key: "command"}, s.entries) != "" {
		return wrong("the name 'command' is the command's own")
	}
	for i, e := range s.entries {
		if name := s.clash(e, s.entries[:i]); name != "" {
			return wrong("'%s' is there twice", name)
		}
		for _, sub := range s.commands {
			if name := sub.below(e); name != "" {
				return wrong("'%s' of the command '%s' is an option of all commands already", name, sub.word)
			}
		}
	}
	return nil
}

// below is what e has in common with the entries of a command, and those inside it.
func (s *spec) below(e *entry) string {
	if name := s.clash(e, s.entries); name != "" {
		return name
	}
	for _, sub := range s.commands {
		if name := sub.below(e); name != "" {
			return name
		}
	}
	return ""
}

// clash is the name that e has in common with one of the others.
func (s *spec) clash(e *entry, others []*entry) string {
	for _, o := range others {
		for _, n := range e.names {
			if slices.Contains(o.names, n) {
				return n
			}
		}
		if o.key == e.key {
			return e.key
		}
	}
	return ""
}
