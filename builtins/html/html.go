// Package html is the table html: pages as trees, searched by selectors of CSS.
package html

import (
	_ "embed"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

//go:embed html.lua
var stub string

// largePage is how many bytes a page may have to be parsed on the loop.
const largePage = 64 << 10

// Module is the table html.
func Module() interp.Module {
	return interp.Module{
		Name:  "html",
		Stub:  stub,
		Defs:  []interp.Def{{Name: "parse", Fn: parsePage}},
		Types: []interp.Type{nodeType, documentType},
	}
}

var nodeType = interp.Type{
	Name: "html.node",
	Of:   (*node)(nil),
	Methods: []interp.Def{
		{Name: "find", Fn: find},
		{Name: "first", Fn: first},
		{Name: "text", Fn: text},
		{Name: "attr", Fn: attribute},
		{Name: "html", Fn: outer},
		{Name: "children", Fn: children},
	},
	String: func(v any) string { return "html.node: " + v.(*node).tag() },
	Equal:  func(a, b any) bool { return a.(*node).n == b.(*node).n },
	Field: func(v any, name string) any {
		if name == "tag" {
			return v.(*node).tag()
		}
		return nil
	},
}

// documentType is for the tree itself, which scripts do not see: what it takes is counted by it.
var documentType = interp.Type{Name: "html.document", Of: (*document)(nil)}

// node is a node as scripts see it.
type node struct {
	n   *html.Node
	doc interp.Value // the *document
}

// Contents implements interp.Container.
func (n *node) Contents(yield func(v interp.Value)) { yield(n.doc) }

func (n *node) tag() string {
	if n.n.Type == html.ElementNode {
		return n.n.Data
	}
	return "document"
}

// parsePage is html.parse(s [, opts]).
func parsePage(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	var base string
	if err := c.Options(2, map[string]any{"base": &base}); err != nil {
		return err
	}
	var to *url.URL
	if opts, ok := c.Arg(2).Table(); ok && !opts.Field("base").IsNil() {
		if to, err = baseURL(base); err != nil {
			return c.ArgError(2, "option 'base': "+err.Error())
		}
	}
	var d *document
	err = c.Compute(len(s), largePage, func(w *interp.Work) error {
		made, err := parse(w, s, to)
		d = made
		return err
	})
	if err != nil {
		return parseError(err)
	}
	doc, err := c.Value(d)
	if err != nil {
		return err
	}
	return c.Return(&node{d.root, doc})
}

// query is the selector in the first argument.
func query(c *interp.Call) (selector, error) {
	if c.Arg(1).Type() != "string" {
		return nil, c.TypeError(1, "selector of CSS")
	}
	sel, err := parseSelector(c.Arg(1).String())
	if err != nil {
		return nil, c.ArgError(1, "no selector of CSS: "+err.Error())
	}
	return sel, nil
}

// search calls yield for what the first argument selects.
func search(c *interp.Call, yield func(n *html.Node) bool) error {
	sel, err := query(c)
	if err != nil {
		return err
	}
	return sel.find(interp.Self[*node](c).n, func() error { return c.Spend(256 * len(sel)) }, yield)
}

// found is a node below another as a value.
func (n *node) found(c *interp.Call, below *html.Node) (interp.Value, error) {
	return c.Value(&node{below, n.doc})
}

// find is node:find(css).
func find(c *interp.Call) error {
	var all []*html.Node
	if err := search(c, func(n *html.Node) bool {
		all = append(all, n)
		return true
	}); err != nil {
		return err
	}
	return list(c, all)
}

func list(c *interp.Call, all []*html.Node) error {
	self := interp.Self[*node](c)
	t := c.NewTable(len(all))
	t.MarkList()
	for i, n := range all {
		v, err := self.found(c, n)
		if err != nil {
			return err
		}
		t.SetIndex(i+1, v)
		if err := c.Spend(64); err != nil {
			return err
		}
	}
	return c.Return(t)
}

// first is node:first(css).
func first(c *interp.Call) error {
	var one *html.Node
	if err := search(c, func(n *html.Node) bool {
		one = n
		return false
	}); err != nil {
		return err
	}
	if one == nil {
		return c.Return(nil)
	}
	v, err := interp.Self[*node](c).found(c, one)
	if err != nil {
		return err
	}
	return c.Return(v)
}

// children is node:children().
func children(c *interp.Call) error {
	var all []*html.Node
	for n := interp.Self[*node](c).n.FirstChild; n != nil; n = n.NextSibling {
		if n.Type == html.ElementNode {
			all = append(all, n)
		}
		if err := c.Spend(64); err != nil {
			return err
		}
	}
	return list(c, all)
}

// text is node:text().
func text(c *interp.Call) error {
	var b strings.Builder
	var m data.Meter
	top := interp.Self[*node](c).n
	for n := top; n != nil; {
		skip := n.Type == html.ElementNode && n != top && (n.DataAtom == atom.Script || n.DataAtom == atom.Style)
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
			if err := m.Wrote(c, b.Len()); err != nil {
				return err
			}
		}
		if err := c.Spend(64); err != nil {
			return err
		}
		n = after(n, top, !skip)
	}
	return c.Return(b.String())
}

// attribute is node:attr(name).
func attribute(c *interp.Call) error {
	if c.Arg(1).Type() != "string" {
		return c.TypeError(1, "string")
	}
	name := strings.ToLower(c.Arg(1).String())
	for _, a := range interp.Self[*node](c).n.Attr {
		key := a.Key
		if a.Namespace != "" {
			key = a.Namespace + ":" + key
		}
		if strings.EqualFold(key, name) {
			return c.Return(a.Val)
		}
	}
	return c.Return(nil)
}

// outer is node:html().
func outer(c *interp.Call) error {
	w := &metered{c: c}
	top := interp.Self[*node](c).n
	defer escapeNoscript(top)()
	if err := html.Render(w, top); err != nil {
		return err
	}
	return c.Return(c.Adopt(w.b))
}

// escapeNoscript escapes the text in noscript, which html.Render writes as it is, as if scripts ran, until it is undone. Nobody else sees
// it: the tree is the loop's, and rendering does not wait.
func escapeNoscript(top *html.Node) (undo func()) {
	was := map[*html.Node]string{}
	for n := range nodes(top) {
		if p := n.Parent; n.Type == html.TextNode && p != nil && p.DataAtom == atom.Noscript && p.Namespace == "" {
			was[n] = n.Data
			n.Data = html.EscapeString(n.Data)
		}
	}
	return func() {
		for n, s := range was {
			n.Data = s
		}
	}
}

// metered is what the markup is written to.
type metered struct {
	c *interp.Call
	m data.Meter
	b []byte
}

func (w *metered) Write(p []byte) (int, error) {
	w.b = append(w.b, p...)
	return len(p), w.m.Wrote(w.c, len(w.b))
}
