package html

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// Bounds of a selector.
const (
	maxSelector = 2000 // bytes
	maxParts    = 63   // compound selectors of one that combinators join
	maxChoices  = 100  // selectors that commas part
)

// chain is a selector without commas: compound selectors, and how each is joined to the one before it. A walk over the tree carries
// along which beginnings of the chain end at which nodes, so that it takes one step for each node and part, however the parts are
// joined; the library alone tries every way up through the ancestors.
type chain struct {
	parts    []cascadia.Sel // nil: the node from which is searched
	joins    []byte         // before the part of that index: ' ' '>' '+' '~'
	siblings bool           // there is a + or ~
}

// selector is a whole one.
type selector []chain

// parseSelector reads a selector of CSS.
func parseSelector(s string) (selector, error) {
	if len(s) > maxSelector {
		return nil, fmt.Errorf("a selector of %d bytes; %d are the most", len(s), maxSelector)
	}
	if err := tame(s); err != nil {
		return nil, err
	}
	words, err := split(s)
	if err != nil {
		return nil, err
	}
	var all selector
	c, join, first := chain{}, byte(0), true // first: nothing of the chain was there yet
	end := func() error {
		switch {
		case len(c.parts) == 0 || join != 0 && join != ' ':
			return errors.New("a selector is missing")
		case len(all) == maxChoices:
			return fmt.Errorf("more than %d selectors", maxChoices)
		}
		all = append(all, c)
		c, join, first = chain{}, 0, true
		return nil
	}
	for _, w := range words {
		switch {
		case w == ",":
			if err := end(); err != nil {
				return nil, err
			}
			continue
		case w == " ":
			if join == 0 && !first {
				join = ' '
			}
			continue
		case w == ">" || w == "+" || w == "~":
			if join != 0 && join != ' ' {
				return nil, fmt.Errorf("%q stands behind %q", w, join)
			}
			if first { // it starts from the node itself
				c.parts, c.joins = append(c.parts, nil), append(c.joins, 0)
			}
			join, first = w[0], false
			c.siblings = c.siblings || join != '>'
			continue
		}
		sel, err := cascadia.Parse(w)
		if err != nil {
			return nil, fmt.Errorf("%.100q: %s", w, strings.TrimPrefix(err.Error(), "cascadia: "))
		}
		if len(c.parts) == maxParts {
			return nil, fmt.Errorf("more than %d selectors joined", maxParts)
		}
		c.parts, c.joins = append(c.parts, sel), append(c.joins, join)
		join, first = 0, false
	}
	return all, end()
}

// tame refuses what the library has beyond CSS and would not end soon.
func tame(s string) error {
	lower := strings.ToLower(s)
	for _, name := range []string{":matches(", ":matchesown("} {
		if strings.Contains(lower, name) {
			return fmt.Errorf("%s...) is not there: use re on the text of what is found", name)
		}
	}
	if strings.Contains(lower, "#=") {
		return errors.New("[name#=...] is not there: use re on the attribute of what is found")
	}
	return nil
}

// Joins of selectors inside parentheses, which the library follows step by step up the tree.
const (
	maxInner = 2 // in :not, :is...
	maxInHas = 1 // in :has, which looks through all that is below
)

