package vm

import (
	"math"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// An integer key lies in the array of its table, or with the other keys in dict if it is too far above what the array has:
// gopher-lua would fill the gap, so that t[12345678] = 1 took 600 MB and #t were 12345678. As in PUC Lua, cap(array) is the
// size of the array's part (its sizearray), and what is in there is nil beyond len(array); rehash.go says how it grows.
//
// Invariant: while len(array) < cap(array), nothing in array is nil, so that its length is #t. The first hole makes
// len(array) = cap(array).
//
// LTable's own methods know nothing of integers in dict: RawSetInt, with which Go code may have filled a gap, can leave a
// key in both. The value in array counts, and dict is looked at where array has nil.

// get is t[key] without metamethods. m may be nil, here and below: then no limit is looked at, nor anything interrupted.
func (t *table) get(m *Machine, key lua.LValue) lua.LValue {
	switch k := key.(type) {
	case lua.LNumber:
		if i := int(k) - 1; uint(i) < uint(len(t.array)) && lua.LNumber(i+1) == k {
			if v := t.array[i]; !isNil(v) {
				return v
			}
		}
	case lua.LString:
		if len(k) > longText {
			if e, _ := t.long(m, string(k)); e != nil {
				return e.value
			}
		} else if t.inSlots() {
			if v := t.named(m, string(k)); v != nil {
				return v
			}
		} else if v, ok := t.strdict[string(k)]; ok {
			if m != nil {
				m.cache.shared()
			}
			return v
		}
		return lua.LNil
	}
	if len(t.dict) != 0 {
		if v, ok := t.dict[key]; ok {
			return v
		}
	}
	return lua.LNil
}

func (t *table) getInt(i int) lua.LValue {
	if uint(i-1) < uint(len(t.array)) {
		if v := t.array[i-1]; !isNil(v) {
			return v
		}
	}
	if len(t.dict) != 0 {
		if v, ok := t.dict[lua.LNumber(i)]; ok {
			return v
		}
	}
	return lua.LNil
}

// set is t[key] = v without metamethods, for a key that is neither nil nor NaN.
func (t *table) set(m *Machine, key, v lua.LValue) {
	switch k := key.(type) {
	case lua.LString:
		if len(k) > longText {
			t.thaw()
			t.setLong(m, key, string(k), v)
		} else if t.inSlots() {
			if m != nil && !isNil(v) && t.slotted().shape.find(string(k)) < 0 {
				t.thaw() // the name was computed, as a rule: see setNow
				t.setString(key, string(k), v)
			} else {
				t.setSlot(key, string(k), v)
			}
		} else {
			if m != nil {
				m.cache.forget(t, string(k))
			}
			t.setString(key, string(k), v)
		}
		return
	case lua.LNumber:
		if i := int(k); i >= 1 && i < lua.MaxArrayIndex && lua.LNumber(i) == k {
			t.setInt(m, i, key, v)
			return
		}
	}
	if isNil(v) {
		delete(t.dict, key)
		return
	}
	t.thaw()
	n := len(t.dict)
	if n == 0 && t.dict == nil {
		t.dict = make(map[lua.LValue]lua.LValue)
	}
	if t.dict[key] = v; len(t.dict) != n {
		t.added(key)
	}
}

// setInt is set for 1 <= i < lua.MaxArrayIndex; key is i as a value.
func (t *table) setInt(m *Machine, i int, key, v lua.LValue) {
	n := len(t.array)
	switch {
	case i > cap(t.array):
		if !isNil(v) {
			t.above(m, i, key, v)
			return
		}
	case isNil(v) && i == n && n < cap(t.array):
		t.array[i-1] = nil
		t.array = t.array[:i-1]
	case isNil(v) && i > n:
	case i == n+1:
		t.array = append(t.array, v)
	default:
		if isNil(v) || i > n {
			t.fill()
		}
		t.array[i-1] = v
	}
	if len(t.dict) != 0 {
		delete(t.dict, key)
	}
}

// fill makes the array as long as it can be.
func (t *table) fill() {
	n := len(t.array)
	t.array = t.array[:cap(t.array)]
	for i := n; i < len(t.array); i++ {
		t.array[i] = lua.LNil
	}
}

func (t *table) setString(k lua.LValue, key string, v lua.LValue) {
	if isNil(v) {
		delete(t.strdict, key)
		return
	}
	n := len(t.strdict)
	if t.strdict == nil {
		t.strdict = make(map[string]lua.LValue)
	}
	if t.strdict[key] = v; len(t.strdict) != n {
		t.added(k)
	}
}

// setList is SETLIST: vals are the items of t from first on (PUC's resizes the array to them, too).
func (t *table) setList(m *Machine, first int, vals []lua.LValue) {
	if last := first - 1 + len(vals); last > cap(t.array) && last < lua.MaxArrayIndex {
		if first > 1 { // there will be more
			last = powerOf2(last)
		}
		t.resize(m, last)
	}
	for i, v := range vals {
		t.setAt(m, first+i, v)
	}
}

// setAt is setInt, for any i.
func (t *table) setAt(m *Machine, i int, v lua.LValue) {
	if i >= 1 && i <= cap(t.array) && len(t.dict) == 0 {
		t.setInt(m, i, nil, v)
	} else {
		t.set(m, lua.LNumber(i), v)
	}
}

// Get is t[key] without metamethods.
func Get(t *lua.LTable, key lua.LValue) lua.LValue { return inTable(t).get(nil, key) }

// Get is Get from a Quick.
func (m *Machine) Get(t *lua.LTable, key lua.LValue) lua.LValue { return inTable(t).get(m, key) }

// RawGet is Get from a Go function that runs on L.
func RawGet(L *lua.LState, t *lua.LTable, key lua.LValue) lua.LValue {
	return inTable(t).get(machineOf(L), key)
}

// Field is t[key] without metamethods.
func Field(t *lua.LTable, key string) lua.LValue {
	if len(key) > longText || inTable(t).inSlots() {
		return Get(t, lua.LString(key))
	}
	return t.RawGetString(key)
}

// SetField is t[key] = v without metamethods.
func SetField(t *lua.LTable, key string, v lua.LValue) {
	if len(key) > longText || inTable(t).inSlots() {
		Set(nil, t, lua.LString(key), v)
	} else {
		t.RawSetString(key, v)
	}
}

// GetInt is t[i] without metamethods.
func GetInt(t *lua.LTable, i int) lua.LValue { return inTable(t).getInt(i) }

// Set is t[key] = v without metamethods. It raises the error of a key that cannot be, and unwinds L if the table would
// become too large for its limits. Without L, neither: key must be a right one.
func Set(L *lua.LState, t *lua.LTable, key, v lua.LValue) {
	if L != nil {
		if key == lua.LNil {
			Raise(L, lua.LString("table index is nil"))
		}
		if n, ok := key.(lua.LNumber); ok && n != n {
			Raise(L, lua.LString("table index is NaN"))
		}
	}
	inTable(t).set(machineOf(L), key, v)
}

// SetInt is Set for an integer.
func SetInt(L *lua.LState, t *lua.LTable, i int, v lua.LValue) { inTable(t).setAt(machineOf(L), i, v) }

func machineOf(L *lua.LState) *Machine {
	if L == nil {
		return nil
	}
	if th := ThreadOf(L); th != nil {
		return th.m
	}
	return nil
}

// Items are t[1] ... t[n] where all of them are in the array of t, to be read and written but not to be set to nil; nil
// if they are not.
func Items(t *lua.LTable, n int) []lua.LValue {
	if tb := inTable(t); n <= len(tb.array) && len(tb.dict) == 0 {
		return tb.array[:n:n]
	}
	return nil
}

// Length is #t, from a Go function that runs on L (nil: outside of one): an index that has a value while the next has none,
// and which of them as PUC's luaH_getn finds it.
func Length(L *lua.LState, t *lua.LTable) int { return inTable(t).length(machineOf(L)) }

func (t *table) length(m *Machine) int {
	n := len(t.array)
	if n > 0 && isNil(t.array[n-1]) {
		i, j := 0, cap(t.array)
		for j-i > 1 {
			if m := (i + j) / 2; m > n || isNil(t.array[m-1]) {
				j = m
			} else {
				i = m
			}
		}
		n = i
	}
	if len(t.dict) == 0 {
		return n
	}
	return t.beyond(m, n)
}

// beyond is Length where the array has i items and integers may be in dict (PUC's unbound_search).
func (t *table) beyond(m *Machine, i int) int {
	const some = 16
	const farthest = min(1<<52, math.MaxInt>>2) // twice that is an int, and a number without a fraction
	if m != nil {
		m.work(some * WorkBytes)
	}
	j := i + 1
	for ; !isNil(t.getInt(j)); j *= 2 {
		if i = j; j > farthest { // made for nothing else: as PUC, one by one
			for i = 1; !isNil(t.getInt(i)); i++ {
				if i%some == 0 && m != nil {
					m.work(some * WorkBytes)
				}
			}
			return i - 1
		}
	}
	for j-i > 1 {
		if m := (i + j) / 2; isNil(t.getInt(m)) {
			j = m
		} else {
			i = m
		}
	}
	return i
}

// Append is t[#t + 1] = v where the array of t has room for it; false if it has not.
func Append(t *lua.LTable, v lua.LValue) bool {
	tb := inTable(t)
	n := len(tb.array)
	if n == cap(tb.array) || n > 0 && isNil(tb.array[n-1]) || isNil(v) || len(tb.dict) != 0 {
		return false
	}
	tb.array = append(tb.array, v)
	return true
}

// smallTable is a table that has the room for a few items, or names, in itself: one allocation instead of two.
type smallTable struct {
	lua.LTable
	room [4]lua.LValue
}

// newTable is a table for so many items and fields, in maps; gopher-lua's has room for 32 fields when it gets its first.
func newTable(items, fields int) *lua.LTable {
	size := powerOf2(fields)
	var lt *lua.LTable
	var room []lua.LValue
	if n := max(items, size); n > 0 && n <= len(smallTable{}.room) {
		st := &smallTable{}
		lt, room = &st.LTable, st.room[:0]
	} else {
		lt = &lua.LTable{}
	}
	lt.Metatable = lua.LNil
	t := inTable(lt)
	if items > 0 {
		if room != nil {
			t.array, room = room[:0:items], nil
		} else {
			t.array = make([]lua.LValue, 0, items)
		}
	}
	if fields > 0 {
		if t.keys = room[:0:min(size, cap(room))]; room == nil {
			t.keys = make([]lua.LValue, 0, size)
		}
		t.strdict, t.k2i = make(map[string]lua.LValue, fields), make(map[lua.LValue]int, fields)
	}
	return lt
}

// NewTable is an empty table with room for n names: what gopher-lua makes has room for 32 names and 32 items.
func NewTable(n int) *lua.LTable { return newTable(0, n) }

// Next is Lua's next, from a Go function that runs on L (nil: outside of one): the pair that follows key in t, or the first one
// if key is nil. A nil k says that there is none; ok is false if key is none of the table's. It goes on from a key whose value
// has been set to nil.
func Next(L *lua.LState, t *lua.LTable, key lua.LValue) (k, v lua.LValue, ok bool) {
	return inTable(t).next(machineOf(L), key, false)
}

// QuickNext is Next for a Quick: ok is also false where the next pair is far away.
func (m *Machine) QuickNext(t *lua.LTable, key lua.LValue) (k, v lua.LValue, ok bool) {
	return inTable(t).next(m, key, true)
}

// identical reports whether two values are one, box and all: a key that Next has given is, when it comes back.
func identical(a, b lua.LValue) bool {
	return *(*iface)(unsafe.Pointer(&a)) == *(*iface)(unsafe.Pointer(&b))
}

// walkPiece is how many places without a value next passes over before the budget is looked at.
const walkPiece = 1 << 12

func (t *table) next(m *Machine, key lua.LValue, quick bool) (k, v lua.LValue, ok bool) {
	i := 0 // first index into array, then len(array) + index into keys
	if key != lua.LNil {
		n, num := key.(lua.LNumber)
		at := int(n)
		switch inArray := num && lua.LNumber(at) == n && at >= 1 && at <= cap(t.array); {
		case inArray && (len(t.dict) == 0 || !t.shadowed(at, key)):
			i = min(at, len(t.array))
		default:
			if s, ok := key.(lua.LString); ok && len(s) > longText {
				if key, _ = t.long(m, string(s)); key == (*longKey)(nil) {
					return lua.LNil, lua.LNil, false
				}
			}
			names := t.names()
			at, found := 0, m != nil && m.walked < len(names) && identical(names[m.walked], key)
			if found {
				at = m.walked
			} else if at, found = t.place(key); !found {
				return lua.LNil, lua.LNil, false
			}
			i = len(t.array) + at + 1
		}
	}
	from := i
	for ; i < len(t.array); i++ {
		if v := t.array[i]; v != lua.LNil {
			if m == nil {
				return lua.LNumber(i + 1), v, true
			}
			if i != from {
				m.spend(slotBytes * (i - from))
			}
			return m.nums.box(float64(i + 1)), v, true
		}
		if i-from == walkPiece && m != nil {
			if quick {
				return lua.LNil, lua.LNil, false
			}
			m.work(slotBytes * walkPiece)
			from = i
		}
	}
	i -= len(t.array)
	for from = i; i < len(t.keys); i++ {
		if k, v = t.listed(m, i); v != nil {
			if m != nil {
				m.cache.shared()
				m.walked = i
				m.spend(WorkBytes * (i - from))
			}
			return k, v, true
		}
		if i-from == walkPiece && m != nil {
			if quick {
				return lua.LNil, lua.LNil, false
			}
			m.work(WorkBytes * walkPiece)
			from = i
		}
	}
	if m != nil {
		m.spend(WorkBytes * (i - from))
	}
	return lua.LNil, lua.LNil, true
}

// Pairs calls fn for the pairs of t, in the order of Next, until it returns false. fn may set what is there, to nil, too; of keys
// that it adds it may be told or not.
func Pairs(lt *lua.LTable, fn func(k, v lua.LValue) bool) { pairsFrom(lt, 0, fn) }

// PairsAfter is Pairs without the first n items, which are all in the array of t: see Items.
func PairsAfter(lt *lua.LTable, n int, fn func(k, v lua.LValue) bool) { pairsFrom(lt, n, fn) }

func pairsFrom(lt *lua.LTable, i int, fn func(k, v lua.LValue) bool) {
	t := inTable(lt)
	for ; i < len(t.array); i++ {
		if v := t.array[i]; !isNil(v) && !fn(lua.LNumber(i+1), v) {
			return
		}
	}
	for i := 0; i < len(t.keys); i++ {
		if k, v := t.listed(nil, i); v != nil && !fn(k, v) {
			return
		}
	}
}

// listed is the pair of the i-th key in the list; v is nil if that has no value any more, or has it in the array.
func (t *table) listed(m *Machine, i int) (k, v lua.LValue) {
	if t.inSlots() {
		return t.slotted().shape.names[i], t.slot(m, i)
	}
	k = t.keys[i]
	switch key := k.(type) {
	case lua.LString:
		v = t.strdict[string(key)]
	case lua.LNumber:
		if at := int(key) - 1; uint(at) >= uint(len(t.array)) || lua.LNumber(at+1) != key || isNil(t.array[at]) {
			v = t.dict[key]
		}
	case *longKey:
		if !isNil(key.value) {
			k, v = key.text, key.value
		}
	default:
		v = t.dict[key]
	}
	return k, v
}

// names are the keys in the order in which they are listed.
func (t *table) names() []lua.LValue {
	if t.inSlots() {
		return t.slotted().shape.names
	}
	return t.keys
}

// place is where a key is in the list.
func (t *table) place(key lua.LValue) (int, bool) {
	if t.inSlots() {
		if s, ok := key.(lua.LString); ok {
			i := t.slotted().shape.find(string(s))
			return i, i >= 0
		}
	}
	i, ok := t.k2i[key]
	return i, ok
}

// shadowed reports whether the value of an integer that has a place in array is in dict.
func (t *table) shadowed(at int, key lua.LValue) bool {
	if at <= len(t.array) && !isNil(t.array[at-1]) {
		return false
	}
	_, ok := t.dict[key]
	return ok
}
