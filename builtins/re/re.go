// Package re is the table re: regular expressions as RE2 and Go have them, in the manner of Lua's string functions. A search takes time
// that grows with the text alone, ends when its task does, and its pattern has a bound.
package re

import (
	_ "embed"
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

//go:embed re.lua
var stub string

// Module is the table re.
func Module() interp.Module {
	k := &cache{} // of all runtimes that have the module: patterns are not changed
	return interp.Module{
		Name: "re",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "find", Fn: k.find},
			{Name: "match", Fn: k.match},
			{Name: "gmatch", Fn: k.gmatch},
			{Name: "gsub", Fn: k.gsub},
			{Name: "split", Fn: k.split},
			{Name: "groups", Fn: k.groups},
			{Name: "escape", Fn: escape},
		},
	}
}

// arguments are the text and the pattern that each function begins with.
func (k *cache) arguments(c *interp.Call) (s string, p *pattern, err error) {
	if s, err = c.Text(1); err == nil {
		p, err = k.pattern(c, 2)
	}
	return s, p, err
}

// first looks for the first match from the byte that the third argument names; the text is taken to begin there. at is how many bytes lie
// before.
func (k *cache) first(c *interp.Call) (s string, p *pattern, loc []int, at int, err error) {
	if s, p, err = k.arguments(c); err != nil {
		return
	}
	if !c.Arg(3).IsNil() {
		var init int
		if init, err = c.Int(3); err != nil {
			return
		}
		switch {
		case init > 0:
			at = min(init-1, len(s))
		case init < 0:
			at = max(0, len(s)+init)
		}
		s = s[at:]
	}
	if len(s) < p.inPlace() {
		if err = c.Checkpoint(); err == nil {
			err = c.Spend(len(s) * (1 + p.size/16))
		}
		if err == nil {
			loc = p.FindStringSubmatchIndex(s)
		}
		return
	}
	var found []int
	err = c.Compute(len(s), p.inPlace(), func(w *interp.Work) (err error) {
		f := newSearcher(p, s)
		found, err = f.next(w)
		return err
	})
	if err == nil {
		loc = found
	}
	return
}

// captures appends the groups of a match in s, or the whole where there are none.
func (p *pattern) captures(w *interp.Work, vals interp.Values, s string, loc []int, whole bool) interp.Values {
	if len(loc) == 2 {
		if whole {
			vals = append(vals, w.Text(s[loc[0]:loc[1]]))
		}
		return vals
	}
	for i := 2; i < len(loc); i += 2 {
		if loc[i] < 0 {
			vals = append(vals, interp.Bool(false))
		} else {
			vals = append(vals, w.Text(s[loc[i]:loc[i+1]]))
		}
	}
	return vals
}

// find is re.find(s, pattern [, init]).
func (k *cache) find(c *interp.Call) error {
	s, p, loc, at, err := k.first(c)
	if err != nil || loc == nil {
		return noMatch(c, err)
	}
	w := c.InPlace()
	vals := append(make(interp.Values, 0, 2+len(loc)/2), w.Number(float64(at+loc[0]+1)), w.Number(float64(at+loc[1])))
	return c.ReturnValues(p.captures(&w, vals, s, loc, false))
}

// noMatch returns nil, unless there is an error.
func noMatch(c *interp.Call, err error) error {
	if err != nil {
		return err
	}
	return c.Return(nil)
}

// match is re.match(s, pattern [, init]).
func (k *cache) match(c *interp.Call) error {
	s, p, loc, _, err := k.first(c)
	if err != nil || loc == nil {
		return noMatch(c, err)
	}
	w := c.InPlace()
	return c.ReturnValues(p.captures(&w, make(interp.Values, 0, 1+len(loc)/2), s, loc, true))
}

// groups is re.groups(s, pattern [, init]).
func (k *cache) groups(c *interp.Call) error {
	s, p, loc, _, err := k.first(c)
	if err != nil {
		return err
	}
	if !p.anyName {
		return c.ArgError(2, "the pattern has no named groups, such as (?P<name>...)")
	}
	if loc == nil {
		return c.Return(nil)
	}
	w := c.InPlace()
	var pairs []interp.Value
	for i, name := range p.names {
		if name != "" && loc[2*i] >= 0 {
			pairs = append(pairs, w.Text(name), w.Text(s[loc[2*i]:loc[2*i+1]]))
		}
	}
	return c.Return(w.Map(pairs))
}

// gmatch is re.gmatch(s, pattern).
func (k *cache) gmatch(c *interp.Call) error {
	s, p, err := k.arguments(c)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	m := &matches{searcher: newSearcher(p, s)}
	text, err := c.Value(s)
	if err != nil {
		return err
	}
	return c.Return(c.NewFunction("re.gmatch", m.call, text))
}

// matches is what re.gmatch goes on with.
type matches struct {
	searcher
	busy bool
}

