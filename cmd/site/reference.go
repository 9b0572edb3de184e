package main

import (
	"errors"
	"fmt"
	"html"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/stub"
	"github.com/lull-lua/lull/interp/test"
)

// names reads the stubs, and finds out where the site will tell of each builtin.
func (s *site) names() error {
	rt, err := interp.New(builtins.Std(), test.Modules())
	if err != nil {
		return err
	}
	defer rt.Close()
	remote, err := s.read("cmd/lull-cluster/remote.lua") // a module of its own, which no other links
	if err != nil {
		return err
	}
	if s.stubs, err = stub.Of(append(rt.Modules(), interp.Module{Name: "remote", Stub: remote})); err != nil {
		return err
	}
	s.urls, s.types = map[string]string{}, map[string]string{}
	for table, title := range s.stubs.Chapters() {
		entries := s.stubs.Chapter(table)
		first, _, _ := strings.Cut(entries[0].Name, ".")
		i := slices.IndexFunc(s.chapters, func(c chapter) bool { return c.name == first })
		if i < 0 {
			i = len(s.chapters)
			s.chapters = append(s.chapters, chapter{name: table, title: strings.TrimPrefix(title, "The table ")})
		}
		s.chapters[i].entries = append(s.chapters[i].entries, entries...)
	}
	for _, c := range s.chapters {
		for _, e := range c.entries {
			if _, ok := s.urls[e.Name]; !silent(e) && (!ok || !isType(e)) {
				s.urls[e.Name] = c.file() + "#" + s.place(e)
			}
			if isType(e) && !silent(e) {
				s.types[e.Name] = c.file() + "#" + s.place(e)
			}
		}
	}
	for _, c := range s.chapters {
		if s.urls[c.name] == "" {
			s.urls[c.name] = c.file()
		}
	}
	return nil
}

// chapter is a page of the reference: a stub, with those that add to its table.
type chapter struct {
	name, title string
	entries     []stub.Entry
}

func (c chapter) file() string { return "reference-" + c.name + ".html" }

func isType(e stub.Entry) bool { return e.Kind == stub.Class || e.Kind == stub.Alias }

// place is what the entry is called in its page. A type may have the name of the function that makes its values.
func (s *site) place(e stub.Entry) string {
	if isType(e) && slices.ContainsFunc(s.stubs.All(), func(other stub.Entry) bool { return other.Name == e.Name && !isType(other) }) {
		return e.Name + "-type"
	}
	return e.Name
}

// reference makes a page for each stub, and one with all of them in short.
func (s *site) reference() error {
	overview := &page{File: "reference.html", Title: "Reference", Section: sectionBuiltins, Short: "All of them", Top: "reference",
		About: "Every builtin of Lull, with its parameters, what it returns and raises, and an example that runs."}
	s.pages = append(s.pages, overview)
	var b strings.Builder
	b.WriteString(`<p>The same is in the command: <code>lull doc task.map</code> tells of one, <code>lull doc</code> lists all. Every time is in seconds. A
<em>checkpoint</em> lets other tasks run while it waits, and is where a cancellation takes hold. Every example is run by a test, and prints what it says. The table <code>remote</code> is in <code>lull-cluster</code> alone.</p>`)
	for _, c := range s.chapters {
		p := &page{File: c.file(), Title: c.title, Section: sectionBuiltins, Short: c.name, Top: "reference", About: "The reference: " + c.title + "."}
		s.pages = append(s.pages, p)
		fmt.Fprintf(&b, `<h2 id="%s"><a href="%s">%s</a></h2><table class="list"><tbody>`, c.name, p.File, html.EscapeString(c.title))
		overview.Contents = append(overview.Contents, heading{ID: c.name, Text: c.name, Level: 2})
		var body strings.Builder
		for _, e := range c.entries {
			if silent(e) {
				continue
			}
			s.entry(&body, e)
			p.Contents = append(p.Contents, heading{ID: s.place(e), Text: e.Name, Level: 2, Plain: ticks.ReplaceAllString(e.Doc, "$1")})
			if e.Doc != "" { // a table of options stands with the function that takes it
				fmt.Fprintf(&b, `<tr><td><a class="builtin" href="%s"><code>%s</code></a></td><td>%s</td></tr>`, p.File+"#"+s.place(e), html.EscapeString(e.Name), s.inline(summary(e.Doc)))
			}
		}
		b.WriteString("</tbody></table>")
		p.Body = template.HTML(body.String())
	}
	overview.Body = template.HTML(b.String())
	if len(overview.Contents) == 0 {
		return errors.New("there are no stubs")
	}
	return nil
}

