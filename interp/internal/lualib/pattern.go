package lualib

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Lua's patterns (manual, §5.4.1). A pattern is compiled into items once; where each capture opens and closes does not
// depend on the subject, so captures are checked then. What is wrong with a pattern is an error only when matching comes
// to it, as in PUC's lstrlib.c, so it is an item, too.

const (
	maxCaptures = 32
	maxDepth    = 10_000 // items that can be tried again and are open at once
	maxPatterns = 256    // compiled ones kept
	maxKept     = 256    // bytes of a pattern that is kept
)

type itemKind uint8

const (
	itemChar     itemKind = iota // the byte c
	itemAny                      // any byte
	itemSet                      // a byte of set
	itemOpen                     // a capture begins: arg
	itemPosition                 // a capture of a position: arg
	itemClose                    // a capture ends: arg
	itemBack                     // what the capture arg holds
	itemBalance                  // from c to its matching arg
	itemFrontier                 // between a byte not in set and one in it
	itemEnd                      // the subject's end
	itemMatched                  // the pattern's end
	itemError
)

type item struct {
	kind   itemKind
	c      byte
	repeat byte // 0, '*', '+', '-' or '?', for those of one byte
	arg    int
	set    *[256]bool
	stop   int // the only byte that is not in set, or -1
	err    string
}

type pattern struct {
	items    []item
	anchored bool
	literal  string // what every match begins with
	plain    bool   // and that is all
	captures int
	closed   [maxCaptures]bool // at the pattern's end
}

// pattern compiles p. anchors says whether ^ at its beginning is an anchor.
func (lib *Library) pattern(p string, anchors bool) *pattern {
	if c := lib.patterns[p]; c != nil && (anchors || !c.anchored) {
		return c
	}
	c := compilePattern(p, anchors)
	if len(p) <= maxKept && (anchors || !strings.HasPrefix(p, "^")) {
		if len(lib.patterns) >= maxPatterns || lib.patterns == nil {
			lib.patterns = make(map[string]*pattern)
		}
		lib.patterns[p] = c
	}
	return c
}

func compilePattern(p string, anchors bool) *pattern {
	c := &pattern{}
	if anchors && strings.HasPrefix(p, "^") {
		c.anchored = true
		p = p[1:]
	}
	for i := 0; i < len(p); {
		it := item{stop: -1}
		switch ch := p[i]; {
		case ch == '(' || ch == ')':
			i++
			it = c.parenthesis(ch == '(', i < len(p) && p[i] == ')')
			if it.kind == itemPosition {
				i++
			}
		case ch == '$' && i+1 == len(p):
			it.kind = itemEnd
			i++
		case ch == '%' && i+1 < len(p) && p[i+1] == 'b':
			if i += 4; i > len(p) {
				it = item{kind: itemError, err: "unbalanced pattern"}
			} else {
				it.kind, it.c, it.arg = itemBalance, p[i-2], int(p[i-1])
			}
		case ch == '%' && i+1 < len(p) && p[i+1] == 'f':
			if i += 2; i == len(p) || p[i] != '[' {
				it = item{kind: itemError, err: "missing '[' after '%f' in pattern"}
				break
			}
			it, i = single(p, i)
			if it.kind == itemSet {
				it.kind = itemFrontier
			}
		case ch == '%' && i+1 < len(p) && p[i+1] >= '0' && p[i+1] <= '9':
			it.kind, it.arg = itemBack, int(p[i+1])-'1'
			if it.arg < 0 || it.arg >= c.captures || !c.closed[it.arg] {
				it = item{kind: itemError, err: "invalid capture index"}
			}
			i += 2
		default:
			it, i = single(p, i)
			if i < len(p) && it.kind != itemError && strings.IndexByte("*+-?", p[i]) >= 0 {
				it.repeat = p[i]
				i++
			}
		}
		c.items = append(c.items, it)
		if it.kind == itemError {
			break
		}
	}
	c.items = append(c.items, item{kind: itemMatched})
	var lit []byte
	for _, it := range c.items {
		if it.kind != itemChar || it.repeat != 0 && it.repeat != '+' {
			c.plain = it.kind == itemMatched
			break
		}
		if lit = append(lit, it.c); it.repeat != 0 {
			break
		}
	}
	c.literal = string(lit)
	return c
}

