package vm

import (
	"maps"
	"math/bits"
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// How tables grow, after PUC's ltable.c: the array is of a size at which more than half of its places are used, and is looked
// at anew when there is no room for another key among the keys (its rehash). cap(keys) stands for the size of PUC's node
// part. So it is bounded what a table that is a queue, or whose keys come and go, takes.

// powerOf2 is the least one that is not below n.
func powerOf2(n int) int {
	if n <= 1 {
		return n
	}
	return 1 << bits.Len(uint(n-1))
}

// above is t[i] = v for an integer above the array's size, and a v that is not nil.
func (t *table) above(m *Machine, i int, key, v lua.LValue) {
	if _, ok := t.k2i[key]; ok && t.dict != nil { // it is there, or was: it has its place, and not all has to be counted again
		t.dict[key] = v
		return
	}
	size := cap(t.array)
	next := i == size+1 && len(t.array) == size && len(t.dict) == 0
	if next && t.grow(m, v) {
		return
	}
	t.thaw()
	switch {
	case next:
		t.resize(m, t.fitting(i))
		if cap(t.array) == size { // counted for nothing: not again before that many keys more have come
			t.keys = slices.Grow(t.keys, size/16)
		}
	case (i == size+1 || len(t.keys) == cap(t.keys)) && size <= 64+16*len(t.dict): // else few keys will not change what fits many
		t.resize(m, t.fitting(i))
	}
	if i <= cap(t.array) {
		t.setInt(m, i, key, v)
		return
	}
	if t.dict == nil {
		t.dict = make(map[lua.LValue]lua.LValue)
	}
	t.dict[key] = v
	t.list(key)
}

// grow appends v to the array, which is as long as it can be, unless it has too many holes.
func (t *table) grow(m *Machine, v lua.LValue) bool {
	n := len(t.array)
	holes := 0
	for _, v := range t.array {
		if isNil(v) {
			holes++
		}
	}
	size := powerOf2(n + 1)
	if n+1-holes <= size/2 {
		return false
	}
	if m != nil {
		m.room(16 * size)
	}
	array := madeOf(t.array, size)[:n+1]
	array[n] = v
	leave(t.array)
	if t.array = array; holes > 0 {
		t.fill()
	}
	return true
}

// leave lets go of what is in an array that its table has no more: a small one may be part of the table, which would keep it for good.
func leave(array []lua.LValue) {
	if len(array) <= len(smallTable{}.room) {
		clear(array)
	}
}

// madeOf is a copy of items with room for size. The compiler makes one call of the two, which knows that there is nothing in the new memory
// yet: a copy to what it does not know reads that first while the collector works, so that each page of it faults twice.
func madeOf(items []lua.LValue, size int) []lua.LValue {
	array := make([]lua.LValue, size)
	copy(array, items)
	return array
}

// fitting is the largest power of 2 such that more than half of the integers up to it are keys of t, or extra (PUC's
// computesizes).
func (t *table) fitting(extra int) int {
	var nums [27]int // nums[b]: how many keys there are above 2^(b-1) and up to 2^b
	count := func(i int) { nums[bits.Len(uint(i-1))]++ }
	if extra > 0 {
		count(extra)
	}
	for i, v := range t.array {
		if !isNil(v) {
			count(i + 1)
		}
	}
	for key := range t.dict {
		if n, ok := key.(lua.LNumber); ok {
			if i := int(n); i >= 1 && i < lua.MaxArrayIndex && lua.LNumber(i) == n {
				count(i)
			}
		}
	}
	size, sum := 0, 0
	for b, n := range nums {
		if sum += n; sum > 1<<b/2 {
			size = 1 << b
		}
	}
	return size
}

// resize gives the array of t a size, and takes integers into it from dict, or puts them there.
func (t *table) resize(m *Machine, size int) {
	if size == cap(t.array) {
		return
	}
	if m != nil {
		m.room(16 * size)
	}
	old := t.array
	n := min(len(old), size)
	t.array = madeOf(old[:n], size)[:n]
	if size == 0 {
		t.array = nil
	}
	t.fit(old[n:], n)
	leave(old)
	if len(t.dict) == 0 {
		t.settle()
		return
	}
	take := func(i int, key, v lua.LValue) {
		if len(t.array) < size {
			t.fill()
		}
		if isNil(t.array[i-1]) {
			t.array[i-1] = v
		}
		delete(t.dict, key)
	}
	if size-len(old) < len(t.dict) {
		for i := len(old) + 1; i <= size; i++ {
			key := lua.LValue(lua.LNumber(i))
			if v, ok := t.dict[key]; ok {
				take(i, key, v)
			}
		}
	} else {
		for key, v := range t.dict {
			if f, ok := key.(lua.LNumber); ok {
				if i := int(f); i >= 1 && i <= size && lua.LNumber(i) == f {
					take(i, key, v)
				}
			}
		}
	}
	t.settle()
}

// fit puts the items that the array, of n, has no room for any more with the other keys.
func (t *table) fit(items []lua.LValue, n int) {
	for i, v := range items {
		if isNil(v) {
			continue
		}
		key := lua.LValue(lua.LNumber(n + i + 1))
		t.thaw()
		if t.dict == nil {
			t.dict = make(map[lua.LValue]lua.LValue)
		}
		t.dict[key] = v
		t.added(key)
	}
}

// settle makes the array as short as it can be, if there are no holes in it.
func (t *table) settle() {
	n := len(t.array)
	for n > 0 && isNil(t.array[n-1]) {
		n--
	}
	for _, v := range t.array[:n] {
		if isNil(v) {
			t.fill()
			return
		}
	}
	clear(t.array[n:])
	t.array = t.array[:n]
}

// added notes a key that is new in one of the maps, for the order in which Next gives them. A key that was there once has
// kept its place, as long as there was room.
func (t *table) added(key lua.LValue) {
	if len(t.strdict)+len(t.dict) <= len(t.keys) { // some have gone: it may be one of them
		if _, ok := t.k2i[key]; ok {
			return
		}
	}
	t.list(key)
}

// list is added for a key that is in no place yet.
func (t *table) list(key lua.LValue) {
	if t.k2i == nil {
		t.k2i = make(map[lua.LValue]int)
	}
	if len(t.keys) == cap(t.keys) {
		t.moreKeys()
	}
	t.k2i[key] = len(t.keys)
	t.keys = append(t.keys, key)
}

// moreKeys makes room in the list of keys, and drops those from it that have no value any more. Where many have gone it
// makes much room, so that keys that come and go do not make it go through the list each time.
func (t *table) moreKeys() {
	t.dropLong()
	live := len(t.dict) + len(t.strdict) // with the one that is added
	size := powerOf2(live)
	gone := len(t.keys) + 1 - live
	switch {
	case gone >= (live+1)/2:
		size = powerOf2(4 * live)
	case live > 8 && live > size/4*3:
		size *= 2
	}
	keys := make([]lua.LValue, 0, size)
	for _, key := range t.keys {
		var ok bool
		switch k := key.(type) {
		case lua.LString:
			_, ok = t.strdict[string(k)]
		case *longKey:
			ok = !isNil(k.value)
		default:
			_, ok = t.dict[key]
		}
		if ok {
			keys = append(keys, key)
		}
	}
	if live < len(t.keys)/4 { // Go's maps keep the room of what is gone
		t.strdict, t.dict = copied(t.strdict), copied(t.dict)
	}
	if len(keys) != len(t.keys) {
		t.k2i = make(map[lua.LValue]int, size)
		for i, key := range keys {
			t.k2i[key] = i
		}
	}
	t.keys = keys
}

func copied[K comparable](m map[K]lua.LValue) map[K]lua.LValue {
	if m == nil {
		return nil
	}
	c := make(map[K]lua.LValue, len(m))
	maps.Copy(c, m)
	return c
}
