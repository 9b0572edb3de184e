package main

import (
	"errors"
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strings"
)

// exampleRow is an example's line in the index of scripts/README.md: its name, what it does, with which builtins.
var exampleRow = regexp.MustCompile(`(?m)^\| \[(\w+)\]\(examples/\w+\.lua\) \| (.*?) \| (.*?) \|$`)

// examples makes a page for each, and one that lists them as the index of the scripts does.
func (s *site) examples() error {
	index, err := s.read("scripts/README.md")
	if err != nil {
		return err
	}
	list := &page{File: "examples.html", Title: "Examples", Section: sectionLearn, Top: "examples", About: "Real jobs to copy from, each with its output and its test."}
	s.pages = append(s.pages, list)
	var b strings.Builder
	b.WriteString(`<p>Jobs to copy from. Each is one file that runs as it stands, with its output and a test beside it.</p><table><thead><tr><th scope="col">Script</th><th scope="col">Does</th><th scope="col">With</th></tr></thead><tbody>`)
	rows := exampleRow.FindAllStringSubmatch(index, -1)
	if len(rows) == 0 {
		return errors.New("scripts/README.md lists no example")
	}
	for _, row := range rows {
		name := row[1]
		sc, err := s.scriptOf("examples/" + name)
		if err != nil {
			return err
		}
		p := &page{File: "example-" + name + ".html", Title: name, Top: "examples", About: sentence(ticks.ReplaceAllString(row[2], "$1"))}
		if err := s.markdown(p, sc.Doc, "scripts/examples/"+name+".lua"); err != nil {
			return err
		}
		test, err := s.read("scripts/examples/" + name + "_test.lua")
		if err != nil {
			return err
		}
		p.Title = name
		p.Contents = []heading{{ID: "script", Text: name + ".lua", Level: 2}, {ID: "prints", Text: "It prints", Level: 2}, {ID: "test", Text: "Its test", Level: 2}}
		p.Body += template.HTML(fmt.Sprintf(`<p>With %s.</p><h2 id="script">%s.lua</h2>`, s.inline(row[3]), name) + sample(sc.Code, "lua", "") +
			`<h2 id="prints">It prints</h2>` + sample(sc.Prints, "", "") +
			`<h2 id="test">Its test</h2><p><a href="testing.html">lull test</a> runs it in virtual time.</p>` + sample(test, "lua", "") +
			fmt.Sprintf(`<p class="more"><a href="%sscripts/examples/%s.lua">%s.lua in the repository</a></p>`, repository, name, name))
		s.pages = append(s.pages, p)
		fmt.Fprintf(&b, `<tr><td><a href="%s">%s</a></td><td>%s</td><td>%s</td></tr>`, p.File, html.EscapeString(name), s.inline(row[2]), s.inline(row[3]))
	}
	b.WriteString("</tbody></table>")
	list.Body = template.HTML(b.String())
	return nil
}

// sentence is a phrase as one.
func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] + "." }
