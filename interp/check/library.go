package check

import (
	"maps"
	"slices"
	"strings"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/stub"
)

// library is what a runtime's scripts find without setting it.
type library struct {
	globals   map[string]bool
	names     []string                   // of these, sorted
	fields    map[string]map[string]bool // of the tables that are globals
	functions map[string]stub.Entry      // by the whole name: "task.map"
	classes   map[string]stub.Entry
	aliases   map[string]string // to the types that they stand for
}

func newLibrary(modules []interp.Module) (*library, error) {
	l := &library{
		globals: map[string]bool{"_G": true, "_VERSION": true, "_GOPHER_LUA_VERSION": true}, fields: map[string]map[string]bool{},
		functions: map[string]stub.Entry{}, classes: map[string]stub.Entry{}, aliases: map[string]string{},
	}
	x, err := stub.Of(modules)
	if err != nil {
		return nil, err
	}
	for _, e := range append(x.All(), lua51Entries()...) {
		l.add(e)
	}
	for _, m := range modules {
		if m.Make != nil {
			continue
		}
		for _, d := range m.Defs {
			if m.Name == "" {
				l.globals[d.Name] = true
			} else {
				l.field(m.Name, d.Name)
			}
		}
	}
	for table, names := range map[string][]string{
		"io": {"stdin", "stdout", "stderr"}, "math": {"huge", "pi"}, "package": {"config", "cpath", "loaded", "loaders", "path", "preload", "searchers"},
	} {
		for _, name := range names {
			l.field(table, name)
		}
	}
	l.names = slices.Sorted(maps.Keys(l.globals))
	return l, nil
}

// add takes in what a stub describes.
func (l *library) add(e stub.Entry) {
	table, name, dotted := strings.Cut(e.Name, ".")
	switch {
	case e.Kind == stub.Class:
		if _, known := l.classes[e.Name]; !known {
			l.classes[e.Name] = e
		}
	case e.Kind == stub.Alias && len(e.Fields) > 0:
		var types []string
		for _, f := range e.Fields {
			types = append(types, f.Type)
		}
		l.aliases[e.Name] = strings.Join(types, "|")
	case e.Kind != stub.Function:
		return
	case dotted:
		l.field(table, name)
	default:
		l.globals[e.Name] = true
	}
	if _, known := l.functions[e.Name]; e.Kind == stub.Function && !known {
		l.functions[e.Name] = e
	}
}

func (l *library) field(table, name string) {
	l.globals[table] = true
	if l.fields[table] == nil {
		l.fields[table] = map[string]bool{}
	}
	l.fields[table][name] = true
	if class, ok := l.classes[table]; ok {
		for _, f := range class.Fields {
			l.fields[table][f.Name] = true
		}
	}
}

// open reports whether a table may have fields that nothing tells of.
func (l *library) open(table string) bool { return l.fields[table] == nil || table == "_G" }

// options are the names that a table of options may have where a parameter of that type is; nil if it may have any.
func (l *library) options(typ string) map[string]bool {
	names := map[string]bool{}
	for part := range strings.SplitSeq(typ, "|") {
		part = strings.TrimSuffix(part, "?")
		class, ok := l.classes[part]
		switch {
		case ok && l.fields[part] != nil: // string, or a table of the library's: no literal is one
		case ok && len(class.Fields) > 0:
			for _, f := range class.Fields {
				if f.Name == "[string]" {
					return nil
				}
				names[f.Name] = true
			}
		case strings.ContainsAny(part, "<[") || strings.HasPrefix(part, "fun("), part == "table", part == "any", l.aliases[part] != "", ok:
			return nil
		}
	}
	if len(names) == 0 {
		return nil
	}
	return names
}

// mayBe reports whether a value of a type of the stubs' may be one of these types.
func (l *library) mayBe(typ string, types ...string) bool {
	for part := range strings.SplitSeq(typ, "|") {
		part = strings.TrimSuffix(strings.Trim(part, "()"), "?")
		if strings.HasPrefix(part, "fun(") {
			part = "function"
		}
		if alias := l.aliases[part]; alias != "" && alias != typ && l.mayBe(alias, types...) {
			return true
		}
		if slices.Contains(types, part) || part == "any" || generic(part) {
			return true
		}
	}
	return false
}

// generic reports whether a type is a parameter of the function's: T.
func generic(typ string) bool { return len(typ) == 1 && typ >= "A" && typ <= "Z" }