// split parts a selector into compound selectors, combinators, blanks and commas.
func split(s string) (words []string, err error) {
	const blanks = " \t\n\r\f"
	start, quote, joins := 0, byte(0), 0
	var inside []string // the names of the open brackets
	flush := func(i int) {
		if i > start {
			words = append(words, s[start:i])
		}
		start = i + 1
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(' || c == '[':
			name := ""
			if c == '(' {
				name = strings.ToLower(s[strings.LastIndexByte(s[:i], ':')+1 : i])
			}
			if name == "has" && slices.Contains(inside, "has") {
				return nil, errors.New(":has inside :has is not there")
			}
			inside = append(inside, name)
		case c == ')' || c == ']':
			if len(inside) == 0 {
				return nil, errors.New("there is a bracket too many")
			}
			inside = inside[:len(inside)-1]
		case len(inside) > 0:
			switch name := inside[len(inside)-1]; {
			case name == "" || strings.HasPrefix(name, "nth-") || strings.HasPrefix(name, "contains"):
			case strings.IndexByte(blanks+">+~", c) >= 0 && strings.IndexByte(blanks+">+~(,", s[i-1]) < 0:
				if joins++; joins > maxInner || joins > maxInHas && slices.Contains(inside, "has") {
					return nil, errors.New("more is joined inside parentheses than can be found soon; use find on what is found")
				}
			}
		case strings.IndexByte(blanks, c) >= 0:
			flush(i)
			words = append(words, " ")
		case strings.IndexByte(",>+~", c) >= 0:
			flush(i)
			words = append(words, string(c))
		}
	}
	flush(len(s))
	if quote != 0 || len(inside) > 0 {
		return nil, errors.New("it ends inside quotes or brackets")
	}
	return words, nil
}

// at is what a chain has come to at a node: bit i says that its parts up to the i-th lead there.
type at struct {
	here  uint64
	above uint64 // of all ancestors
	left  uint64 // of all siblings before it
	prev  uint64 // of the one before it
}

// step is the state of the element n below parent, behind prev, its element before.
func (c *chain) step(n, scope *html.Node, parent at, prev at) at {
	s := at{above: parent.above | parent.here, left: prev.left | prev.here, prev: prev.here}
	for i, sel := range c.parts {
		if i > 0 {
			before := uint64(1) << (i - 1)
			ok := false
			switch c.joins[i] {
			case ' ':
				ok = s.above&before != 0
			case '>':
				ok = parent.here&before != 0
			case '+':
				ok = s.prev&before != 0
			case '~':
				ok = s.left&before != 0
			}
			if !ok {
				continue
			}
		}
		if sel == nil && n == scope || sel != nil && sel.Match(n) {
			s.here |= 1 << i
		}
	}
	return s
}

// whole reports whether the whole chain leads there.
func (c *chain) whole(s at) bool { return s.here&(1<<(len(c.parts)-1)) != 0 }

// state is that of a node that is not below what is searched, looked up along the way to it.
func (c *chain) state(n, scope *html.Node) at {
	if len(c.parts) == 1 {
		return at{}
	}
	var way []*html.Node
	for p := n; p != nil; p = p.Parent {
		way = append(way, p)
	}
	var s at
	for i := len(way) - 1; i >= 0; i-- {
		prev := at{}
		if c.siblings {
			first := way[i]
			for first.PrevSibling != nil {
				first = first.PrevSibling
			}
			for ; first != way[i]; first = first.NextSibling {
				if first.Type == html.ElementNode {
					prev = c.step(first, scope, s, prev)
				}
			}
		}
		if way[i].Type == html.ElementNode || way[i] == scope {
			s = c.enter(way[i], scope, s, prev)
		}
	}
	return s
}

// enter is step, also for a document, which no selector of CSS matches.
func (c *chain) enter(n, scope *html.Node, parent, prev at) at {
	if n.Type != html.ElementNode {
		s := at{}
		if c.parts[0] == nil && n == scope {
			s.here = 1
		}
		return s
	}
	return c.step(n, scope, parent, prev)
}

// find calls yield for each element below top that the selector matches, until it returns false. did is called for each node.
func (sel selector) find(top *html.Node, did func() error, yield func(n *html.Node) bool) error {
	type level struct {
		parent, prev at
	}
	states := make([][]level, len(sel)) // of each chain, one for each level below top
	for i := range sel {
		states[i] = []level{{parent: sel[i].state(top, top)}}
	}
	depth := 0
	for n := top.FirstChild; n != nil; {
		if err := did(); err != nil {
			return err
		}
		if n.Type == html.ElementNode {
			found := false
			for i := range sel {
				l := &states[i][depth]
				l.prev = sel[i].step(n, top, l.parent, l.prev)
				found = found || sel[i].whole(l.prev)
			}
			if found && !yield(n) {
				return nil
			}
			if n.FirstChild != nil {
				for i := range sel {
					states[i] = append(states[i], level{parent: states[i][depth].prev})
				}
				depth++
				n = n.FirstChild
				continue
			}
		}
		for n.NextSibling == nil {
			if n = n.Parent; n == top {
				return nil
			}
			depth--
			for i := range sel {
				states[i] = states[i][:depth+1]
			}
		}
		n = n.NextSibling
	}
	return nil
}
