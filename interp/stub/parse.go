package stub

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// parse reads a stub. Every line must be one that the annotations' grammar has: a `---` line of text or of an annotation,
// an empty declaration, a comment or nothing.
func parse(table, src string) (*parser, error) {
	p := &parser{table: table, title: "The table " + table, classes: map[string]string{}}
	if table == globals {
		p.title = "Globals"
	}
	for i, line := range strings.Split(src, "\n") {
		if err := p.line(i+1, line); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	if p.fence {
		return nil, errors.New("an example has no end")
	}
	return p, nil
}

type parser struct {
	table   string
	title   string // for lists: the comment right below ---@meta, up to a colon or a period
	meta    int    // the line of ---@meta
	out     []Entry
	classes map[string]string // variable to class
	cur     Entry             // the block of --- lines that is being read
	used    bool
	fence   bool // inside an example
	example []string
	generic []string
}

var (
	functionLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^function ([\w.]+(?::\w+)?)\(([^()]*)\) end$`) })
	variableLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:local )?(\w+) = \{\}$`) })
	nameOnly     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][\w.]*$`) })
)

func (p *parser) line(n int, line string) error {
	if text, ok := strings.CutPrefix(line, "---"); ok {
		if !p.used {
			p.cur = Entry{}
			p.used, p.generic = true, nil
		}
		if name, ok := strings.CutPrefix(text, "@meta"); ok && !p.fence {
			p.meta = n
			if name = strings.TrimSpace(name); name != "" && name != "_" {
				p.table = name[strings.LastIndexByte(name, '.')+1:]
			}
			return nil
		}
		return p.annotation(text)
	}
	if p.fence {
		return errors.New("the example has no end")
	}
	if m := functionLine().FindStringSubmatch(line); m != nil {
		return p.function(m[1], m[2])
	}
	if m := variableLine().FindStringSubmatch(line); m != nil {
		if !p.used || p.cur.Kind != Class {
			return fmt.Errorf("%s is declared without a @class", m[1])
		}
		p.classes[m[1]] = p.cur.Name
		return p.flush()
	}
	if line == "" || line == "--" || strings.HasPrefix(line, "-- ") {
		if text := strings.TrimPrefix(line, "-- "); n == p.meta+1 && n > 1 && text != line {
			for _, end := range []string{": ", ". "} {
				text, _, _ = strings.Cut(text, end)
			}
			p.title = strings.ReplaceAll(strings.TrimSuffix(text, "."), "`", "")
		}
		return p.flush()
	}
	return fmt.Errorf("not a stub: %q", line)
}

// flush ends a block that declares a class or an alias.
func (p *parser) flush() error {
	if !p.used {
		return nil
	}
	p.used = false
	switch {
	case p.cur.Kind == "" && p.cur.Doc == "":
		return nil
	case p.cur.Kind == "":
		return errors.New("a description of nothing")
	}
	p.out = append(p.out, p.cur)
	return nil
}

func (p *parser) annotation(text string) error {
	e := &p.cur
	if p.fence {
		if text == "```" {
			p.fence = false
			e.Examples = append(e.Examples, newExample(p.example))
			return nil
		}
		p.example = append(p.example, text)
		return nil
	}
	if text == "```lua" {
		p.fence, p.example = true, nil
		return nil
	}
	tag, rest, _ := strings.Cut(text, " ")
	switch tag {
	case "@async":
		e.Async = true
		return nil
	case "@class":
		name, parent, inherits := strings.Cut(rest, ": ") // the parent's members are for editors
		if e.Kind, e.Name = Class, name; inherits {
			if err := checkName(strings.TrimSuffix(parent, "*")); err != nil {
				return err
			}
		}
		return checkName(name)
	case "@alias":
		name, typ, _ := strings.Cut(rest, " ")
		e.Kind, e.Name = Alias, name
		if typ == "" {
			return checkName(name)
		}
		e.Fields = append(e.Fields, Param{Type: typ})
		return checkType(typ)
	case "@generic":
		p.generic = strings.Split(rest, ", ")
		return nil
	case "@overload":
		e.Overloads = append(e.Overloads, rest)
		return checkType(rest)
	case "@field":
		return p.param(&e.Fields, rest, true)
	case "@param":
		return p.param(&e.Params, rest, true)
	case "@return":
		return p.param(&e.Returns, rest, false)
	case "|":
		typ, doc, _ := strings.Cut(rest, " # ")
		e.Fields = append(e.Fields, Param{Type: typ, Doc: doc})
		return checkType(typ)
	}
	if strings.HasPrefix(text, "@") {
		return fmt.Errorf("unknown annotation %s", tag)
	}
	if text != "" {
		if e.Doc != "" {
			e.Doc += "\n"
		}
		e.Doc += text
	}
	return nil
}