// silent reports whether there is nothing to tell of an entry: the class of a table is for editors, where its functions say all.
func silent(e stub.Entry) bool {
	return e.Doc == "" && e.Signature == "" && len(e.Fields) == 0 && len(e.Overloads) == 0 && len(e.Examples) == 0
}

// summary is the first sentence of a description.
func summary(doc string) string {
	doc, _, _ = strings.Cut(doc, "\n")
	first, _, more := strings.Cut(doc, ". ")
	if more {
		first += "."
	}
	return first
}

// entry writes what the reference says of one builtin.
func (s *site) entry(b *strings.Builder, e stub.Entry) {
	head, tag := e.Signature, ""
	if head == "" {
		head, tag = e.Name, string(e.Kind)
	}
	if e.Async {
		tag = "checkpoint"
	}
	fmt.Fprintf(b, `<section class="entry"><h2 id="%s"><code>%s</code>`, s.place(e), html.EscapeString(head))
	if tag != "" {
		fmt.Fprintf(b, ` <span class="tag">%s</span>`, tag)
	}
	fmt.Fprintf(b, `<a class="anchor" href="#%s" aria-label="Link to %s">#</a></h2>`, s.place(e), html.EscapeString(e.Name))
	for paragraph := range strings.SplitSeq(e.Doc, "\n") {
		if paragraph != "" {
			b.WriteString("<p>" + s.inline(paragraph) + "</p>")
		}
	}
	s.params(b, "Parameters", e.Params)
	s.params(b, "Returns", e.Returns)
	if e.Kind == stub.Alias {
		s.params(b, "One of", e.Fields)
	} else {
		s.params(b, "Fields", e.Fields)
	}
	for _, o := range e.Overloads {
		b.WriteString("<p>Also " + s.typ(o) + ".</p>")
	}
	for _, ex := range e.Examples {
		b.WriteString(sample(ex.Source, "lua", "virtual"))
	}
	b.WriteString("</section>\n")
}

func (s *site) params(b *strings.Builder, title string, params []stub.Param) {
	if len(params) == 0 {
		return
	}
	fmt.Fprintf(b, `<h3 class="label">%s</h3><ul class="params">`, title)
	for _, p := range params {
		b.WriteString("<li>")
		if p.Name != "" {
			b.WriteString("<code>" + html.EscapeString(p.Name) + "</code> ")
		}
		b.WriteString(s.typ(p.Type))
		if p.Optional {
			b.WriteString(` <span class="optional">optional</span>`)
		}
		if p.Doc != "" {
			b.WriteString("<div>" + s.inline(p.Doc) + "</div>")
		}
		b.WriteString("</li>")
	}
	b.WriteString("</ul>")
}

var typeName = regexp.MustCompile(`[A-Za-z_][\w.]*`)

// typ is a type, with the names that the reference knows leading there.
func (s *site) typ(typ string) string {
	var b strings.Builder
	at := 0
	for _, m := range typeName.FindAllStringIndex(typ, -1) {
		name := typ[m[0]:m[1]]
		if url := s.types[name]; url != "" && name != "string" { // the table string adds to what everybody knows
			b.WriteString(html.EscapeString(typ[at:m[0]]) + `<a class="builtin" href="` + url + `">` + name + "</a>")
			at = m[1]
		}
	}
	return `<code class="type">` + b.String() + html.EscapeString(typ[at:]) + "</code>"
}
