package repl

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/report"
	"github.com/lull-lua/lull/interp/stub"
)

var (
	// helpCall is how people that know Python ask for help: help(x), help "x", help x.
	helpCall = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^help(?:\s*\(\s*(.*?)\s*\)|\s*(["'].*["'])|\s+([\w.:]+))$`)
	})
	// path is a name and the fields behind it: a.b:c.
	path = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_]\w*(?:[.:][A-Za-z_]\w*)*$`) })
)

// meant is the command behind words that other REPLs have for it: exit, quit(), help(x), ?x; "" for anything
// else.
func (r *REPL) meant(c *interp.Call, line string) string {
	if name, ok := strings.CutPrefix(line, "?"); ok {
		return strings.TrimSpace("help " + name)
	}
	word := strings.TrimSuffix(line, "()")
	arg := ""
	if m := helpCall().FindStringSubmatch(line); m != nil {
		word, arg = "help", strings.Trim(m[1]+m[2]+m[3], `"'`)
	}
	to, ok := map[string]string{"exit": "quit", "quit": "quit", "help": "help"}[word]
	if !ok || slices.Contains(r.session.Locals(), word) || !c.Globals().Field(word).IsNil() {
		return ""
	}
	return strings.TrimSpace(to + " " + arg)
}

func (r *REPL) help(c *interp.Call, arg string) error {
	if arg != "" {
		return r.doc(c, arg)
	}
	const column = 20
	text, width := "", min(r.width(), 100)
	for _, cmd := range commands() {
		usage := "  " + strings.TrimSpace(":"+cmd.name+" "+cmd.args)
		text += usage + strings.Repeat(" ", max(1, column-len(usage))) + filled(cmd.does, column, width-1)
	}
	text += filled("Anything else is Lua. _ is the last value. ?name is :doc name. Ctrl-C cancels what runs.", 0, width-1)
	if _, edits := r.lines.(Screen); edits {
		text += filled("Enter runs what is whole, Alt-Enter anything, Ctrl-O begins a line. Tab completes, Ctrl-R searches.", 0, width-1)
	}
	return r.page(c, text)
}

// filled breaks a text that begins at a column into lines that are no longer than width, and begin there as well.
func filled(text string, column, width int) string {
	var b strings.Builder
	used := column
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
			b.WriteString(word)
			used--
		case used+1+len(word) > width:
			b.WriteString("\n" + strings.Repeat(" ", column) + word)
			used = column - 1
		default:
			b.WriteString(" " + word)
		}
		used += 1 + len(word)
	}
	return b.String() + "\n"
}

// reference is what is known of the builtins; doc tells about stubs that could not be read.
func (r *REPL) reference() *stub.Index {
	x, _ := r.stubs()
	return x
}

// doc tells about a builtin, by its name or by a variable that has it.
func (r *REPL) doc(c *interp.Call, arg string) error {
	if _, err := r.stubs(); err != nil {
		r.say(c, "%v", err)
	}
	first, _, _ := strings.Cut(strings.ReplaceAll(arg, ":", "."), ".")
	var entries []stub.Entry
	if !slices.Contains(r.session.Locals(), first) && !r.named(c, arg).IsFunction() {
		entries = r.reference().Lookup(arg)
	}
	what := ""
	if len(entries) == 0 && path().MatchString(arg) {
		entries, what = r.about(c, arg)
	}
	if len(entries) == 0 && what == "" {
		entries = r.reference().Lookup(arg)
	}
	switch {
	case len(entries) > 0:
		return r.page(c, r.reference().Text(entries, min(r.width(), 110)))
	case what != "":
		return r.page(c, what+"\n")
	default:
		if chapter := r.reference().Chapter(arg); len(chapter) > 0 {
			return r.page(c, r.reference().List(chapter, min(r.width(), 110)))
		}
		r.say(c, "%s", r.reference().Unknown(arg))
	}
	return nil
}

// about is what is known of the value at a path, without running anything: what its type is, if it is none of Lull's.
func (r *REPL) about(c *interp.Call, path string) (entries []stub.Entry, what string) {
	parts := strings.FieldsFunc(path, func(c rune) bool { return c == '.' || c == ':' })
	v := r.variable(c, parts[0])
	for i, part := range parts[1:] {
		if class := class(v); class != "" && i == len(parts)-2 {
			if entries := r.reference().Lookup(class + ":" + part); len(entries) > 0 {
				return entries, ""
			}
			if v.Type() == "userdata" {
				return nil, r.reference().Unknown(class + ":" + part)
			}
		}
		v = rawField(v, part)
	}
	switch {
	case v.IsNil():
		return nil, ""
	case v.IsFunction():
		if entries := r.builtin(c, v, path); entries != nil {
			return entries, ""
		}
		d, ok := r.definition(c, v)
		if !ok {
			return nil, path + " is a function in Go"
		}
		what := fmt.Sprintf("%s is a function of %s, line %d", path, d.chunk, d.line)
		if d.text != "" {
			what += "\n" + r.painted(d.text)
		}
		return nil, what
	}
	if class := class(v); class != "" {
		if entries := r.reference().Lookup(class); len(entries) > 0 {
			return entries[:1], ""
		}
	}
	return nil, fmt.Sprintf("%s is a %s: nothing of Lull's", path, v.Type())
}

