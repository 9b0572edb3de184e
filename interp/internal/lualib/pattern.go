package lualib

import (
	"math"
	"strings"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Lua's patterns (manual, §5.4.1). A pattern is compiled into items once; where each capture opens and closes does not
// depend on the subject, so captures are checked then. A fault of a pattern is an error only when matching comes
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

// maxPattern bounds the length of a pattern: compiled it is a hundred times as large, or more.
const maxPattern = 1 << 20

// pattern compiles p. anchors says whether ^ at its beginning is an anchor.
func (lib *Library) pattern(L *lua.LState, p string, anchors bool) *pattern {
	if c := lib.patterns[p]; c != nil && (anchors || !c.anchored) {
		return c
	}
	if len(p) > maxPattern {
		vm.Errorf(L, "pattern too long (%d bytes)", len(p))
	}
	vm.Room(L, int(min(80*int64(len(p))+256*int64(strings.Count(p, "[")), math.MaxInt))) // an item, and a set
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
func class(c byte) *[256]bool { return classes()[c] }

var classes = sync.OnceValue(func() (sets [256]*[256]bool) {
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
})
