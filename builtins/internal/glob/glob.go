// Package glob matches names and paths with patterns, as scripts write them: * ? [a-z] {a,b} and **.
package glob

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// Bounds of a pattern.
const (
	maxPattern = 4096 // bytes
	maxBraces  = 1000 // patterns that {a,b} stands for
)

// Pattern is a glob: alternatives, each of which is a list of segments.
type Pattern struct {
	text   string
	alts   [][]segment
	dirs   []bool // of each: a slash at its end says that it is for folders
	byName bool   // it has no / and is for names
}

// segment matches what stands between two slashes.
type segment struct {
	deep    bool // **: any number of them
	items   []item
	literal string // what it matches, if that is one name
	fixed   bool   // it is one name
	dot     bool   // it begins with a dot itself
}

// item matches one character, or with star any number.
type item struct {
	star, any bool
	char      rune
	set       []charRange // nil: char
	negate    bool
}

type charRange struct{ from, to rune }

// New reads a glob.
func New(text string) (*Pattern, error) {
	if len(text) > maxPattern {
		return nil, fmt.Errorf("a pattern of %d bytes; %d are the most", len(text), maxPattern)
	}
	p := &Pattern{text: text, byName: !strings.Contains(text, "/")}
	texts, err := braces(text)
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		var segments []segment
		for i, part := range strings.Split(t, "/") {
			if part == "" && i > 0 {
				continue // a slash at the end, or two
			}
			if part == "." && i > 0 {
				continue
			}
			s, err := newSegment(part)
			if err != nil {
				return nil, err
			}
			if s.deep && len(segments) > 0 && segments[len(segments)-1].deep {
				continue
			}
			segments = append(segments, s)
		}
		p.alts = append(p.alts, segments)
		p.dirs = append(p.dirs, strings.HasSuffix(t, "/"))
	}
	return p, nil
}

// quotes reports whether \ quotes: not where it is what / is elsewhere.
const quotes = runtime.GOOS != "windows"

// braces are the patterns that one with {a,b} stands for.
func braces(text string) ([]string, error) {
	start, depth, inSet := -1, 0, false
	var commas []int
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quotes:
			i++
		case inSet:
			if c == ']' && text[i-1] != '[' && text[i-1] != '!' && text[i-1] != '^' {
				inSet = false
			}
		case c == '[':
			inSet = strings.IndexByte(text[i+1:], ']') >= 0
		case c == '{':
			if depth == 0 {
				start, commas = i, nil
			}
			depth++
		case c == ',' && depth == 1:
			commas = append(commas, i)
		case c == '}' && depth > 0:
			if depth--; depth > 0 {
				continue
			}
			rest, err := braces(text[i+1:])
			if err != nil {
				return nil, err
			}
			var all []string
			from := start + 1
			for _, to := range append(commas, i) {
				inner, err := braces(text[from:to])
				if err != nil {
					return nil, err
				}
				for _, a := range inner {
					for _, b := range rest {
						if all = append(all, text[:start]+a+b); len(all) > maxBraces {
							return nil, fmt.Errorf("it stands for more than %d patterns", maxBraces)
						}
					}
				}
				from = to + 1
			}
			return all, nil
		}
	}
	if depth > 0 {
		return nil, errors.New("a { is not closed")
	}
	return []string{text}, nil
}

func newSegment(text string) (s segment, err error) {
	if text == "**" {
		return segment{deep: true}, nil
	}
	s.dot = strings.HasPrefix(text, ".")
	var literal strings.Builder
	fixed := true
	for i := 0; i < len(text); {
		r, n := decode(text[i:])
		at := i
		i += n
		switch {
		case r == '\\' && quotes:
			if i == len(text) {
				return s, errors.New("nothing stands behind the last \\")
			}
			r, n = decode(text[i:])
			at = i
			i += n
			literal.WriteString(text[at:i])
			s.items = append(s.items, item{char: r})
		case r == '*':
			fixed = false
			if len(s.items) == 0 || !s.items[len(s.items)-1].star {
				s.items = append(s.items, item{star: true})
			}
		case r == '?':
			fixed = false
			s.items = append(s.items, item{any: true})
		case r == '[':
			fixed = false
			it, end, err := newSet(text, i)
			if err != nil {
				return s, err
			}
			i = end
			s.items = append(s.items, it)
		default:
			literal.WriteString(text[at:i])
			s.items = append(s.items, item{char: r})
		}
	}
	s.fixed, s.literal = fixed, literal.String()
	return s, nil
}

