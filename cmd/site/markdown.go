package main

import (
	"fmt"
	"html"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown makes a page's title, body and contents of its text. The links of the text are from the file `at` of the repository.
func (s *site) markdown(p *page, source, at string) error {
	m := &marker{site: s, page: p, at: at, source: []byte(source)}
	md := goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(m, 100))))
	root := md.Parser().Parse(text.NewReader(m.source))
	if err := m.look(root); err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	var b strings.Builder
	if err := md.Renderer().Render(&b, m.source, root); err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	p.Body = template.HTML(b.String())
	return nil
}

// marker renders what a page has differently from other Markdown: code with its colours, names of builtins that lead to the reference,
// links to what the site has of the repository.
type marker struct {
	site   *site
	page   *page
	at     string
	source []byte
}

// look takes the title and the headings out of a text, and mends its links.
func (m *marker) look(root ast.Node) error {
	m.page.Contents = nil
	about := &m.page.Plain
	return ast.Walk(root, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if !enter {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			text := plain(n, m.source)
			if n.Level == 1 {
				m.page.Title = text
				return ast.WalkSkipChildren, nil
			}
			id, _ := n.AttributeString("id")
			name, _ := id.([]byte)
			m.page.Contents = append(m.page.Contents, heading{ID: string(name), Text: text, Level: n.Level})
			about = &m.page.Contents[len(m.page.Contents)-1].Plain
		case *ast.Link:
			to, err := m.site.link(string(n.Destination), m.at)
			n.Destination = []byte(to)
			return ast.WalkContinue, err
		case *ast.Paragraph, *ast.TextBlock, *east.TableCell:
			*about += plain(n, m.source) + " "
		}
		return ast.WalkContinue, nil
	})
}

// plain is the text of a node without its marks.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && enter {
			b.Write(t.Segment.Value(source))
			if t.SoftLineBreak() {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// repository is where files are shown that the site has no page of.
const repository = "https://github.com/lull-lua/lull/blob/main/"

// made are the pages that are made of lists in the repository.
var made = map[string]string{
	"scripts/README.md#tutorial": "tutorial.html",
	"scripts/README.md#examples": "examples.html",
	"scripts/README.md#":         "examples.html",
	"builtins/REFERENCE.md#":     "reference.html",
}

// link is where a link of the file `at` leads to: to the site's own page of a script or text, else to the file in the repository.
func (s *site) link(to, at string) (string, error) {
	name, fragment, _ := strings.Cut(to, "#")
	if name == "" || strings.Contains(name, ":") || strings.HasSuffix(name, ".html") {
		return to, nil
	}
	name = path.Join(path.Dir(at), name)
	if _, err := os.Stat(filepath.Join(s.root, filepath.FromSlash(name))); err != nil {
		return "", fmt.Errorf("a link to %q: %w", to, err)
	}
	script := strings.TrimSuffix(path.Base(name), ".lua")
	switch dir := path.Dir(name); {
	case dir == "scripts/examples" && script != path.Base(name):
		return "example-" + script + ".html", nil
	case dir == "scripts/tutorial" && script != path.Base(name):
		return "tutorial.html#" + script, nil
	}
	if to := made[name+"#"+fragment]; to != "" {
		return to, nil
	}
	for _, p := range prosePages {
		if p.source() == name {
			return strings.TrimSuffix(p.file+"#"+fragment, "#"), nil
		}
	}
	return repository + name, nil
}

// RegisterFuncs says what is rendered here, for goldmark.
func (m *marker) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHeading, m.heading)
	r.Register(ast.KindFencedCodeBlock, m.fenced)
	r.Register(ast.KindCodeBlock, m.indented)
	r.Register(ast.KindCodeSpan, m.span)
	r.Register(ast.KindHTMLBlock, m.comment)
}

// heading writes one that can be linked to; the first is the page's title, which its template shows.
func (m *marker) heading(w util.BufWriter, source []byte, n ast.Node, enter bool) (ast.WalkStatus, error) {
	h := n.(*ast.Heading)
	switch {
	case h.Level == 1:
		return ast.WalkSkipChildren, nil
	case enter:
		id, _ := h.AttributeString("id")
		fmt.Fprintf(w, `<h%d id="%s">`, h.Level, id)
	default:
		id, _ := h.AttributeString("id")
		fmt.Fprintf(w, `<a class="anchor" href="#%s" aria-label="Link to this section">#</a></h%d>`+"\n", id, h.Level)
	}
	return ast.WalkContinue, nil
}

