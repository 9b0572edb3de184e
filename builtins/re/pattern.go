package re

import (
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
)

// Bounds of a pattern, and of what is kept of them.
const (
	maxPattern = 256 << 10 // bytes
	maxProgram = 20_000    // instructions, about
	keptCount  = 100       // patterns, of each generation
	keptSize   = 100_000   // instructions
)

// pattern is a compiled pattern.
type pattern struct {
	*regexp.Regexp
	size    int    // of its program, about
	prefix  string // what every match begins with
	names   []string
	anyName bool
	looks   bool // it asks what stands before a match, as ^ and \b do
	behind  func() (*regexp.Regexp, error)
}

// cache keeps the patterns that were used last: those of the generation before come back when they are used again.
type cache struct {
	mu        sync.Mutex
	now, then map[string]*pattern
	size      int // of now
}

func (k *cache) get(s string) *pattern {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := k.now[s]
	if p == nil {
		if p = k.then[s]; p != nil {
			k.put(s, p)
		}
	}
	return p
}

func (k *cache) add(s string, p *pattern) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.put(strings.Clone(s), p)
}

func (k *cache) put(s string, p *pattern) {
	if k.now == nil || len(k.now) >= keptCount || k.size+p.size > keptSize && len(k.now) > 0 {
		k.now, k.then, k.size = map[string]*pattern{}, k.now, 0
	}
	k.now[s] = p
	k.size += p.size
}

// pattern is the i-th argument as a pattern.
func (k *cache) pattern(c *interp.Call, i int) (*pattern, error) {
	s, err := c.Text(i)
	if err != nil {
		return nil, err
	}
	if p := k.get(s); p != nil {
		return p, nil
	}
	if len(s) > maxPattern {
		return nil, c.ArgError(i, fmt.Sprintf("the pattern has %d bytes; %d are the most", len(s), maxPattern))
	}
	if err := c.Spend(64 * len(s)); err != nil {
		return nil, err
	}
	p, err := compile(s)
	if err != nil {
		return nil, c.ArgError(i, wrong(err))
	}
	if err := c.Spend(64 * p.size); err != nil {
		return nil, err
	}
	k.add(s, p)
	return p, nil
}

// compile compiles a pattern whose program is not too large: repetitions of repetitions are counted before they are written out.
func compile(s string) (*pattern, error) {
	tree, err := syntax.Parse(s, syntax.Perl)
	if err != nil {
		return nil, err
	}
	size, looks := measure(tree)
	if size > maxProgram {
		return nil, fmt.Errorf("the pattern is too large: its repetitions come to some %d steps, of %d", size, maxProgram)
	}
	rx, err := regexp.Compile(s)
	if err != nil {
		return nil, err
	}
	p := &pattern{Regexp: rx, size: size, names: rx.SubexpNames(), looks: looks}
	p.prefix, _ = rx.LiteralPrefix()
	for _, n := range p.names {
		p.anyName = p.anyName || n != ""
	}
	// The character before a match counts where the search does not begin with the text: then one character before is searched as
	// well, of which nothing may be part of the match.
	p.behind = sync.OnceValues(func() (*regexp.Regexp, error) {
		if strings.Contains(s, `\Q`) { // it may have no end
			s = tree.String()
		}
		return regexp.Compile(`\A(?s:.)(?s:.*?)(` + s + `)`)
	})
	return p, nil
}

// measure is about how many instructions a pattern comes to, and whether it looks at what stands before a match.
func measure(re *syntax.Regexp) (size int, looks bool) {
	const most = 1 << 20 // a thousand times that is an int, and a repetition is of a thousand at most
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpBeginText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		looks = true
	}
	for _, sub := range re.Sub {
		n, l := measure(sub)
		size = min(size+n, most)
		looks = looks || l
	}
	switch re.Op {
	case syntax.OpLiteral:
		size += len(re.Rune)
	case syntax.OpRepeat:
		n := re.Max
		if n < 0 {
			n = re.Min + 1
		}
		size = min(size*max(n, 1)+n, most)
	case syntax.OpCharClass:
		size += 1 + len(re.Rune)/16
	default:
		size++
	}
	return size, looks
}

