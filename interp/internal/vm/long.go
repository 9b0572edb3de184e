package vm

import (
	"hash/maphash"
	"strings"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// Work on a string takes time by its length, and a budget is spent by instructions: so a long string's length counts as
// well (see Machine.work), and what takes a moment is done in pieces, between which the budget is looked at. A shorter one
// takes no longer than an instruction that makes a table.
const (
	longText  = 1 << 10
	textPiece = 1 << 16
)

// compare is less than, equal to or greater than 0 as a is than b.
func (m *Machine) compare(a, b string) int {
	if len(a) == len(b) && unsafe.StringData(a) == unsafe.StringData(b) {
		return 0
	}
	for len(a) > textPiece && len(b) > textPiece {
		c := strings.Compare(a[:textPiece], b[:textPiece])
		m.work(textPiece)
		if c != 0 {
			return c
		}
		a, b = a[textPiece:], b[textPiece:]
	}
	m.work(min(len(a), len(b)))
	return strings.Compare(a, b)
}

// Compare is less than, equal to or greater than 0 as a is than b, from a Go function that runs on L.
func Compare(L *lua.LState, a, b string) int {
	if m := machineOf(L); m != nil && min(len(a), len(b)) > longText {
		return m.compare(a, b)
	}
	return strings.Compare(a, b)
}

// RawEqual is a == b without metamethods, from a Go function that runs on L.
func RawEqual(L *lua.LState, a, b lua.LValue) bool {
	if s, ok := a.(lua.LString); ok && len(s) > longText {
		t, ok := b.(lua.LString)
		return ok && len(s) == len(t) && Compare(L, string(s), string(t)) == 0
	}
	return a == b
}

// Long reports whether v is a string that a Quick leaves to its function, since comparing it, or looking it up, takes a moment.
func Long(v lua.LValue) bool {
	s, ok := v.(lua.LString)
	return ok && len(s) > longText
}

// A long string is no key of a table's strdict: Go's maps hash all of a key, each time they are asked, and those of all keys when
// they grow, in one go. Its entry is a longKey instead. dict has that under a digest of the string's length and a sample of
// its bytes, and the list of keys has it in the string's place, so that strings are compared only where the digests agree.
type longKey struct {
	digest digest
	text   lua.LValue // an LString
	value  lua.LValue // nil: it has gone, and keeps its place until moreKeys
}

// digest is of a long string. Where several strings have the same they are numbered.
type digest struct {
	hash uint64
	nth  int
}

func (*longKey) String() string       { return "long key" }
func (*longKey) Type() lua.LValueType { return lua.LTUserData }
func (digest) String() string         { return "digest" }
func (digest) Type() lua.LValueType   { return lua.LTUserData }

var digestSeed = maphash.MakeSeed()

// digestOf takes the beginning, the end, and some bytes in between of a long string.
func digestOf(s string) digest {
	const ends, samples = 128, 16
	var h maphash.Hash
	h.SetSeed(digestSeed)
	h.WriteString(s[:ends])
	h.WriteString(s[len(s)-ends:])
	for i := range samples {
		at := len(s) / samples * i
		h.WriteString(s[at : at+16])
	}
	return digest{hash: h.Sum64() + uint64(len(s))}
}

// long is the entry of a long string, or nil and the digest that it would have.
func (t *table) long(m *Machine, key string) (*longKey, digest) {
	for d := digestOf(key); ; d.nth++ {
		e, ok := t.dict[d].(*longKey)
		if !ok {
			return nil, d
		}
		if text := string(e.text.(lua.LString)); len(text) == len(key) && sameText(m, text, key) {
			return e, d
		}
	}
}

// sameText is a == b for strings of the same length. m may be nil: then nothing interrupts it.
func sameText(m *Machine, a, b string) bool {
	if m == nil {
		return a == b
	}
	return m.compare(a, b) == 0
}

func (t *table) setLong(m *Machine, key lua.LValue, text string, v lua.LValue) {
	e, d := t.long(m, text)
	switch {
	case e != nil:
		e.value = v
		return
	case isNil(v):
		return
	case t.dict == nil:
		t.dict = make(map[lua.LValue]lua.LValue)
	case len(t.keys) == cap(t.keys): // list will drop what has gone: the numbers must follow each other with the new one, too
		t.dropLong()
		for d.nth = 0; t.dict[d] != nil; d.nth++ {
		}
	}
	e = &longKey{d, key, v}
	t.dict[d] = e
	t.list(e)
}

// dropLong takes the long keys that have gone out of dict. All of them must be in the list of keys, where they stay.
func (t *table) dropLong() {
	var live []*longKey
	gone := false
	for _, key := range t.keys {
		if e, ok := key.(*longKey); ok {
			if isNil(e.value) {
				gone = true
			} else {
				live = append(live, e)
			}
		}
	}
	if !gone {
		return
	}
	for _, key := range t.keys {
		if e, ok := key.(*longKey); ok && t.dict[e.digest] == key { // it may have been dropped before
			delete(t.dict, e.digest)
		}
	}
	for _, e := range live { // their numbers follow each other
		e.digest.nth = 0
		for t.dict[e.digest] != nil {
			e.digest.nth++
		}
		t.dict[e.digest] = e
	}
}
