package stub

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// text is an entry as plain text, wrapped to width columns.
func (x *Index) text(e Entry, width int) string {
	var b strings.Builder
	head := e.Signature
	if head == "" {
		head = string(e.Kind) + " " + e.Name
	}
	b.WriteString(head)
	if e.Async {
		b.WriteString("   (checkpoint)")
	}
	b.WriteString("\n")
	for p := range strings.SplitSeq(e.Doc, "\n") {
		if p != "" {
			b.WriteString("\n" + wrap(p, "  ", width))
		}
	}
	section := func(title string, list []Param) {
		if len(list) == 0 {
			return
		}
		b.WriteString("\n  " + title + "\n")
		for _, d := range list {
			b.WriteString(wrap(d.String(), "    ", width))
		}
	}
	section("parameters", e.Params)
	for _, options := range x.options(e) {
		section(options.Name, options.Fields)
	}
	section("returns", e.Returns)
	if e.Kind == Alias {
		section("one of", e.Fields)
	} else {
		section("fields", e.Fields)
	}
	for _, o := range e.Overloads {
		b.WriteString("\n  also " + o + "\n")
	}
	for _, ex := range e.Examples {
		b.WriteString("\n")
		for l := range strings.SplitSeq(strings.TrimSuffix(ex.Source, "\n"), "\n") {
			b.WriteString("    " + l + "\n")
		}
	}
	if e.Kind == Class {
		signatures(&b, "methods", x.methods(e.Name))
		signatures(&b, "functions", x.inTable(e.Name))
	}
	return b.String()
}

// Text is several entries as plain text, wrapped to width columns.
func (x *Index) Text(entries []Entry, width int) string {
	texts := make([]string, len(entries))
	for i, e := range entries {
		texts[i] = x.text(e, width)
	}
	return strings.Join(texts, "\n")
}

// nameInType is a name among the types of a parameter.
var nameInType = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z_][\w.]*`) })

// options are the tables of options that a function takes: the classes that nothing but their fields describes.
func (x *Index) options(e Entry) (found []Entry) {
	for _, p := range e.Params {
		for _, name := range nameInType().FindAllString(p.Type, -1) {
			for _, class := range x.entries {
				if class.Name == name && class.Kind == Class && class.Doc == "" {
					found = append(found, class)
				}
			}
		}
	}
	return found
}

// List names entries, each with the first sentence of its text, cut to fit into width columns.
func (x *Index) List(entries []Entry, width int) string {
	var b strings.Builder
	table := ""
	for _, e := range entries {
		if e.Doc == "" { // a table of options: it is told of with the function that takes it
			continue
		}
		if e.Table != table {
			if table != "" {
				b.WriteString("\n")
			}
			table = e.Table
			b.WriteString(x.titles[table] + "\n")
		}
		name := "  " + e.Name
		if e.Kind == Method {
			name = "  " + name
		}
		line := []rune(fmt.Sprintf("%-25s %s", name, e.summary()))
		if len(line) > width {
			line = append(line[:width-3], []rune("...")...)
		}
		b.WriteString(strings.TrimRight(string(line), " ") + "\n")
	}
	return b.String()
}

func signatures(b *strings.Builder, title string, list []Entry) {
	if len(list) > 0 {
		b.WriteString("\n  " + title + "\n")
	}
	for _, e := range list {
		b.WriteString("    " + e.Signature + "\n")
	}
}

// inTable are the functions of a table.
func (x *Index) inTable(name string) []Entry {
	var out []Entry
	for e := range x.known() {
		if e.Kind == Function && strings.HasPrefix(e.Name, name+".") {
			out = append(out, e)
		}
	}
	return out
}

// String is the parameter on one line: "value? any: what it is".
func (d Param) String() string {
	s := d.Type
	if d.Optional && !strings.HasSuffix(s, "?") {
		s += "?"
	}
	if d.Name != "" {
		s = d.Name + ": " + s
	}
	if d.Doc != "" {
		s += " - " + d.Doc
	}
	return s
}

// methods are the methods of a class.
func (x *Index) methods(class string) []Entry {
	var out []Entry
	for _, e := range x.entries {
		if e.Kind == Method && e.class == class {
			out = append(out, e)
		}
	}
	return out
}

// summary is the first sentence of what the entry says.
func (e Entry) summary() string {
	s, _, _ := strings.Cut(e.Doc, "\n")
	if i := strings.Index(s, ". "); i >= 0 {
		s = s[:i+1]
	}
	return s
}

// wrap breaks text into lines of at most width columns, each indented; a longer word stays whole.
func wrap(text, indent string, width int) string {
	var b strings.Builder
	col := 0
	for w := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(w)
		switch {
		case col == 0:
			b.WriteString(indent)
			col = len(indent)
		case col+1+n > width:
			b.WriteString("\n" + indent)
			col = len(indent)
		default:
			b.WriteString(" ")
			col++
		}
		b.WriteString(w)
		col += n
	}
	return b.String() + "\n"
}

// Markdown is the whole reference in Markdown, a chapter for each stub.
func (x *Index) Markdown() string {
	var b strings.Builder
	table := ""
	for _, e := range x.entries {
		if e.Table != table {
			table = e.Table
			fmt.Fprintf(&b, "\n## %s\n", x.titles[table])
		}
		e.markdown(&b)
	}
	return b.String()
}

func (e Entry) markdown(b *strings.Builder) {
	head := e.Signature
	if head == "" {
		head = e.Name
	}
	fmt.Fprintf(b, "\n### `%s`\n\n", head)
	switch {
	case e.Async:
		b.WriteString("*checkpoint*\n\n")
	case e.Kind == Class || e.Kind == Alias:
		fmt.Fprintf(b, "*%s*\n\n", e.Kind)
	}
	for p := range strings.SplitSeq(e.Doc, "\n") {
		if p != "" {
			b.WriteString(p + "\n\n")
		}
	}
	list := func(title string, params []Param) {
		if len(params) == 0 {
			return
		}
		b.WriteString(title + "\n\n")
		for _, d := range params {
			typ := d.Type
			if d.Optional {
				typ += "?"
			}
			b.WriteString("- ")
			if d.Name != "" {
				b.WriteString("`" + d.Name + "`: ")
			}
			b.WriteString("`" + typ + "`")
			if d.Doc != "" {
				b.WriteString(" - " + d.Doc)
			}
			b.WriteString("\n")
		}
		b.WriteString("\n")
	}
	list("Parameters:", e.Params)
	list("Returns:", e.Returns)
	if e.Kind == Alias {
		list("One of:", e.Fields)
	} else {
		list("Fields:", e.Fields)
	}
	for _, o := range e.Overloads {
		b.WriteString("Also `" + o + "`.\n\n")
	}
	for _, ex := range e.Examples {
		b.WriteString("```lua\n" + ex.Source + "```\n\n")
	}
}
