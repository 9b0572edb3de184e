package vm

import (
	lua "github.com/yuin/gopher-lua"
)

// Length is #t: an index of the array that has a value while the next has none. Where the array ends in nil it is found by
// halving, as PUC does: LTable.Len looks at each item from the end.
func Length(t *lua.LTable) int {
	arr := inTable(t).array
	n := len(arr)
	if n == 0 || !isNil(arr[n-1]) {
		return n
	}
	i := 0
	for n-i > 1 {
		if m := (i + n) / 2; isNil(arr[m-1]) {
			n = m
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
	if n == cap(tb.array) || n > 0 && isNil(tb.array[n-1]) || isNil(v) {
		return false
	}
	tb.array = append(tb.array, v)
	return true
}

// added notes a key that is new in one of the maps, for the order in which Next gives them. A key that was there once has
// kept its place.
func (t *table) added(key lua.LValue) {
	if t.keys == nil {
		t.keys, t.k2i = []lua.LValue{}, make(map[lua.LValue]int)
	}
	if _, ok := t.k2i[key]; !ok {
		t.k2i[key] = len(t.keys)
		t.keys = append(t.keys, key)
	}
}

// newTable is NEWTABLE, for so many items and fields; gopher-lua's has room for 32 fields when it gets its first.
func newTable(items, fields int) *lua.LTable {
	lt := &lua.LTable{Metatable: lua.LNil}
	t := inTable(lt)
	if items > 0 {
		t.array = make([]lua.LValue, 0, items)
	}
	if fields > 0 {
		t.strdict = make(map[string]lua.LValue, fields)
		t.keys, t.k2i = make([]lua.LValue, 0, fields), make(map[lua.LValue]int, fields)
	}
	return lt
}

// Next is Lua's next: the pair that follows key in t, or the first one if key is nil. A nil k says that there is none; ok
// is false if key is none of the table's. It goes on from a key whose value has been set to nil.
func Next(t *lua.LTable, key lua.LValue) (k, v lua.LValue, ok bool) {
	tb := inTable(t)
	i := 0 // first index into array, then len(array) + index into keys
	if key != lua.LNil {
		n, num := key.(lua.LNumber)
		if at := int(n); num && lua.LNumber(at) == n && at >= 1 && at <= len(tb.array) {
			i = at
		} else if at, found := tb.k2i[key]; found {
			i = len(tb.array) + at + 1
		} else {
			return lua.LNil, lua.LNil, false
		}
	}
	for ; i < len(tb.array); i++ {
		if v := tb.array[i]; v != lua.LNil {
			return lua.LNumber(i + 1), v, true
		}
	}
	for i -= len(tb.array); i < len(tb.keys); i++ {
		key := tb.keys[i]
		if s, str := key.(lua.LString); str {
			if v, found := tb.strdict[string(s)]; found {
				return key, v, true
			}
		} else if v, found := tb.dict[key]; found {
			return key, v, true
		}
	}
	return lua.LNil, lua.LNil, true
}

// CheckRoom raises an error if a value at key would make the array of t grow by more than maxGap.
func CheckRoom(L *lua.LState, t *lua.LTable, key lua.LValue) {
	if n, ok := key.(lua.LNumber); ok && n > maxGap && n < lua.LNumber(lua.MaxArrayIndex) && n == lua.LNumber(int(n)) {
		if have := len(inTable(t).array); int(n)-1-have > maxGap {
			Errorf(L, "table index %d is too far above the table's %d items", int(n), have)
		}
	}
	if th := ThreadOf(L); th != nil && th.m.limits != nil {
		if n, ok := key.(lua.LNumber); ok {
			switch arr, i := inTable(t).array, int(n)-1; {
			case i == len(arr) && i == cap(arr):
				th.m.room(growth(i))
			case i-len(arr) > minGap && i < lua.MaxArrayIndex:
				th.m.room(16 * i)
			}
		}
	}
}

// CheckKey raises the error of a key that RawSet cannot take, as lua_rawset does.
func CheckKey(L *lua.LState, t *lua.LTable, key lua.LValue) {
	if key == lua.LNil {
		Raise(L, lua.LString("table index is nil"))
	}
	if n, ok := key.(lua.LNumber); ok && n != n {
		Raise(L, lua.LString("table index is NaN"))
	}
	CheckRoom(L, t, key)
}

// NewTable is an empty table with room for n names: what gopher-lua makes has room for 32 names and 32 items.
func NewTable(n int) *lua.LTable {
	t := &lua.LTable{Metatable: lua.LNil}
	it := inTable(t)
	it.strdict, it.keys, it.k2i = make(map[string]lua.LValue, n), make([]lua.LValue, 0, n), make(map[lua.LValue]int, n)
	return t
}