// variable is a local of the session, or a global.
func (r *REPL) variable(c *interp.Call, name string) interp.Value {
	if slices.Contains(r.session.Locals(), name) {
		return r.session.Local(c, name)
	}
	return c.Globals().Field(name)
}

// class is the name of a value's type in the reference; "" for what has none.
func class(v interp.Value) string {
	mt, ok := v.Metatable()
	if !ok {
		return ""
	}
	if v.Type() == "string" {
		return "string"
	}
	if name, ok := mt.Field("__metatable").Text(); ok {
		return name
	}
	if v.Type() == "userdata" && rawField(v, "lines").IsFunction() {
		return "file"
	}
	return ""
}

// builtin is the entry of a function, whatever variable it is in. A function may have several names: that by which somebody has asked
// comes first.
func (r *REPL) builtin(c *interp.Call, fn interp.Value, asked string) []stub.Entry {
	for _, whole := range append([]string{asked}, r.reference().Names()...) {
		table, name, ok := strings.Cut(whole, ".")
		v := c.Globals().Field(table)
		if ok {
			v = rawField(v, name)
		}
		if v != fn {
			continue
		}
		for _, e := range r.reference().Lookup(whole) {
			if e.Kind == stub.Function && e.Name == whole {
				return []stub.Entry{e}
			}
		}
	}
	return nil
}

// named is the value at a path, without running anything.
func (r *REPL) named(c *interp.Call, path string) interp.Value {
	parts := strings.FieldsFunc(path, func(c rune) bool { return c == '.' || c == ':' })
	if len(parts) == 0 {
		return interp.Value{}
	}
	v := r.variable(c, parts[0])
	for _, part := range parts[1:] {
		v = rawField(v, part)
	}
	return v
}

// definition is where a function of Lua's is defined.
type definition struct {
	chunk string
	line  int
	text  string // its lines, with the comment above them; "": nobody knows
}

// definition finds that of fn; ok is false for a function in Go, and for what is none.
func (r *REPL) definition(c *interp.Call, fn interp.Value) (d definition, ok bool) {
	info := rawField(c.Globals().Field("debug"), "getinfo")
	option, err := c.Value("S")
	if err != nil || !info.IsFunction() || !fn.IsFunction() {
		return d, false
	}
	vals, err := c.Protect(info, fn, option)
	if err != nil {
		return d, false
	}
	t, _ := vals.Get(1).Table()
	if vals.Get(1).Type() != "table" {
		return d, false
	}
	from, _ := t.Field("linedefined").Number()
	to, _ := t.Field("lastlinedefined").Number()
	d.chunk, _ = t.Field("short_src").Text()
	if d.line = int(from); d.line < 1 {
		return d, false
	}
	text, _ := t.Field("source").Text()
	if chunk, ok := strings.CutPrefix(text, "="); ok {
		text = r.sources[chunk]
	} else if chunk, ok := strings.CutPrefix(text, "@"); ok {
		if text = r.sources[chunk]; text == "" {
			if !filepath.IsAbs(chunk) {
				chunk = filepath.Join(c.Dir(), chunk)
			}
			text = report.Sources("", nil)(chunk)
		}
	}
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if int(to) > len(lines) || to < from {
		return d, true // the file is another by now
	}
	first := d.line - 1
	for first > 0 && strings.HasPrefix(strings.TrimSpace(lines[first-1]), "--") {
		first--
	}
	d.text = strings.Join(lines[first:int(to)], "\n")
	if first == 0 {
		d.text = r.remarks(d.chunk) + d.text
	}
	return d, true
}

// remarks are the entries of comments alone that were entered just before one.
func (r *REPL) remarks(entry string) (text string) {
	var n int
	if _, err := fmt.Sscanf(entry, entryName, &n); err != nil {
		return ""
	}
	for n--; ; n-- {
		src := r.sources[fmt.Sprintf(entryName, n)]
		comments := false
		for _, t := range scan(src) {
			if t.kind != blankToken && t.kind != commentToken {
				return text
			}
			comments = comments || t.kind == commentToken
		}
		if !comments {
			return text
		}
		text = src + "\n" + text
	}
}