// call returns the next match.
func (m *matches) call(c *interp.Call) error {
	if m.busy {
		return interp.Errorf(interp.KindError, "re.gmatch: another task looks for the next match, or was cancelled while it did")
	}
	m.busy = true
	var loc []int
	err := c.Compute(0, m.p.inPlace()-max(0, len(m.s)-m.pos), func(w *interp.Work) (err error) { // off the loop where much is left
		loc, err = m.next(w)
		return err
	})
	if err != nil {
		return err
	}
	m.busy = false
	if loc == nil {
		return c.Return(nil)
	}
	w := c.InPlace()
	return c.ReturnValues(m.p.captures(&w, nil, m.s, loc, true))
}

// limit is an optional argument that says how many there may be.
func limit(c *interp.Call, i, least int) (int, error) {
	if c.Arg(i).IsNil() {
		return math.MaxInt, nil
	}
	n, err := c.Number(i)
	switch {
	case err != nil:
		return 0, err
	case n == math.Inf(1):
		return math.MaxInt, nil
	case n != math.Trunc(n) || math.Abs(n) > 1<<53:
		return 0, c.ArgError(i, fmt.Sprintf("integer expected, got %v", c.Arg(i)))
	case n < float64(least):
		return 0, c.ArgError(i, fmt.Sprintf("%d or more expected, got %v", least, c.Arg(i)))
	}
	return int(min(n, math.MaxInt)), nil
}

// split is re.split(s, pattern [, max]).
func (k *cache) split(c *interp.Call) error {
	s, p, err := k.arguments(c)
	if err != nil {
		return err
	}
	most, err := limit(c, 3, 1)
	if err != nil {
		return err
	}
	var list interp.Table
	err = c.Compute(len(s), p.inPlace(), func(w *interp.Work) error {
		var pieces []interp.Value
		f := searcher{p: p, s: s} // an empty match at the beginning splits nothing off
		from := 0
		for len(pieces)+1 < most {
			loc, err := f.next(w)
			if err != nil {
				return err
			}
			if loc == nil || loc[0] == len(s) && loc[1] == loc[0] {
				break
			}
			pieces = append(pieces, w.Text(s[from:loc[0]]))
			from = loc[1]
		}
		list = w.List(append(pieces, w.Text(s[from:])))
		return nil
	})
	if err != nil {
		return err
	}
	return c.Return(list)
}

// escape is re.escape(s).
func escape(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	if err := c.Room(2 * len(s)); err != nil {
		return err
	}
	if err := c.Spend(len(s)); err != nil {
		return err
	}
	return c.Return(regexp.QuoteMeta(s))
}

// gsub is re.gsub(s, pattern, repl [, n]).
func (k *cache) gsub(c *interp.Call) error {
	s, p, err := k.arguments(c)
	if err != nil {
		return err
	}
	most, err := limit(c, 4, 0)
	if err != nil {
		return err
	}
	g := &substitution{searcher: newSearcher(p, s), most: most}
	v := c.Arg(3)
	if text, ok := v.Text(); ok {
		if g.repl, err = parseReplacement(c, p, text); err != nil {
			return err
		}
		err = c.Compute(len(s), p.inPlace(), g.run)
	} else if t, ok := v.Table(); ok {
		err = g.each(c, func(key interp.Value) (interp.Value, error) { return index(c, t, key) })
	} else if v.IsFunction() {
		err = g.each(c, nil)
	} else {
		return c.ArgError(3, "string, table or function expected, got "+data.TypeOf(v))
	}
	if err != nil {
		return err
	}
	if g.n == 0 {
		return c.Return(c.Arg(1), 0)
	}
	if err := c.Room(len(g.out)); err != nil {
		return err
	}
	if cap(g.out) > len(g.out)+len(g.out)/4 {
		return c.Return(string(g.out), g.n)
	}
	return c.Return(c.Adopt(g.out), g.n)
}

// substitution is a gsub under way.
type substitution struct {
	searcher
	repl []part
	most int
	n    int // replaced
	from int // what of s is in out already
	out  []byte
}

// run replaces all that matches by text.
func (g *substitution) run(w *interp.Work) error {
	for g.n < g.most {
		loc, err := g.next(w)
		if err != nil {
			return err
		}
		if loc == nil {
			break
		}
		before := cap(g.out)
		g.out = append(g.out, g.s[g.from:loc[0]]...)
		for _, part := range g.repl {
			if part.group < 0 {
				g.out = append(g.out, part.text...)
			} else if i := 2 * part.group; loc[i] >= 0 {
				g.out = append(g.out, g.s[loc[i]:loc[i+1]]...)
			}
		}
		g.from = loc[1]
		g.n++
		if n := cap(g.out) - before; n > 0 {
			if err := w.Take(n); err != nil {
				return err
			}
		}
		if len(g.out) > maxResult {
			return interp.Errorf(interp.KindLimit, "re.gsub: the result has more than %d bytes", maxResult)
		}
	}
	if g.n > 0 {
		g.out = append(g.out, g.s[g.from:]...)
	}
	return nil
}