// newSet reads a set behind its [.
func newSet(text string, i int) (it item, end int, err error) {
	if i < len(text) && (text[i] == '!' || text[i] == '^') {
		it.negate = true
		i++
	}
	for first := true; ; first = false {
		if i >= len(text) {
			return it, i, errors.New("a [ is not closed")
		}
		if text[i] == ']' && !first {
			return it, i + 1, nil
		}
		next := func() rune {
			if text[i] == '\\' && quotes && i+1 < len(text) {
				i++
			}
			r, n := decode(text[i:])
			i += n
			return r
		}
		from := next()
		to := from
		if i+1 < len(text) && text[i] == '-' && text[i+1] != ']' {
			i++
			if to = next(); to < from {
				return it, i, fmt.Errorf("the range %c-%c ends before it begins", from, to)
			}
		}
		it.set = append(it.set, charRange{from, to})
	}
}

// decode is the first character of s. A byte that is no UTF-8 stands for itself, above all characters.
func decode(s string) (r rune, n int) {
	if r, n = utf8.DecodeRuneInString(s); r == utf8.RuneError && n == 1 {
		r = utf8.MaxRune + 1 + rune(s[0])
	}
	return r, n
}

// match reports whether the segment matches a name.
func (s *segment) match(name string, hidden bool) bool {
	if !hidden && !s.dot && strings.HasPrefix(name, ".") {
		return false
	}
	if s.fixed {
		return s.literal == name
	}
	star, back := -1, 0
	i, j := 0, 0
	for j < len(name) {
		r, n := decode(name[j:])
		if i < len(s.items) {
			switch it := &s.items[i]; {
			case it.star:
				star, back = i, j
				i++
				continue
			case it.one(r):
				i++
				j += n
				continue
			}
		}
		if star < 0 {
			return false
		}
		_, n = utf8.DecodeRuneInString(name[back:])
		back += n
		i, j = star+1, back
	}
	for i < len(s.items) && s.items[i].star {
		i++
	}
	return i == len(s.items)
}

func (it *item) one(r rune) bool {
	switch {
	case it.any:
		return true
	case it.set == nil:
		return it.char == r
	}
	for _, c := range it.set {
		if r >= c.from && r <= c.to {
			return !it.negate
		}
	}
	return it.negate
}

// Match reports whether the pattern matches a path, whose parts are parted by single slashes. hidden says that * matches a dot at the
// beginning of a name.
func (p *Pattern) Match(path string, hidden bool) bool {
	parts := strings.Split(path, "/")
	for _, alt := range p.alts {
		if matchParts(alt, parts, hidden) {
			return true
		}
	}
	return false
}

// MatchEither reports whether a pattern without / matches a name, or one with / a path.
func (p *Pattern) MatchEither(name, path string) bool {
	if p.byName {
		return p.Match(name, true)
	}
	return p.Match(path, true)
}

func matchParts(segments []segment, parts []string, hidden bool) bool {
	deep, back := -1, 0
	i, j := 0, 0
	for j < len(parts) {
		if i < len(segments) {
			switch s := &segments[i]; {
			case s.deep:
				deep, back = i, j
				i++
				continue
			case s.match(parts[j], hidden):
				i++
				j++
				continue
			}
		}
		if deep < 0 || !hidden && strings.HasPrefix(parts[back], ".") { // ** enters no dot folder
			return false
		}
		back++
		i, j = deep+1, back
	}
	for i < len(segments) && segments[i].deep {
		i++
	}
	return i == len(segments)
}