func (c *pattern) parenthesis(open, position bool) item {
	if open {
		if c.captures == maxCaptures {
			return item{kind: itemError, err: "too many captures"}
		}
		it := item{kind: itemOpen, arg: c.captures}
		if position {
			it.kind = itemPosition
			c.closed[c.captures] = true
		}
		c.captures++
		return it
	}
	for i := c.captures - 1; i >= 0; i-- {
		if !c.closed[i] {
			c.closed[i] = true
			return item{kind: itemClose, arg: i}
		}
	}
	return item{kind: itemError, err: "invalid pattern capture"}
}

// single compiles what stands at p[i] for one byte, and says where it ends.
func single(p string, i int) (item, int) {
	switch p[i] {
	case '.':
		return item{kind: itemAny, stop: -1}, i + 1
	case '%':
		if i+1 == len(p) {
			return item{kind: itemError, err: "malformed pattern (ends with '%')"}, i + 1
		}
		if set := class(p[i+1]); set != nil {
			return item{kind: itemSet, set: set, stop: -1}, i + 2
		}
		return item{kind: itemChar, c: p[i+1], stop: -1}, i + 2
	case '[':
		return bracket(p, i+1)
	}
	return item{kind: itemChar, c: p[i], stop: -1}, i + 1
}

// bracket compiles the set whose text begins at p[i]. Where it ends is told first, as PUC does: ] is itself in the first
// place and after %.
func bracket(p string, i int) (item, int) {
	not := i < len(p) && p[i] == '^'
	if not {
		i++
	}
	end := i
	for first := true; first || end >= len(p) || p[end] != ']'; first = false {
		if end >= len(p) {
			return item{kind: itemError, err: "malformed pattern (missing ']')"}, end
		}
		if end++; p[end-1] == '%' && end < len(p) {
			end++
		}
	}
	set := new([256]bool)
	for ; i < end; i++ {
		switch {
		case p[i] == '%':
			i++
			if cl := class(p[i]); cl != nil {
				for b := range set {
					set[b] = set[b] || cl[b]
				}
			} else {
				set[p[i]] = true
			}
		case i+2 < end && p[i+1] == '-':
			for b := int(p[i]); b <= int(p[i+2]); b++ {
				set[b] = true
			}
			i += 2
		default:
			set[p[i]] = true
		}
	}
	it := item{kind: itemSet, set: set, stop: -1}
	outside := 0
	for b := range set {
		if set[b] = set[b] != not; !set[b] {
			outside++
			it.stop = b
		}
	}
	if outside != 1 {
		it.stop = -1
	}
	return it, end + 1
}

// class is the set of a letter after %, or nil. Classes are those of the C locale.
func class(c byte) *[256]bool { return classes[c] }

var classes = func() (sets [256]*[256]bool) {
	is := func(lo, hi byte) func(byte) bool { return func(b byte) bool { return b >= lo && b <= hi } }
	or := func(fns ...func(byte) bool) func(byte) bool {
		return func(b byte) bool {
			for _, fn := range fns {
				if fn(b) {
					return true
				}
			}
			return false
		}
	}
	upper, lower, digit := is('A', 'Z'), is('a', 'z'), is('0', '9')
	alnum := or(upper, lower, digit)
	for c, in := range map[byte]func(byte) bool{
		'a': or(upper, lower),
		'c': or(is(0, 31), is(127, 127)),
		'd': digit,
		'l': lower,
		'p': func(b byte) bool { return b > 32 && b < 127 && !alnum(b) },
		's': or(is('\t', '\r'), is(' ', ' ')),
		'u': upper,
		'w': alnum,
		'x': or(digit, is('a', 'f'), is('A', 'F')),
		'z': is(0, 0),
	} {
		yes, no := new([256]bool), new([256]bool)
		for b := range yes {
			yes[b] = in(byte(b))
			no[b] = !yes[b]
		}
		sets[c], sets[c-'a'+'A'] = yes, no
	}
	return
}()

