package args

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/units"
	"github.com/lull-lua/lull/interp"
)

// entry is one argument, flag or option.
type entry struct {
	key         string   // in what parse returns
	names       []string // "-n", "--dry-run"; none: an argument
	placeholder string   // of a value, or the argument's name; "": a flag
	help        string
	kind        string // string number integer duration size path; "function"; of a flag ""
	convert     interp.Value
	byDefault   interp.Value
	choices     []interp.Value
	many        bool
	optional    bool // of an argument: it may be left out
	required    bool // of an option: it may not
	env         string
}

// kinds are the types that a value may have.
var kinds = []string{"string", "number", "integer", "duration", "size", "path"}

// label names the entry in messages.
func (e *entry) label() string {
	if len(e.names) == 0 {
		return "argument '" + e.placeholder + "'"
	}
	return "option '" + e.last() + "'"
}

// last is the name that is shown where there is room for one; "" of an argument.
func (e *entry) last() string {
	if len(e.names) == 0 {
		return ""
	}
	return e.names[len(e.names)-1]
}

func (e *entry) flag() bool { return e.placeholder == "" }

// readEntry reads one item.
func readEntry(c *interp.Call, t interp.Table) (*entry, error) {
	decl, ok := t.Index(1).Text()
	if !ok || t.Index(1).Type() != "string" {
		return nil, fmt.Errorf("its first field is the name: string expected, got %s", data.TypeOf(t.Index(1)))
	}
	e, err := declared(decl)
	if err != nil {
		return nil, err
	}
	if e.help, _ = t.Index(2).Text(); t.Index(2).Type() != "string" && !t.Index(2).IsNil() {
		return nil, fmt.Errorf("the help of '%s': string expected, got %s", decl, data.TypeOf(t.Index(2)))
	}
	if t.Len() > 2 {
		return nil, fmt.Errorf("'%s' has more than a name and a help", decl)
	}
	var typ, choices interp.Value
	for k, v := range t.Fields() {
		key, _ := k.Text()
		ok, want := true, "boolean"
		switch key {
		case "default":
			e.byDefault = v
		case "type":
			typ = v
		case "choices":
			choices = v
		case "many":
			e.many, ok = e.many || v.Truth(), v.Type() == "boolean"
		case "required":
			e.required, ok = v.Truth(), v.Type() == "boolean"
		case "env":
			e.env, ok = v.Text()
			want = "string"
		default:
			return nil, errors.New(unknownField(k, []string{"choices", "default", "env", "many", "required", "type"}))
		}
		if !ok {
			return nil, fmt.Errorf("field '%s' of '%s': %s expected, got %s", key, decl, want, data.TypeOf(v))
		}
	}
	if err := e.setKind(typ); err != nil {
		return nil, err
	}
	if err := e.setChoices(choices); err != nil {
		return nil, err
	}
	return e, e.setDefault(c)
}

// declared reads how an entry is named: "file", "[files...]", "-n, --dry-run", "--jobs N", "--jobs=N".
func declared(decl string) (*entry, error) {
	e := &entry{}
	if strings.ContainsAny(decl, "\r\n\t\x00") {
		return nil, fmt.Errorf("%.60q is no name", decl)
	}
	if !strings.HasPrefix(decl, "-") {
		name := decl
		if rest, ok := strings.CutPrefix(name, "["); ok {
			if name, ok = strings.CutSuffix(rest, "]"); !ok {
				return nil, fmt.Errorf("%.60q lacks a ]", decl)
			}
			e.optional = true
		}
		if name, e.many = strings.CutSuffix(name, "..."); !isWord(name) {
			return nil, fmt.Errorf(`%.60q is no name of an argument; it is like "file", "[file]", "files..." or "[files...]"`, decl)
		}
		e.placeholder, e.kind = name, "string"
		e.key = strings.ReplaceAll(name, "-", "_")
		return e, nil
	}
	for part := range strings.SplitSeq(decl, ",") {
		part = strings.TrimSpace(part)
		name, value, takes := strings.Cut(part, " ")
		if n, v, ok := strings.Cut(part, "="); ok {
			name, value, takes = n, v, true
		}
		value = strings.TrimSpace(value)
		long := strings.HasPrefix(name, "--")
		body := strings.TrimLeft(name, "-")
		switch {
		case !long && len([]rune(name)) != 2, long && name != "--"+body, !isWord(body), !long && body == "-", takes && value == "":
			return nil, fmt.Errorf(`%.60q is no option; it is like "-n, --dry-run" or "-j, --jobs N"`, part)
		case takes && e.placeholder != "" && e.placeholder != value:
			return nil, fmt.Errorf("%.60q has two names for its value", decl)
		case takes:
			e.placeholder = value
		}
		e.names = append(e.names, name)
		if long && e.key == "" {
			e.key = strings.ReplaceAll(body, "-", "_")
		}
	}
	if e.key == "" {
		e.key = strings.TrimLeft(e.names[0], "-")
	}
	if !e.flag() {
		e.kind = "string"
	}
	return e, nil
}

func isWord(s string) bool {
	for i, r := range s {
		if !(r == '_' || r == '?' || r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' || r >= 0x80 || i > 0 && (r == '-' || r == '.')) {
			return false
		}
	}
	return s != ""
}

// setKind is told the type, if there is one.
func (e *entry) setKind(typ interp.Value) error {
	name, isName := typ.Text()
	switch {
	case typ.IsNil() && !e.flag() && e.byDefault.Type() == "number":
		e.kind = "number"
	case typ.IsNil():
	case e.flag():
		return fmt.Errorf("%s is a flag, which has no type; with a value it is %q", e.label(), e.last()+" VALUE")
	case typ.IsFunction():
		e.kind, e.convert = "function", typ
	case isName && slices.Contains(kinds, name):
		e.kind = name
	case isName:
		return fmt.Errorf("type of %s: unknown type '%.60s'%s", e.label(), name, meant(name, kinds))
	default:
		return fmt.Errorf("type of %s: string or function expected, got %s", e.label(), data.TypeOf(typ))
	}
	return nil
}