// lines is the text of a block.
func lines(n ast.Node, source []byte) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(source))
	}
	return b.String()
}

// fenced writes a sample. Lua that needs nothing but itself can be run where it stands; `go interp.ExampleX` is the example of that name.
func (m *marker) fenced(w util.BufWriter, source []byte, n ast.Node, enter bool) (ast.WalkStatus, error) {
	if !enter {
		return ast.WalkContinue, nil
	}
	block := n.(*ast.FencedCodeBlock)
	info := ""
	if block.Info != nil {
		info = string(block.Info.Value(source))
	}
	name, more, _ := strings.Cut(info, " ")
	code := lines(n, source)
	switch {
	case name == "go" && more != "":
		body, prints, err := m.site.goExample(more)
		if err != nil {
			return ast.WalkStop, err
		}
		w.WriteString(sample(body, "go", ""))
		if prints != "" {
			w.WriteString(`<p class="label">It prints</p>` + sample(prints, "", ""))
		}
	case name == "output":
		w.WriteString(`<p class="label">It prints</p>` + sample(code, "", ""))
	case name == "lua" && !prepared(block):
		w.WriteString(sample(code, name, "virtual"))
	default:
		w.WriteString(sample(code, name, ""))
	}
	return ast.WalkContinue, nil
}

// prepared reports whether a sample has something before it that readers do not see, without which it does not run.
func prepared(block ast.Node) bool {
	before, ok := block.PreviousSibling().(*ast.HTMLBlock)
	return ok && before != nil
}

// sample is a box with code in it. Where clock is "virtual" or "real" site.js puts a button below it that runs it so, if a browser can.
func sample(code, lang, clock string) string {
	attribute := ""
	if clock != "" && !elsewhere.MatchString(code) {
		attribute = ` data-lua="` + clock + `"`
	}
	return `<div class="sample"` + attribute + `><pre><code>` + highlight(strings.TrimRight(code, "\n"), lang) + "</code></pre></div>\n"
}

// indented writes what is typed into a terminal, or printed there.
func (m *marker) indented(w util.BufWriter, source []byte, n ast.Node, enter bool) (ast.WalkStatus, error) {
	if enter {
		w.WriteString(sample(lines(n, source), "sh", ""))
	}
	return ast.WalkContinue, nil
}

// comment leaves out a comment, which holds what the tests put before or behind a sample; other HTML is the page's own.
func (m *marker) comment(w util.BufWriter, source []byte, n ast.Node, enter bool) (ast.WalkStatus, error) {
	if text := lines(n, source); enter && !strings.HasPrefix(text, "<!--") {
		w.WriteString(text)
	}
	return ast.WalkContinue, nil
}

// span writes `code`; the name of a builtin leads to the reference.
func (m *marker) span(w util.BufWriter, source []byte, n ast.Node, enter bool) (ast.WalkStatus, error) {
	if !enter {
		return ast.WalkContinue, nil
	}
	linked := false
	for p := n.Parent(); p != nil; p = p.Parent() {
		linked = linked || p.Kind() == ast.KindLink || p.Kind() == ast.KindHeading
	}
	w.WriteString(m.site.code(plain(n, source), !linked))
	return ast.WalkSkipChildren, nil
}

var call = regexp.MustCompile(`^([a-z_0-9.:]+)(\(.*\))?$`)

// code is a `word` of a text: HTML, and a link where it is the name of a builtin.
func (s *site) code(text string, link bool) string {
	shown := "<code>" + html.EscapeString(text) + "</code>"
	if m := call.FindStringSubmatch(text); m != nil && link {
		if url := s.urls[m[1]]; url != "" {
			return `<a class="builtin" href="` + url + `">` + shown + "</a>"
		}
	}
	return shown
}

var ticks = regexp.MustCompile("`([^`]+)`")

// inline is a text of the stubs or of a script's header: plain, but for `code`.
func (s *site) inline(text string) string {
	var b strings.Builder
	at := 0
	for _, m := range ticks.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(html.EscapeString(text[at:m[0]]) + s.code(text[m[2]:m[3]], true))
		at = m[1]
	}
	return b.String() + html.EscapeString(text[at:])
}
