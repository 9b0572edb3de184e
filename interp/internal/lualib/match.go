package lualib

import (
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

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
		m.spent()
	}
}

// spent is the rest of spend, which is inlined.
func (m *matcher) spent() {
	done := every - m.steps
	m.steps = every
	if m.l != nil {
		vm.Work(m.l, stepWork*done)
	}
}

// scanned counts n bytes that were searched for one, or compared.
func (m *matcher) scanned(n int) { m.spend(n / 16) }

// run is where the bytes from s on end that an item matches, which is a set or a byte.
func (m *matcher) run(s int, it *item) int {
	for from := s; ; from = s {
		end := min(s+every, len(m.src))
		if it.kind == itemSet {
			for s < end && it.set[m.src[s]] {
				s++
			}
		} else {
			for s < end && it.c == m.src[s] {
				s++
			}
		}
		if m.spend(s - from); s-from < every {
			return s
		}
	}
}

// seek is where the first of the bytes from s on is that a set has, or the end.
func (m *matcher) seek(s int, set *[256]bool) int {
	for from := s; ; from = s {
		for end := min(s+every, len(m.src)); s < end && !set[m.src[s]]; s++ {
		}
		if m.spend(s - from); s-from < every {
			return s
		}
	}
}

func (m *matcher) fail(text string) { vm.Errorf(m.l, "%s", text) }

// stepWork is what a step of matching is worth, as vm.Work counts it.
const stepWork = 8

// find is the first match at or after from: src[start:end]. start is -1 if there is none.
func (m *matcher) find(from int) (start, end int) {
	p := m.pat
	m.spend(1)
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
			at := index(m.l, m.src[s:], p.literal)
			if at < 0 {
				return -1, -1
			}
			if s += at; p.plain {
				return s, s + len(p.literal)
			}
		case first.kind == itemSet && first.repeat != '*' && first.repeat != '-' && first.repeat != '?':
			if s = m.seek(s, first.set); s == len(m.src) {
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
			m.spent()
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
			m.scanned(c.to - c.from)
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
		m.scanned(e - low)
	default:
		e = m.run(e, it)
	}
	next := &m.pat.items[i+1]
	if next.kind == itemMatched {
		return e
	}
	literal := next.kind == itemChar && (next.repeat == 0 || next.repeat == '+')
	for ; e >= low; e-- {
		if literal { // it need not be tried where it cannot follow
			at := strings.LastIndexByte(m.src[low:min(e+1, len(m.src))], next.c)
			m.scanned(e - low - at)
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
				m.scanned(len(m.src) - s)
				return -1
			}
			m.scanned(at)
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
				m.spend((i - s) % every)
				return i + 1
			}
		case c == open:
			level++
		}
		if (i-s)%every == 0 {
			m.spend(every)
		}
	}
	m.spend((len(m.src) - s) % every)
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
		return piece(m.l, m.src, start, end)
	case !m.pat.closed[i]:
		m.fail("unfinished capture")
	}
	c := m.caps[i]
	if c.to < 0 {
		return lua.LNumber(c.from + 1)
	}
	return piece(m.l, m.src, c.from, c.to)
}
