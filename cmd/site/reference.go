package main

import (
	"errors"
	"fmt"
	"html"
	"html/template"
	"regexp"
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
	s.stubs, err = stub.Of(rt.Modules())
	s.urls = map[string]string{}
	for _, e := range s.stubs.All() {
		if _, ok := s.urls[e.Name]; !ok || !isType(e) {
			s.urls[e.Name] = chapterFile(e.Table) + "#" + s.place(e)
		}
	}
	for table := range s.stubs.Chapters() {
		if s.urls[table] == "" {
			s.urls[table] = chapterFile(table)
		}
	}
	return err
}

func isType(e stub.Entry) bool { return e.Kind == stub.Class || e.Kind == stub.Alias }

// place is what the entry is called in its page. A type may have the name of the function that makes its values.
func (s *site) place(e stub.Entry) string {
	if isType(e) && len(s.stubs.Lookup(e.Name)) > 1 {
		return e.Name + "-type"
	}
	return e.Name
}

func chapterFile(table string) string { return "reference-" + table + ".html" }

// reference makes a page for each stub, and one with all of them in short.
func (s *site) reference() error {
	overview := &page{File: "reference.html", Title: "Reference", Section: sectionBuiltins, Short: "All of them", Top: "reference",
		About: "Every builtin of Lull, with its parameters, what it returns and raises, and an example that runs."}
	s.pages = append(s.pages, overview)
	var b strings.Builder
	b.WriteString(`<p>The same is in the command: <code>lull doc task.map</code> tells of one, <code>lull doc</code> lists all. Every time is in seconds. A
<em>checkpoint</em> lets other tasks run while it waits, and is where a cancellation takes hold. Every example is run by a test, and prints what it says.</p>`)
	for table, title := range s.stubs.Chapters() {
		entries := s.stubs.Chapter(table)
		p := &page{File: chapterFile(table), Title: title, Section: sectionBuiltins, Short: table, Top: "reference", About: title + ": the reference."}
		if title != table {
			p.Title = table + ": " + lowerFirst(title)
		}
		s.pages = append(s.pages, p)
		fmt.Fprintf(&b, `<h2 id="%s"><a href="%s">%s</a></h2><table><tbody>`, table, p.File, html.EscapeString(title))
		overview.Contents = append(overview.Contents, heading{ID: table, Text: table, Level: 2})
		var body strings.Builder
		for _, e := range entries {
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

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

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
		for _, e := range s.stubs.Lookup(name) {
			if e.Name == name && isType(e) {
				b.WriteString(html.EscapeString(typ[at:m[0]]) + `<a class="builtin" href="` + chapterFile(e.Table) + "#" + s.place(e) + `">` + name + "</a>")
				at = m[1]
				break
			}
		}
	}
	return `<code class="type">` + b.String() + html.EscapeString(typ[at:]) + "</code>"
}