// A capture is of src[from:to], or of the position from where to is -1.
type capture struct{ from, to int }

// matcher matches one pattern against one subject.
type matcher struct {
	l     *lua.LState
	pat   *pattern
	src   string
	steps int // until the next look at interruption
	depth int
	caps  [maxCaptures]capture
	next  *matcher // free list
}

// matcher returns one for a call. Callbacks may wait meanwhile, so each call has its own. Give it back with done.
func (lib *Library) matcher(L *lua.LState, src string, pat *pattern) *matcher {
	m := lib.matchers
	if m == nil {
		m = &matcher{}
	} else {
		lib.matchers = m.next
	}
	m.l, m.src, m.pat, m.steps, m.depth, m.next = L, src, pat, every, 0, nil
	return m
}

func (lib *Library) done(m *matcher) {
	m.l, m.src, m.pat = nil, "", nil
	m.next = lib.matchers
	lib.matchers = m
}

// spend counts n steps.
func (m *matcher) spend(n int) {
	if m.steps -= n; m.steps < 0 {
		m.steps = every
		if m.l != nil {
			vm.Interrupt(m.l)
		}
	}
}

func (m *matcher) fail(text string) { vm.Errorf(m.l, "%s", text) }

// find is the first match at or after from: src[start:end]. start is -1 if there is none.
func (m *matcher) find(from int) (start, end int) {
	p := m.pat
	if p.anchored {
		if e := m.match(from, 0); e >= 0 {
			return from, e
		}
		return -1, -1
	}
	first := &p.items[0]
	for s := from; s <= len(m.src); s++ {
		switch {
		case p.literal != "":
			at := strings.Index(m.src[s:], p.literal)
			if at < 0 {
				m.spend(len(m.src) - s)
				return -1, -1
			}
			m.spend(at)
			if s += at; p.plain {
				return s, s + len(p.literal)
			}
		case first.kind == itemSet && first.repeat != '*' && first.repeat != '-' && first.repeat != '?':
			at := s
			for at < len(m.src) && !first.set[m.src[at]] {
				at++
			}
			m.spend(at - s)
			if s = at; s == len(m.src) {
				return -1, -1
			}
		}
		if e := m.match(s, 0); e >= 0 {
			return s, e
		}
	}
	return -1, -1
}

// match matches the items from i on at s; it is the end of the match, or -1.
func (m *matcher) match(s, i int) int {
	for ; ; i++ {
		it := &m.pat.items[i]
		if m.steps--; m.steps < 0 {
			m.spend(0)
		}
		switch it.kind {
		case itemMatched:
			return s
		case itemChar, itemAny, itemSet:
			switch it.repeat {
			case 0:
				if s >= len(m.src) || !it.matches(m.src[s]) {
					return -1
				}
				s++
			case '+':
				if s >= len(m.src) || !it.matches(m.src[s]) {
					return -1
				}
				return m.longest(s+1, i)
			case '*':
				return m.longest(s, i)
			case '-':
				return m.shortest(s, i)
			case '?':
				if s < len(m.src) && it.matches(m.src[s]) {
					if e := m.deeper(s+1, i+1); e >= 0 {
						return e
					}
				}
			}
		case itemOpen:
			m.caps[it.arg] = capture{from: s, to: s}
		case itemPosition:
			m.caps[it.arg] = capture{from: s, to: -1}
		case itemClose:
			m.caps[it.arg].to = s
		case itemBack:
			c := m.caps[it.arg]
			if c.to < 0 { // a position holds nothing: C compares its length -2 as if it were huge
				return -1
			}
			if !strings.HasPrefix(m.src[s:], m.src[c.from:c.to]) {
				return -1
			}
			s += c.to - c.from
		case itemBalance:
			if s = m.balance(s, it.c, byte(it.arg)); s < 0 {
				return -1
			}
		case itemFrontier:
			var before, after byte
			if s > 0 {
				before = m.src[s-1]
			}
			if s < len(m.src) {
				after = m.src[s]
			}
			if it.set[before] || !it.set[after] {
				return -1
			}
		case itemEnd:
			if s != len(m.src) {
				return -1
			}
		case itemError:
			m.fail(it.err)
		}
	}
}