// anyName is the field that stands for all names, in a table that may have any.
const anyName = "[string]"

// param reads "name[?] type [description]", or for a result "type [name [description]]".
func (p *parser) param(list *[]Param, text string, named bool) error {
	var d Param
	rest := text
	if named {
		d.Name, rest, _ = strings.Cut(rest, " ")
		d.Name, d.Optional = strings.CutSuffix(d.Name, "?")
		if d.Name != "..." && d.Name != anyName && !nameOnly().MatchString(d.Name) {
			return fmt.Errorf("%q is no name", d.Name)
		}
	}
	n, err := scanType(rest)
	if err != nil {
		return err
	}
	d.Type, rest = rest[:n], strings.TrimSpace(rest[n:])
	if t, ok := strings.CutSuffix(d.Type, "?"); ok && !strings.HasPrefix(t, "fun(") { // there it is the result's
		d.Type, d.Optional = t, true
	}
	if !named {
		d.Name, rest, _ = strings.Cut(rest, " ")
	}
	d.Doc = rest
	*list = append(*list, d)
	return nil
}

func (p *parser) function(name, params string) error {
	if !p.used {
		return fmt.Errorf("%s has no description", name)
	}
	p.used = false
	e := p.cur
	e.Kind, e.Name = Function, name
	if v, m, ok := strings.Cut(name, ":"); ok {
		e.class = p.classes[v]
		if e.class == "" {
			return fmt.Errorf("%s: %s is no class", name, v)
		}
		e.Kind, e.Name = Method, e.class+":"+m
	}
	var names []string
	if params != "" {
		names = strings.Split(params, ", ")
	}
	if len(names) != len(e.Params) {
		return fmt.Errorf("%s has %d parameters and describes %d", name, len(names), len(e.Params))
	}
	for i, d := range e.Params {
		if d.Name != names[i] {
			return fmt.Errorf("%s: parameter %d is %s, described is %s", name, i+1, names[i], d.Name)
		}
	}
	e.Signature = signature(name, e.Params)
	p.out = append(p.out, e)
	return nil
}

// signature is how a function is called, with what may be left out in brackets.
func signature(name string, params []Param) string {
	var b strings.Builder
	b.WriteString(name + "(")
	open := 0
	for i, d := range params {
		if d.Optional {
			if i > 0 {
				b.WriteString(" ")
			}
			b.WriteString("[")
			open++
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(d.Name)
	}
	return b.String() + strings.Repeat("]", open) + ")"
}

func newExample(lines []string) Example {
	ex := Example{Source: strings.Join(lines, "\n") + "\n"}
	for _, l := range lines {
		if _, out, ok := strings.Cut(l, "--> "); ok {
			ex.Prints = append(ex.Prints, out)
		}
	}
	return ex
}

func checkName(name string) error {
	if !nameOnly().MatchString(name) {
		return fmt.Errorf("%q is no name", name)
	}
	return nil
}

func checkType(s string) error {
	n, err := scanType(s)
	if err == nil && n != len(s) {
		err = fmt.Errorf("type %q: what does %q mean?", s, s[n:])
	}
	return err
}

// scanType is the length of the type at the beginning of s, by the grammar of LuaLS's annotations.
func scanType(s string) (int, error) {
	sc := &typeScanner{s: s}
	if err := sc.union(); err != nil {
		return 0, fmt.Errorf("type %q: %w", s, err)
	}
	return sc.i, nil
}

type typeScanner struct {
	s string
	i int
}

func (t *typeScanner) take(tok string) bool {
	if strings.HasPrefix(t.s[t.i:], tok) {
		t.i += len(tok)
		return true
	}
	return false
}

func (t *typeScanner) need(tok string) error {
	if !t.take(tok) {
		return fmt.Errorf("%q expected at %q", tok, t.s[t.i:])
	}
	return nil
}

// union is one type, or several with | between.
func (t *typeScanner) union() error {
	for {
		if err := t.one(); err != nil {
			return err
		}
		for t.take("[]") {
		}
		t.take("?")
		if !t.take("|") {
			return nil
		}
	}
}

var typeName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][\w.]*`) })

func (t *typeScanner) one() error {
	switch {
	case t.take("fun("):
		_, err := t.function()
		return err
	case t.take("("):
		if err := t.union(); err != nil {
			return err
		}
		return t.need(")")
	case t.take(`"`):
		end := strings.IndexByte(t.s[t.i:], '"')
		if end < 0 {
			return errors.New("a string has no end")
		}
		t.i += end + 1
		return nil
	case t.take("..."):
		return nil
	}
	name := typeName().FindString(t.s[t.i:])
	if name == "" {
		return fmt.Errorf("a type is expected at %q", t.s[t.i:])
	}
	t.i += len(name)
	if name == "table" && t.take("<") {
		if err := t.union(); err != nil {
			return err
		}
		if err := t.need(", "); err != nil {
			return err
		}
		if err := t.union(); err != nil {
			return err
		}
		return t.need(">")
	}
	return nil
}