// wrong says what is wrong with a pattern.
func wrong(err error) string {
	text := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "") + "..."
	}
	for _, s := range []string{"(?=", "(?!", "(?<=", "(?<!", "(?>"} {
		if strings.Contains(text, "`"+s) {
			return "pattern: " + text + ": RE2 has no lookaround, so that it takes linear time"
		}
	}
	if i := strings.LastIndex(text, "`\\"); i >= 0 && i+2 < len(text) && text[i+2] >= '1' && text[i+2] <= '9' {
		return "pattern: " + text + ": RE2 has no back references, so that it takes linear time"
	}
	return "pattern: " + text
}

// searcher looks for the matches of a pattern in a text, one behind the other.
type searcher struct {
	p   *pattern
	s   string
	pos int // where to go on
	end int // of the last match, which an empty one must not touch; -1: there was none
}

func newSearcher(p *pattern, s string) searcher { return searcher{p: p, s: s, end: -1} }

// next is the next match, as FindStringSubmatchIndex gives it; nil: there is none.
func (f *searcher) next(w *interp.Work) (loc []int, err error) {
	for f.pos <= len(f.s) {
		from := f.pos
		if f.p.prefix != "" {
			i := strings.Index(f.s[from:], f.p.prefix)
			if i < 0 {
				i = len(f.s) - from
				f.pos = len(f.s) + 1
				return nil, w.Spend(i / 8)
			}
			from += i
			if err := w.Spend(i / 8); err != nil {
				return nil, err
			}
		}
		if loc, err = f.p.search(w, f.s, from); loc == nil || err != nil {
			f.pos = len(f.s) + 1
			return nil, err
		}
		empty := loc[1] == loc[0]
		if f.pos = loc[1]; empty {
			_, n := utf8.DecodeRuneInString(f.s[loc[1]:])
			f.pos += max(n, 1)
		}
		if empty && loc[0] == f.end {
			continue
		}
		f.end = loc[1]
		return loc, nil
	}
	return nil, nil
}

// direct is by how much the length of a text times that of a program may be searched by package regexp at once, which takes no
// interruption: a millisecond or two. Up to there it keeps a bit for each of them. Above, it is no faster with a string than with a
// reader, which tells how far it looked and ends when it must: a search may go far beyond its match, and that for each match.
const direct = 256 << 10

// once bounds the length of a text times that of a program where it is searched on the loop: 50 ms or so, at worst.
const once = 8 << 20

// inPlace is how many bytes are searched on the loop; more are off it.
func (p *pattern) inPlace() int { return min(interp.LargeInput, once/max(p.size, 1)) }

// search is the first match in s that begins at the byte from or behind.
func (p *pattern) search(w *interp.Work, s string, from int) ([]int, error) {
	rx, base, groups := p.Regexp, from, 0
	if p.looks && from > 0 {
		var err error
		if rx, err = p.behind(); err != nil {
			return nil, err
		}
		_, n := utf8.DecodeLastRuneInString(s[:from])
		base, groups = from-n, 1
	}
	var loc []int
	if text := s[base:]; len(text) < direct/p.size {
		loc = rx.FindStringSubmatchIndex(text)
		if err := w.Spend(64 + len(text)*p.size/64); err != nil {
			return nil, err
		}
	} else {
		r := reader{s: text, w: w, cost: 32 + 4*p.size}
		if loc = rx.FindReaderSubmatchIndex(&r); r.err != nil {
			return nil, r.err
		}
		if err := w.Spend(64 + r.n%lookEvery*r.cost); err != nil { // many short searches are a long one
			return nil, err
		}
	}
	if loc == nil {
		return nil, nil
	}
	if loc = loc[2*groups:]; base > 0 {
		for i, at := range loc {
			if at >= 0 {
				loc[i] = at + base
			}
		}
	}
	return loc, nil
}

// lookEvery is after how many characters a reader tells of its work.
const lookEvery = 64

// reader is a text that ends when the work must.
type reader struct {
	s    string
	i, n int // byte and character
	w    *interp.Work
	cost int // of a character
	err  error
}

// ReadRune implements io.RuneReader.
func (r *reader) ReadRune() (rune, int, error) {
	if r.n++; r.n%lookEvery == 0 {
		if err := r.w.Spend(lookEvery * r.cost); err != nil {
			r.err = err
			return 0, 0, err
		}
	}
	if r.i >= len(r.s) {
		return 0, 0, io.EOF
	}
	if c := r.s[r.i]; c < utf8.RuneSelf {
		r.i++
		return rune(c), 1, nil
	}
	c, n := utf8.DecodeRuneInString(r.s[r.i:])
	r.i += n
	return c, n, nil
}