func (it *item) matches(c byte) bool {
	switch it.kind {
	case itemChar:
		return c == it.c
	case itemAny:
		return true
	}
	return it.set[c]
}

// deeper is match for an item that has other possibilities to try.
func (m *matcher) deeper(s, i int) int {
	if m.pat.items[i].kind == itemMatched {
		return s
	}
	if m.depth++; m.depth > maxDepth {
		m.fail("pattern too complex")
	}
	e := m.match(s, i)
	m.depth--
	return e
}

// longest takes as many bytes from e on as item i matches, then fewer, not less than low.
func (m *matcher) longest(low, i int) int {
	it := &m.pat.items[i]
	e := low
	switch {
	case it.kind == itemAny:
		e = len(m.src)
	case it.stop >= 0:
		if at := strings.IndexByte(m.src[e:], byte(it.stop)); at >= 0 {
			e += at
		} else {
			e = len(m.src)
		}
	case it.kind == itemSet:
		for e < len(m.src) && it.set[m.src[e]] {
			e++
		}
	default:
		for e < len(m.src) && it.c == m.src[e] {
			e++
		}
	}
	m.spend(e - low)
	next := &m.pat.items[i+1]
	if next.kind == itemMatched {
		return e
	}
	literal := next.kind == itemChar && (next.repeat == 0 || next.repeat == '+')
	for ; e >= low; e-- {
		if literal { // it need not be tried where it cannot follow
			at := strings.LastIndexByte(m.src[low:min(e+1, len(m.src))], next.c)
			m.spend(e - low - at)
			if at < 0 {
				return -1
			}
			e = low + at
		}
		if r := m.deeper(e, i+1); r >= 0 {
			return r
		}
	}
	return -1
}

// shortest takes as few bytes from s on as item i matches.
func (m *matcher) shortest(s, i int) int {
	it := &m.pat.items[i]
	next := &m.pat.items[i+1]
	literal := next.kind == itemChar && (next.repeat == 0 || next.repeat == '+')
	for {
		if literal && it.kind == itemAny {
			at := strings.IndexByte(m.src[s:], next.c)
			if at < 0 {
				m.spend(len(m.src) - s)
				return -1
			}
			m.spend(at)
			s += at
		}
		if r := m.deeper(s, i+1); r >= 0 {
			return r
		}
		if s >= len(m.src) || !it.matches(m.src[s]) {
			return -1
		}
		m.spend(1)
		s++
	}
}

func (m *matcher) balance(s int, open, shut byte) int {
	if s >= len(m.src) || m.src[s] != open {
		return -1
	}
	level := 1
	for i := s + 1; i < len(m.src); i++ {
		switch c := m.src[i]; {
		case c == shut:
			if level--; level == 0 {
				m.spend(i - s)
				return i + 1
			}
		case c == open:
			level++
		}
	}
	m.spend(len(m.src) - s)
	return -1
}

// values are how many values a match gives: its captures, or itself if it has none and whole is wanted.
func (m *matcher) values(whole bool) int {
	if n := m.pat.captures; n > 0 || !whole {
		return n
	}
	return 1
}

// value is the i-th capture, from 0, of the match src[start:end]; the match is the first one where there is none.
func (m *matcher) value(i, start, end int) lua.LValue {
	switch {
	case i >= m.pat.captures:
		if i != 0 {
			m.fail("invalid capture index")
		}
		return piece(m.src, start, end)
	case !m.pat.closed[i]:
		m.fail("unfinished capture")
	}
	c := m.caps[i]
	if c.to < 0 {
		return lua.LNumber(c.from + 1)
	}
	return piece(m.src, c.from, c.to)
}
