package vm

import (
	"math/bits"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// fieldCache remembers fields of tables that are read again and again, for the loop: a search in one of Go's maps takes a good part of the
// time of what scripts do with objects and globals. It is the machine's, since prototypes are shared by runtimes.
//
// Invariant: an entry that is live says what its table's strdict does. All that the loop itself does to a field goes by setField or set,
// which see to its entry. Go code may have written to any table, by LTable's own methods, too: so nothing is live when any has run, see
// aged and Calm.
//
// A number that is set to a field which has an entry lies in a box that nothing else has but the map: as long as that is so (owned), the
// next one is written over it, and the map is not searched either. A reader of the field takes a copy, by way of the entry; one who has the
// value from the map shares the box, which ends that for all entries: see shared.
type fieldCache struct {
	live, owned   places
	age           uint16 // how often aged was called
	some          bool   // live may not be empty
	*fieldEntries        // nil: no field has been looked for twice
}

const cacheSize = 1 << 8

// places are a set of the places in a cache.
type places [cacheSize / 64]uint64

func (s *places) has(i uintptr) bool { return s[i>>6&(cacheSize/64-1)]>>(i&63)&1 != 0 }
func (s *places) add(i uintptr)      { s[i>>6&(cacheSize/64-1)] |= 1 << (i & 63) }
func (s *places) remove(i uintptr)   { s[i>>6&(cacheSize/64-1)] &^= 1 << (i & 63) }

type fieldEntries struct {
	fields [cacheSize]cachedField
	missed [cacheSize]uint16 // what was looked for last and was not there: it is kept the second time in one age, since most are not seen again
	used   places            // that hold something, be it live or not
}

// minSought is how many fields are looked for before a machine has a cache.
const minSought = 128

type cachedField struct {
	t     *lua.LTable
	name  string
	value lua.LValue // nil: there is no such field
}

// hashOf is of a field whose name is not empty; its top bits are its place.
//
//go:nocheckptr
func hashOf(t *lua.LTable, name string) uintptr {
	n := uintptr(len(name))
	text := unsafe.Pointer(unsafe.StringData(name))
	h := uintptr(unsafe.Pointer(t))>>5 ^ uintptr(*(*byte)(text))<<7 ^ uintptr(*(*byte)(unsafe.Add(text, n-1))) ^ n<<4
	return h * (0x9e3779b97f4a7c15 & (1<<bits.UintSize - 1))
}

func placeOf(t *lua.LTable, name string) uintptr { return hashOf(t, name) >> (bits.UintSize - 8) }

// is reports whether an entry is that of a field, at once: a name that is another copy of the text counts as another.
func (e *cachedField) is(t *lua.LTable, name string) bool {
	return e.t == t && unsafe.StringData(e.name) == unsafe.StringData(name) && len(e.name) == len(name)
}

// number is where the number of value is.
func (e *cachedField) number() *float64 { return (*numberValue)(unsafe.Pointer(&e.value)).word }

// find is the live entry of a field and its place, or nil.
func (c *fieldCache) find(t *lua.LTable, name string) (*cachedField, uintptr) {
	if name == "" {
		return nil, 0
	}
	i := placeOf(t, name)
	if !c.live.has(i) {
		return nil, i
	}
	e := &c.fields[i&(cacheSize-1)]
	if e.t != t || e.name != name {
		return nil, i
	}
	return e, i
}

// field is t[key], as long as only tables stand behind t by way of __index; nil: somebody else must look. The cache has what it
// finds, from the second time on.
//
//go:noinline
func (m *Machine) field(t *lua.LTable, k lua.LValue) lua.LValue {
	if inTable(t).inSlots() {
		return m.slotField(t, k)
	}
	key := string(k.(lua.LString))
	if len(key) > longText {
		return nil
	}
	if v := m.rawField(t, key); v != nil {
		return v
	}
	return m.inherited(t, key)
}

// fieldNow is field for a key that was computed, or is a method's of a string or an object of Go's: it is not kept.
//
//go:noinline
func (m *Machine) fieldNow(t *lua.LTable, key string) lua.LValue {
	if len(key) > longText {
		return nil
	}
	if e, _ := m.cache.find(t, key); e != nil {
		if v := m.rawField(t, key); v != nil {
			return v
		}
	} else if v := m.rawFieldNow(t, key); v != nil {
		return v
	}
	return m.inherited(t, key)
}

// rawFieldNow is rawField, but keeps nothing.
func (m *Machine) rawFieldNow(t *lua.LTable, key string) lua.LValue {
	if tb := inTable(t); tb.inSlots() {
		return tb.named(m, key)
	}
	return inTable(t).strdict[key]
}

// inherited is field for one that t itself has not.
func (m *Machine) inherited(t *lua.LTable, key string) lua.LValue {
	for range 8 {
		mt, ok := t.Metatable.(*lua.LTable)
		if !ok {
			return lua.LNil
		}
		h := m.rawField(mt, "__index")
		if h == nil {
			return lua.LNil
		}
		if t, ok = h.(*lua.LTable); !ok {
			return nil
		}
		if v := m.rawField(t, key); v != nil {
			return v
		}
	}
	return nil
}

// rawField is t[key] without metamethods; nil: there is no such field.
func (m *Machine) rawField(t *lua.LTable, key string) lua.LValue {
	if inTable(t).inSlots() {
		return m.rawFieldNow(t, key)
	}
	fields := inTable(t).strdict
	if len(fields) == 0 || key == "" {
		return fields[key]
	}
	c := &m.cache
	h := hashOf(t, key)
	i := h >> (bits.UintSize - 8)
	if c.live.has(i) {
		if e := &c.fields[i&(cacheSize-1)]; e.t == t && e.name == key {
			if unsafe.StringData(e.name) != unsafe.StringData(key) {
				e.name = key // who asks next is likely to ask with the same copy
			}
			if c.owned.has(i) {
				return m.nums.box(*e.number())
			}
			return e.value
		}
	}
	v := fields[key]
	if c.fieldEntries == nil {
		if m.sought++; m.sought < minSought && !spoiling {
			return v
		}
		c.fieldEntries = new(fieldEntries)
	}
	mark := uint16(h>>(bits.UintSize-24)) + c.age
	if was := &c.missed[i&(cacheSize-1)]; *was != mark && !spoiling {
		*was = mark
		return v
	}
	c.keep(i, t, key, v)
	return v
}

//go:noinline
func (c *fieldCache) keep(i uintptr, t *lua.LTable, name string, v lua.LValue) {
	c.fields[i&(cacheSize-1)] = cachedField{t, name, v}
	c.owned.remove(i)
	c.live.add(i)
	c.some = true
	c.used.add(i)
}

// setField is t[key] = v, if no metamethod has a say in it; else somebody else must look. A map is searched but once: that
// it has grown tells that the key is new.
//
//go:noinline
func (m *Machine) setField(lt *lua.LTable, k, v lua.LValue) bool {
	t := inTable(lt)
	if t.inSlots() {
		return m.setSlotField(lt, k, v)
	}
	key, ok := k.(lua.LString)
	if !ok || len(key) > longText || isNil(v) {
		return false
	}
	c := &m.cache
	e, i := c.find(lt, string(key))
	if e == nil || e.value == nil {
		if mt, ok := t.Metatable.(*lua.LTable); ok {
			there := false
			if e == nil {
				_, there = t.strdict[string(key)]
			}
			if !there && m.rawField(mt, "__newindex") != nil {
				return false
			}
			e, i = c.find(lt, string(key)) // the other one may have taken its place
		}
		if t.strdict == nil {
			t.strdict = make(map[string]lua.LValue)
		}
	}
	if e != nil {
		c.owned.remove(i)
		if f, ok := v.(lua.LNumber); ok {
			*(*numberValue)(unsafe.Pointer(&v)) = numberValue{numTab, m.nums.fresh(float64(f))}
			c.owned.add(i)
		}
		e.value = v
	}
	n := len(t.strdict)
	t.strdict[string(key)] = v
	if len(t.strdict) != n {
		t.added(k)
	}
	return true
}

// forget drops the entry of a field.
func (c *fieldCache) forget(t *table, key string) {
	if e, i := c.find((*lua.LTable)(unsafe.Pointer(t)), key); e != nil {
		c.owned.remove(i)
		c.live.remove(i)
	}
}

// aged is called when Go code has run that may have written to tables, or have read what it keeps. Callers, whose frames are every
// coroutine's below a gsub, have no room for it.
//
//go:noinline
func (c *fieldCache) aged() {
	c.age++
	if c.some { // seldom so between two calls of Go code
		c.live, c.owned, c.some = places{}, places{}, false
	}
}

// agedBy is aged where fn has run, or what has called Lua if that is nil, unless fn is known to do neither.
//
//go:noinline
func (m *Machine) agedBy(fn *lua.LFunction) {
	if m.cache.fieldEntries != nil && (fn == nil || !fn.IsG || !m.fieldsStay(fn)) {
		m.cache.aged()
	}
}

// function is the frame's, nil for none.
func (cf *callFrame) function() *lua.LFunction {
	if cf == nil {
		return nil
	}
	return cf.Fn
}

// shared is called when a field is read from a map.
func (c *fieldCache) shared() { c.owned = places{} }

// drop lets go of what the cache holds.
func (c *fieldCache) drop() {
	if c.fieldEntries == nil {
		return
	}
	c.aged()
	for i, s := range c.used {
		for ; s != 0; s &= s - 1 {
			c.fields[i<<6+bits.TrailingZeros64(s)] = cachedField{}
		}
	}
	c.used = places{}
}