// function is what follows "fun(": parameters, and results behind a colon.
func (t *typeScanner) function() (a arity, err error) {
	for first := true; !t.take(")"); first = false {
		if !first {
			if err := t.need(", "); err != nil {
				return a, err
			}
		}
		if t.take("...") {
			a.most = unbounded
			continue
		}
		name := typeName().FindString(t.s[t.i:])
		if name == "" {
			return a, fmt.Errorf("a parameter is expected at %q", t.s[t.i:])
		}
		t.i += len(name)
		optional := t.take("?")
		if err := t.need(": "); err != nil {
			return a, err
		}
		from := t.i
		if err := t.union(); err != nil {
			return a, err
		}
		typ := t.s[from:t.i]
		a.add(typ, optional || mayBeNil(typ))
	}
	if !t.take(": ") {
		return a, nil
	}
	for {
		if err := t.union(); err != nil {
			return a, err
		}
		if !t.take(", ") {
			return a, nil
		}
	}
}

// arity is how many arguments a form of a function takes, and which.
type arity struct {
	least, most int
	types       []string // of the parameters, but for "..."
}

// unbounded stands for any number.
const unbounded = 1 << 30

// add counts a parameter.
func (a *arity) add(typ string, optional bool) {
	a.types = append(a.types, typ)
	a.most++
	if !optional {
		a.least = len(a.types)
	}
}

// mayBeNil reports whether a value of the type may be nil, which an argument that is not there is, too.
func mayBeNil(typ string) bool {
	return strings.HasSuffix(typ, "?") || slices.Contains(strings.Split(typ, "|"), "nil")
}

// Takes reports whether the signature, or another form of the call, allows so many arguments; and whether it allows more.
func (e Entry) Takes(n int) (so, more bool) {
	for _, a := range e.forms() {
		so = so || a.least <= n && n <= a.most
		more = more || n < a.most
	}
	return so, more
}

// TypesAt are the types that the i-th argument may have, from 0, in any form of the call, between bars; "any" among them where "..." is.
func (e Entry) TypesAt(i int) string {
	var types []string
	for _, a := range e.forms() {
		switch {
		case i < len(a.types):
			types = append(types, a.types[i])
		case a.most >= unbounded:
			types = append(types, "any")
		}
	}
	return strings.Join(types, "|")
}

// forms are the signature and the overloads.
func (e Entry) forms() []arity {
	var own arity
	for _, p := range e.Params {
		if p.Name == "..." {
			own.most = unbounded
			continue
		}
		own.add(p.Type, p.Optional || mayBeNil(p.Type))
	}
	all := []arity{own}
	for _, o := range e.Overloads {
		t := &typeScanner{s: o}
		if t.take("fun(") {
			if a, err := t.function(); err == nil { // parse has accepted it
				all = append(all, a)
			}
		}
	}
	return all
}
