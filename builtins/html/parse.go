package html

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/lull-lua/lull/interp"
)

// Bounds of what is parsed.
const (
	maxTags   = 2_000_000 // as many as there are <
	nodeSize  = 200       // about what a node takes, without its text
	maxCopies = 200_000   // nodes that the parser may make beside those of the tags
	maxMarkup = 256       // bytes of a formatting tag that the parser is to compare with others
	maxBodies = 20        // tags html and body, whose attributes the parser collects
)

// formatting are the elements that HTML opens anew, with their attributes, wherever a paragraph or the like has closed them: a text
// of n bytes may have some n² nodes.
var formatting = map[string]bool{
	"b": true, "big": true, "code": true, "em": true, "font": true, "i": true, "nobr": true, "s": true, "small": true, "strike": true,
	"strong": true, "tt": true, "u": true,
}

// errDeep is the error of a text whose elements are nested too deep for the parser.
var errDeep = errors.New("elements inside elements more than 512 deep")

// document is a tree of nodes. It is not changed once it is made.
type document struct {
	root *html.Node
	size int
}

// MemorySize implements interp.Sized.
func (d *document) MemorySize() int { return d.size }

// parse makes the tree of a text. base, unless nil, makes its links absolute.
func parse(w *interp.Work, s string, base *url.URL) (*document, error) {
	text, mark, most, err := tamed(w, s)
	if err != nil {
		return nil, err
	}
	if err := w.Take(nodeSize*most + len(s)); err != nil {
		return nil, err
	}
	root, err := html.ParseWithOptions(&reader{w, text}, html.ParseOptionEnableScripting(false))
	if err != nil && strings.Contains(err.Error(), "exceeds 512") {
		return nil, errDeep
	}
	if err != nil {
		return nil, err
	}
	d := &document{root: root}
	if err := d.finish(w, mark, base); err != nil {
		return nil, err
	}
	return d, nil
}

// reader gives the parser its text, so that there is a moment in which the work may end.
type reader struct {
	w *interp.Work
	s string
}

func (r *reader) Read(p []byte) (int, error) {
	if r.s == "" {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 4096)], r.s)
	r.s = r.s[n:]
	return n, r.w.Spend(16 * n) // a byte of markup costs more than one that is copied
}

// tamed is the text as the parser is given it. Where the parser could come to make many more nodes than there are tags, or to compare
// long lists of attributes again and again, formatting elements get names that begin with a mark, which the text does not have: so
// they are elements like any others, which are not opened anew. The measure is how often a tag could begin, in whatever way the
// parser takes the text: a comment for one reader may be tags for another. There are so many nodes at most.
func tamed(w *interp.Work, s string) (text, mark string, most int, err error) {
	kinds, long, bodies, tags := map[string]bool{}, false, 0, 0
	err = each(w, s, func(at int, name string, closing bool) {
		tags++
		switch {
		case name == "html" || name == "body":
			bodies++
		case closing || !formatting[name] || long:
		default:
			end := tagEnd(s, at)
			if long = end < 0 || len(kinds) > 1000; !long {
				kinds[strings.ToLower(s[at:end])] = true
			}
		}
	})
	copies := 3 * len(kinds) * tags // of those that are alike three are opened anew, at most at each tag
	switch {
	case err != nil:
		return "", "", 0, err
	case tags > maxTags:
		return "", "", 0, interp.Errorf(interp.KindLimit, "html.parse: %d tags; %d are the most", tags, maxTags)
	case !long && copies <= maxCopies && bodies <= maxBodies:
		return s, "", 2*tags + copies, nil
	}
	mark = "lull-"
	for lower := strings.ToLower(s); strings.Contains(lower, mark); {
		mark += "x-"
	}
	if err := w.Take(len(s) + len(mark)*tags); err != nil {
		return "", "", 0, err
	}
	var b strings.Builder
	last, seen := 0, map[string]bool{}
	err = each(w, s, func(at int, name string, closing bool) {
		first := (name == "html" || name == "body") && !seen[name] && !closing
		if first {
			seen[name] = true
		}
		if formatting[name] || (name == "html" || name == "body") && bodies > maxBodies && !first {
			b.WriteString(s[last:at])
			b.WriteString(mark)
			last = at
		}
	})
	b.WriteString(s[last:])
	return b.String(), mark, 2 * tags, err
}