// Below reports whether the pattern may match something below a folder with that path: it need not be entered otherwise.
func (p *Pattern) Below(path string, hidden bool) bool {
	parts := strings.Split(path, "/")
	for _, alt := range p.alts {
		for i := 0; ; i++ {
			switch {
			case i == len(alt):
			case alt[i].deep:
				return hidden || noDot(parts[i:])
			case i == len(parts):
				return true
			case alt[i].match(parts[i], hidden):
				continue
			}
			break
		}
	}
	return false
}

func noDot(parts []string) bool {
	for _, p := range parts {
		if strings.HasPrefix(p, ".") {
			return false
		}
	}
	return true
}

// Escape is a name as a pattern that matches nothing else.
func Escape(name string) string {
	var b strings.Builder
	for i := range len(name) {
		switch c := name[i]; c {
		case '*', '?', '[', '{', '}', '\\':
			switch {
			case c == '\\' && !quotes:
				b.WriteByte(c)
				continue
			case quotes:
				b.WriteByte('\\')
			case c != '{' && c != '}':
				b.WriteByte('[')
				b.WriteByte(c)
				b.WriteByte(']')
				continue
			}
			b.WriteByte(c)
		default:
			b.WriteByte(name[i])
		}
	}
	return b.String()
}

// Argument reads v, a pattern or a list of them, which is the option of that name in the i-th argument or, where name is "", that argument.
func Argument(c *interp.Call, i int, name string, v interp.Value) ([]*Pattern, error) {
	if v.IsNil() {
		return nil, nil
	}
	wrong := func(err error) error {
		if name == "" {
			return c.ArgError(i, err.Error())
		}
		return c.ArgError(i, "option '"+name+"': "+err.Error())
	}
	one := func(v interp.Value) (*Pattern, error) {
		s, ok := v.Text()
		if !ok {
			return nil, wrong(fmt.Errorf("pattern or list of patterns expected, got %s", data.TypeOf(v)))
		}
		p, err := New(s)
		if err != nil {
			return nil, wrong(fmt.Errorf("pattern %.60q: %w", s, err))
		}
		return p, nil
	}
	t, ok := v.Table()
	if !ok {
		p, err := one(v)
		return []*Pattern{p}, err
	}
	var all []*Pattern
	for j := 1; j <= t.Len(); j++ {
		p, err := one(t.Index(j))
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// Any reports whether one of the patterns matches, as MatchEither does.
func Any(all []*Pattern, name, path string) bool {
	for _, p := range all {
		if p.MatchEither(name, path) {
			return true
		}
	}
	return false
}

// Alternatives is how many patterns it stands for.
func (p *Pattern) Alternatives() int { return len(p.alts) }

// Start is where the paths begin that a part of a pattern matches, and what the rest of them matches.
type Start struct {
	Path string   // "": anywhere
	Rest *Pattern // nil: nothing stands behind Path
	Dirs bool     // only folders are meant: a slash is at the end
}

// Starts are the parts of the pattern, each with the first of its names that are no patterns taken off.
func (p *Pattern) Starts() []Start {
	var all []Start
	for i, alt := range p.alts {
		s := Start{Dirs: p.dirs[i]}
		var rest []segment
		if s.Path, rest = fixedStart(alt); len(rest) > 0 {
			s.Rest = &Pattern{text: p.text, alts: [][]segment{rest}}
		}
		all = append(all, s)
	}
	return all
}

// fixedStart are the first segments that are names, as a path, and the rest.
func fixedStart(alt []segment) (start string, rest []segment) {
	i := 0
	for i < len(alt) && alt[i].fixed && !alt[i].deep {
		if i == 0 && alt[0].literal == "" {
			start = "/"
		} else {
			if start != "" && start != "/" {
				start += "/"
			}
			start += alt[i].literal
		}
		i++
	}
	return start, alt[i:]
}