func (e *entry) setChoices(v interp.Value) error {
	if v.IsNil() {
		return nil
	}
	t, ok := v.Table()
	if !ok || t.Len() == 0 || e.flag() {
		return fmt.Errorf("choices of %s: a list of values for what is no flag expected, got %s", e.label(), data.TypeOf(v))
	}
	for i := 1; i <= t.Len(); i++ {
		c := t.Index(i)
		if _, ok := c.Text(); !ok {
			return fmt.Errorf("choices of %s: choice %d is a %s, strings or numbers are expected", e.label(), i, data.TypeOf(c))
		}
		if e.kind == "string" && c.Type() == "number" {
			e.kind = "number"
		}
		e.choices = append(e.choices, c)
	}
	return nil
}

// setDefault looks whether the default is one, and makes of a text what the command line's would be.
func (e *entry) setDefault(c *interp.Call) error {
	v := e.byDefault
	if v.IsNil() {
		return nil
	}
	if len(e.names) == 0 {
		e.optional = true
	}
	if e.required {
		return fmt.Errorf("%s is required and has a default", e.label())
	}
	want := ""
	switch {
	case e.flag() && e.many:
		if v.Type() != "number" {
			want = "number"
		}
	case e.flag():
		if v.Type() != "boolean" {
			want = "boolean"
		}
	case e.many:
		t, ok := v.Table()
		if !ok {
			want = "table"
			break
		}
		list := c.NewTable(t.Len())
		for i := 1; i <= t.Len(); i++ {
			item, err := e.defaultItem(c, t.Index(i))
			if err != nil {
				return err
			}
			list.SetIndex(i, item)
		}
		list.MarkList()
		e.byDefault = list.Value()
	default:
		item, err := e.defaultItem(c, v)
		e.byDefault = item
		return err
	}
	if want != "" {
		return fmt.Errorf("default of %s: %s expected, got %s", e.label(), want, data.TypeOf(v))
	}
	return nil
}

func (e *entry) defaultItem(c *interp.Call, v interp.Value) (interp.Value, error) {
	s, ok := v.Text()
	number := e.kind == "number" || e.kind == "integer" || e.kind == "duration" || e.kind == "size"
	switch {
	case e.kind == "function", number && v.Type() == "number":
		return v, e.chosen(v, s)
	case !ok:
		return v, fmt.Errorf("default of %s: %s expected, got %s", e.label(), e.kind, data.TypeOf(v))
	}
	v, err := e.value(c, s)
	if m, ok := err.(*misuse); ok {
		return v, fmt.Errorf("default of %s", strings.TrimPrefix(m.what, "the "))
	}
	return v, err
}

// chosen looks whether a value is one of the choices.
func (e *entry) chosen(v interp.Value, s string) error {
	if len(e.choices) == 0 {
		return nil
	}
	var all []string
	n, isNumber := v.Number()
	for _, c := range e.choices {
		text, _ := c.Text()
		if m, ok := c.Number(); ok && isNumber && m == n || !isNumber && text == s {
			return nil
		}
		all = append(all, text)
	}
	like := ""
	if near := interp.Nearest(s, slices.Values(all)); near != "" {
		like = ", did you mean '" + near + "'?"
	}
	return misused("%s: %s is not one of %s%s", e.label(), quoted(s), strings.Join(all, ", "), like)
}

// value makes the value of a word.
func (e *entry) value(c *interp.Call, s string) (interp.Value, error) {
	var n float64
	var err error
	switch e.kind {
	case "number", "integer":
		var ok bool
		if n, ok = number(s); !ok || e.kind == "integer" && !whole(n) {
			return interp.Value{}, misused("%s: %s expected, got %s", e.label(), map[string]string{"number": "a number", "integer": "a whole number"}[e.kind], quoted(s))
		}
	case "duration":
		if n, err = units.Duration(s); err != nil {
			return interp.Value{}, misused("%s: %s is no duration such as '1h30m': %v", e.label(), quoted(s), err)
		}
	case "size":
		if n, err = units.Size(s); err != nil {
			return interp.Value{}, misused("%s: %s is no size such as '64K': %v", e.label(), quoted(s), err)
		}
	case "function":
		return e.called(c, s)
	default:
		if e.kind == "path" && (s == "" || strings.Contains(s, "\x00")) {
			return interp.Value{}, misused("%s: %s is no path", e.label(), quoted(s))
		}
		v, err := c.Value(s)
		if err != nil {
			return v, err
		}
		return v, e.chosen(v, s)
	}
	v, err := c.Value(n)
	if err != nil {
		return v, err
	}
	return v, e.chosen(v, s)
}

// called asks the script's own function, which refuses a value by raising something, or by returning nil and why.
func (e *entry) called(c *interp.Call, s string) (interp.Value, error) {
	in, err := c.Value(s)
	if err != nil {
		return in, err
	}
	vals, err := c.Call(e.convert, in)
	var raised *interp.Error
	switch why, _ := vals.Get(2).Text(); {
	case asRaised(err, &raised):
		return in, misused("%s: %s: %s", e.label(), quoted(s), raised.Msg)
	case err != nil:
		return in, err
	case vals.Get(1).IsNil() && why != "":
		return in, misused("%s: %s: %s", e.label(), quoted(s), why)
	case vals.Get(1).IsNil():
		return in, misused("%s: %s is no value of it", e.label(), quoted(s))
	}
	return vals.Get(1), e.chosen(vals.Get(1), s)
}