// each calls fn for whatever may be a tag: at is where its name begins, in lower case name, if that is one of those that matter.
func each(w *interp.Work, s string, fn func(at int, name string, closing bool)) error {
	done := 0
	for i := 0; ; {
		next := strings.IndexByte(s[i:], '<')
		if next < 0 {
			return nil
		}
		i += next + 1
		if i-done > 4096 {
			if err := w.Did(i - done); err != nil {
				return err
			}
			done = i
		}
		closing := i < len(s) && s[i] == '/'
		if closing {
			i++
		}
		end := i
		for end < len(s) && end-i < 8 && (s[end]|0x20 >= 'a' && s[end]|0x20 <= 'z') {
			end++
		}
		name := ""
		if end == len(s) || strings.IndexByte(" \t\n\f\r/>", s[end]) >= 0 {
			name = strings.ToLower(s[i:end])
		}
		fn(i, name, closing)
	}
}

// tagEnd is where the tag ends whose name begins at i; -1 if that is too far.
func tagEnd(s string, i int) int {
	quote := byte(0)
	for end := i; end < len(s) && end-i < maxMarkup; end++ {
		switch c := s[end]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return end
		}
	}
	return -1
}

// links are the attributes that are addresses.
var links = map[string]bool{"href": true, "src": true, "action": true, "formaction": true, "poster": true, "cite": true, "data": true, "background": true}

// finish takes the marks away, makes links absolute and counts what the tree takes.
func (d *document) finish(w *interp.Work, mark string, base *url.URL) error {
	unmarked := func(s string) string {
		if mark == "" {
			return s
		}
		return strings.ReplaceAll(s, mark, "")
	}
	based := false
	for n := range nodes(d.root) {
		if n.Data = unmarked(n.Data); mark != "" && n.Type == html.ElementNode && n.DataAtom == 0 {
			n.DataAtom = atom.Lookup([]byte(n.Data))
		}
		d.size += nodeSize + len(n.Data)
		for i := range n.Attr {
			a := &n.Attr[i]
			a.Val = unmarked(a.Val)
			if base != nil && n.Type == html.ElementNode && links[a.Key] && len(a.Val) < 64<<10 {
				to, err := base.Parse(strings.TrimSpace(a.Val))
				if err == nil {
					a.Val = to.String()
				}
				if err == nil && n.DataAtom == atom.Base && a.Key == "href" && !based {
					base, based = to, true
				}
			}
			d.size += 64 + len(a.Key) + len(a.Val)
		}
		if err := w.Spend(128); err != nil {
			return err
		}
	}
	return nil
}

// nodes are a node and all below it, in the order of the text.
func nodes(top *html.Node) func(yield func(n *html.Node) bool) {
	return func(yield func(n *html.Node) bool) {
		for n := top; n != nil; n = after(n, top, true) {
			if !yield(n) {
				return
			}
		}
	}
}

// after is the node behind n in the order of the text, below top; into says whether what is below n counts.
func after(n, top *html.Node, into bool) *html.Node {
	if into && n.FirstChild != nil {
		return n.FirstChild
	}
	for n != top {
		if n.NextSibling != nil {
			return n.NextSibling
		}
		n = n.Parent
	}
	return nil
}

// parseError is the error of parse as a script sees it.
func parseError(err error) error {
	if errors.Is(err, errDeep) {
		return interp.Errorf(interp.KindLimit, "html.parse: %v", err)
	}
	return err
}

// baseURL reads the option base.
func baseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || !u.IsAbs() || u.Host == "" && u.Scheme != "file" {
		return nil, fmt.Errorf("absolute URL expected, got %.100q", s)
	}
	return u, nil
}