// maxResult bounds what gsub makes.
const maxResult = 1 << 30

// each replaces what matches by what a table or, where get is nil, the function that is the third argument has for it. The matches are
// looked for some at a time, off the loop where much is left.
func (g *substitution) each(c *interp.Call, get func(key interp.Value) (interp.Value, error)) error {
	asked := 0
	for more := true; more && g.n < g.most; {
		var found [][]int
		if err := c.Compute(0, g.p.inPlace()-max(0, len(g.s)-g.pos), func(w *interp.Work) (err error) {
			found, err = g.some(w)
			return err
		}); err != nil {
			return err
		}
		more = len(found) > 0
		for _, loc := range found {
			g.n++
			v, err := g.replacement(c, loc, get)
			if err != nil {
				return err
			}
			g.out = append(g.out, g.s[g.from:loc[0]]...)
			g.from = loc[1]
			if text, ok := v.Text(); ok {
				g.out = append(g.out, text...)
			} else if e, ok := v.Object().(*interp.Error); ok {
				g.out = append(g.out, e.Error()...)
			} else if v.Truth() {
				return interp.Errorf(interp.KindError, "invalid replacement value (a %s)", data.TypeOf(v))
			} else {
				g.out = append(g.out, g.s[loc[0]:loc[1]]...)
			}
			if len(g.out) > asked {
				asked = 2 * len(g.out)
				if err := c.Room(asked); err != nil {
					return err
				}
			}
		}
	}
	if g.n > 0 {
		g.out = append(g.out, g.s[g.from:]...)
	}
	return nil
}

// atOnce is about how many positions some looks up.
const atOnce = 4096

// some are the next matches: none are left where it returns none.
func (g *substitution) some(w *interp.Work) (found [][]int, err error) {
	for positions := 0; positions < atOnce && len(found) < g.most-g.n; {
		loc, err := g.next(w)
		if loc == nil || err != nil {
			return found, err
		}
		found = append(found, loc)
		positions += len(loc)
	}
	return found, nil
}

// replacement is what get or the function has for a match.
func (g *substitution) replacement(c *interp.Call, loc []int, get func(key interp.Value) (interp.Value, error)) (interp.Value, error) {
	w := c.InPlace()
	vals := g.p.captures(&w, nil, g.s, loc, true)
	if get != nil {
		return get(vals[0])
	}
	vals, err := c.Call(c.Arg(3), vals...)
	return vals.Get(1), err
}

// index is t[key], as far as tables and functions stand behind t.
func index(c *interp.Call, t interp.Table, key interp.Value) (interp.Value, error) {
	name := key.String()
	if key.Type() == "boolean" { // a group that took no part
		return interp.Value{}, nil
	}
	for range 100 {
		if v := t.Field(name); !v.IsNil() {
			return v, nil
		}
		mt, ok := t.Value().Metatable()
		if !ok {
			return interp.Value{}, nil
		}
		behind := mt.Field("__index")
		if behind.IsFunction() {
			vals, err := c.Call(behind, t.Value(), key)
			return vals.Get(1), err
		}
		if t, ok = behind.Table(); !ok {
			return interp.Value{}, nil
		}
	}
	return interp.Value{}, interp.Errorf(interp.KindError, "loop in gettable")
}

// part is a piece of a replacement: text, or a group.
type part struct {
	text  string
	group int // -1: text
}

// parseReplacement reads a replacement: %0 to %9 are groups, %1 the whole match where there are none, and %% is a %.
func parseReplacement(c *interp.Call, p *pattern, s string) (parts []part, err error) {
	for s != "" {
		i := strings.IndexByte(s, '%')
		if i < 0 {
			return append(parts, part{s, -1}), nil
		}
		if i > 0 {
			parts = append(parts, part{s[:i], -1})
		}
		if i+1 >= len(s) {
			return nil, c.ArgError(3, "the replacement ends with %; %% stands for it")
		}
		switch d := s[i+1]; {
		case d == '%':
			parts = append(parts, part{"%", -1})
		case d >= '0' && d <= '9':
			group := int(d - '0')
			if group == 1 && p.NumSubexp() == 0 {
				group = 0
			}
			if group > p.NumSubexp() {
				return nil, c.ArgError(3, fmt.Sprintf("the replacement has %%%d, and the pattern %d groups", group, p.NumSubexp()))
			}
			parts = append(parts, part{"", group})
		default:
			return nil, c.ArgError(3, "the replacement has "+data.Byte(s, i+1)+" behind a %; %0 to %9 are groups, and %% stands for %")
		}
		s = s[i+2:]
	}
	return parts, nil
}
