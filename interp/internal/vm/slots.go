package vm

import (
	"strings"
	"sync/atomic"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// slotted is a table that a script's constructor has made: at first its fields lie in slots, one after the other, and its shape says whose
// each is. gopher-lua's maps take five times the memory of a small table's fields, and more time to make than a script takes to fill them
// and to forget the table.
//
// Invariant: as long as fields are in slots, keys is not nil and k2i is, which gopher-lua's own tables never have; strdict and dict are nil.
// keys are the slots, then: keys[i] is the value of shape.names[i], Go's nil if that has gone. A number lies behind the slots, at number(i),
// and nothing but its slot points there: who reads the slot takes a copy, and the next number is written over it.
//
// LTable's own methods find no field in slots. So code that knows nothing of them gets no such table: see Config.Mapped and thaw.
type slotted struct {
	lua.LTable
	shape *shape
}

// inSlots reports whether the fields of a table are in slots.
func (t *table) inSlots() bool { return t.k2i == nil && t.keys != nil }

// slotted is t as what it was made as, if its fields are in slots.
func (t *table) slotted() *slotted { return (*slotted)(unsafe.Pointer(t)) }

// Blocks of slots, with the room for their numbers behind them, and tables with one: each fills a size class of Go's allocator.
type (
	block1 struct {
		slots [1]lua.LValue
		_     [1]float64
	}
	block2 struct {
		slots [2]lua.LValue
		_     [2]float64
	}
	block4 struct {
		slots [4]lua.LValue
		_     [4]float64
	}
	block8 struct {
		slots [8]lua.LValue
		_     [8]float64
	}
	block16 struct {
		slots [16]lua.LValue
		_     [16]float64
	}
	block32 struct {
		slots [32]lua.LValue
		_     [32]float64
	}
	slotted1 struct {
		slotted
		block block1
	}
	slotted2 struct {
		slotted
		block block2
	}
	slotted4 struct {
		slotted
		block block4
	}
	slotted8 struct {
		slotted
		block block8
	}
	slottedList struct { // with room for a few items instead
		slotted
		room [4]lua.LValue
	}
)

// maxSlots is how many fields lie in slots, at most.
const maxSlots = 32

// noSlots are those of a table that has no field yet.
var noSlots = make([]lua.LValue, 0)

func newBlock(n int) []lua.LValue {
	switch {
	case n <= 4: // room for a few, where a table has begun with none
		return new(block4).slots[:0]
	case n <= 8:
		return new(block8).slots[:0]
	case n <= 16:
		return new(block16).slots[:0]
	}
	return new(block32).slots[:0]
}

// NewTable is an empty table with room for so many items and fields, as NEWTABLE makes it.
//
//go:noinline
func (m *Machine) NewTable(items, fields int) *lua.LTable {
	if m.cfg.Mapped {
		return newTable(items, fields)
	}
	return newSlotted(&m.shapes.root, items, fields)
}

// newSlotted is an empty table for fields in slots, if they are not too many.
func newSlotted(empty *shape, items, fields int) *lua.LTable {
	var t *slotted
	var room []lua.LValue
	slots := noSlots
	switch {
	case fields == 0 && items == 0:
		t = new(slotted)
	case fields == 0 && items <= len(slottedList{}.room):
		s := new(slottedList)
		t, room = &s.slotted, s.room[:0:items]
	case fields == 0:
		t = new(slotted)
	case fields == 1:
		s := new(slotted1)
		t, slots = &s.slotted, s.block.slots[:0]
	case fields == 2:
		s := new(slotted2)
		t, slots = &s.slotted, s.block.slots[:0]
	case fields <= 4:
		s := new(slotted4)
		t, slots = &s.slotted, s.block.slots[:0]
	case fields <= 8:
		s := new(slotted8)
		t, slots = &s.slotted, s.block.slots[:0]
	case fields <= maxSlots:
		t, slots = new(slotted), newBlock(fields)
	default:
		return newTable(items, fields)
	}
	t.Metatable, t.shape = lua.LNil, empty
	tb := inTable(&t.LTable)
	tb.keys = slots
	if room != nil {
		tb.array = room
	} else if items > 0 {
		tb.array = make([]lua.LValue, 0, items)
	}
	return &t.LTable
}

// number is where a number of slot i lies.
func (t *table) number(i int) *float64 {
	slots := unsafe.Pointer(unsafe.SliceData(t.keys))
	return (*float64)(unsafe.Add(slots, uintptr(cap(t.keys))*unsafe.Sizeof(t.keys[0])+uintptr(i)*8))
}

// slot is the value in slot i, nil if there is none. m may be nil.
func (t *table) slot(m *Machine, i int) lua.LValue {
	v := t.keys[i]
	if n, ok := v.(lua.LNumber); ok {
		if m == nil {
			return n // Go makes a box
		}
		return m.nums.box(float64(n))
	}
	return v
}

// named is the value in the slot of a name, nil if there is none. m may be nil.
func (t *table) named(m *Machine, name string) lua.LValue {
	if i := t.slotted().shape.find(name); i >= 0 {
		return t.slot(m, i)
	}
	return nil
}

// put sets slot i.
func (t *table) put(i int, v lua.LValue) {
	switch n := v.(type) {
	case lua.LNumber:
		p := t.number(i)
		*p = float64(n)
		*(*numberValue)(unsafe.Pointer(&t.keys[i])) = numberValue{numTab, p}
	case *lua.LNilType:
		t.keys[i] = nil
	default:
		t.keys[i] = v
	}
}

// setSlot is t[key] = v for a short key, without metamethods.
func (t *table) setSlot(key lua.LValue, name string, v lua.LValue) {
	if i := t.slotted().shape.find(name); i >= 0 {
		t.put(i, v)
	} else if !isNil(v) {
		t.addSlot(key, name, v)
	}
}

// addSlot is t[key] = v for a key that the shape of t does not have. The table thaws where the shapes end.
func (t *table) addSlot(key lua.LValue, name string, v lua.LValue) {
	if next := t.slotted().shape.with(name); next == nil || len(t.keys) == cap(t.keys) && !t.moreSlots() {
		if n, ok := v.(lua.LNumber); ok {
			v = n // in a box of its own: it may have been in a register's
		}
		t.thaw()
		t.setString(key, name, v)
	} else {
		t.addTo(next, v)
	}
}

// addTo is addSlot where the shape that t gets is known, and there is room.
func (t *table) addTo(next *shape, v lua.LValue) {
	t.slotted().shape = next
	n := len(t.keys)
	t.keys = t.keys[:n+1]
	t.put(n, v)
}

// moreSlots makes room for another slot, if all are in use.
func (t *table) moreSlots() bool {
	old := t.keys
	for _, v := range old {
		if v == nil {
			return false
		}
	}
	t.keys = newBlock(len(old) + 1)[:len(old)]
	for i, v := range old {
		t.put(i, v)
	}
	clear(old) // it may be part of the table, which would keep for good what was in there
	return true
}

// thaw puts the fields of t, if they are in slots, where gopher-lua has them.
func (t *table) thaw() {
	if !t.inSlots() {
		return
	}
	s := t.slotted()
	slots, names := t.keys, s.shape.names
	size := cap(slots) // what PUC's node part would be, see rehash.go
	if size == 4 && uintptr(unsafe.Pointer(unsafe.SliceData(slots))) != uintptr(unsafe.Pointer(s))+unsafe.Sizeof(*s) {
		size = powerOf2(len(slots)) // it has grown from less: see newBlock
	}
	t.keys, s.shape = nil, nil
	if size == 0 {
		return
	}
	t.strdict, t.k2i = make(map[string]lua.LValue, len(names)), make(map[lua.LValue]int, len(names))
	t.keys = append(make([]lua.LValue, 0, size), names...)
	for i, name := range names {
		if slots[i] != nil {
			t.strdict[string(name.(lua.LString))] = slots[i] // a number's place is nobody's any more: it is a box like others
		}
		t.k2i[name] = i
	}
	clear(slots) // see moreSlots; a number keeps all of the block
}

// SetMetatable sets the metatable of t; nil: none.
func SetMetatable(t, mt *lua.LTable) {
	t.Metatable = lua.LNil
	if mt != nil {
		inTable(mt).thaw() // gopher-lua's handlers look for metamethods
		t.Metatable = mt
	}
}

// shape is what fields tables have in their slots, in the order in which they came: tables that came by the same fields in the same order
// share one. It never changes; the machine knows of those that have one field more, but not of a Maker's, which may still be at work off
// the loop.
type shape struct {
	names []lua.LValue                   // texts
	at    atomic.Pointer[map[string]int] // of names, where they are many; nil: not yet asked for
	all   *shapes                        // nil: it is a Maker's
}

// shapes are those of a machine.
type shapes struct {
	root  shape
	next  map[wider]*shape
	seen  *[seenSize]seenField
	asked int // how often somebody had to search
}

// wider is the way from a shape to one that has one more name.
type wider struct {
	of   *shape
	name string
}

// seenField is what was found of a name in a shape. The name is one box of a text, as constants are.
type seenField struct {
	shape *shape
	name  unsafe.Pointer
	slot  int    // negative: there is none
	next  *shape // with that name, if a table has come by it
}

const seenSize = 1 << 9

// seenNothing is what a machine has until there is something to remember.
var seenNothing [seenSize]seenField

// Bounds of what a machine keeps: a script may make tables of any fields.
const (
	maxShapes   = 1 << 12
	maxSlotName = 64 // bytes
)

func (s *shapes) init() { s.root.all, s.seen = s, &seenNothing }

// size is about how many bytes it takes, without its names' texts.
func (s *shape) size() int {
	n := shapeSize + nameSize*len(s.names)
	if s.at.Load() != nil {
		n += indexSize * len(s.names)
	}
	return n
}

const (
	shapeSize = 120 // with what knows the way to it
	nameSize  = 16
	indexSize = 56
)

// wordOf is the box of a text.
func wordOf(name lua.LValue) unsafe.Pointer { return (*iface)(unsafe.Pointer(&name)).word }

// remembered is the place of what is remembered of a name in a shape.
func (s *shapes) remembered(of *shape, name lua.LValue) *seenField {
	return &s.seen[(uintptr(unsafe.Pointer(of))>>5^uintptr(wordOf(name))>>4)%seenSize]
}

// fewNames are searched one by one.
const fewNames = 8

// find is the slot of a name, or negative.
func (s *shape) find(name string) int {
	if len(s.names) <= fewNames {
		for i, n := range s.names {
			if string(n.(lua.LString)) == name {
				return i
			}
		}
		return -1
	}
	at := s.at.Load()
	if at == nil {
		at = s.index()
	}
	if i, ok := (*at)[name]; ok {
		return i
	}
	return -1
}

// index makes at. A host that reads a table when its run has ended may do so beside the loop, and others.
func (s *shape) index() *map[string]int {
	at := make(map[string]int, len(s.names))
	for i, n := range s.names {
		at[string(n.(lua.LString))] = i
	}
	s.at.Store(&at)
	return &at
}

// adopted is the machine's own shape of the same names, nil if it can have none.
func (s *shapes) adopted(of *shape) *shape {
	own := &s.root
	for _, name := range of.names {
		if own = own.with(string(name.(lua.LString))); own == nil {
			return nil
		}
	}
	return own
}

// slotOf is find for the box of a name that is likely to come again.
func (s *shapes) slotOf(of *shape, name lua.LValue) int {
	e := s.remembered(of, name)
	if e.shape == of && e.name == wordOf(name) {
		return e.slot
	}
	i := of.find(string(name.(lua.LString)))
	if s.seen == &seenNothing {
		if s.asked++; s.asked < minSought && !spoiling {
			return i
		}
		s.seen = new([seenSize]seenField)
		e = s.remembered(of, name)
	}
	*e = seenField{of, wordOf(name), i, nil}
	return i
}

// with is the shape that has one more name, nil if there cannot be one. When a machine has made many, all begin anew: tables keep those
// that they have, and a script whose tables differ more and more does not make the machine keep a shape of each.
func (s *shape) with(name string) *shape {
	if s.all == nil {
		return nil
	}
	if next := s.all.next[wider{s, name}]; next != nil {
		return next
	}
	if len(s.names) == maxSlots || len(name) > maxSlotName {
		return nil
	}
	if s.all.next == nil || len(s.all.next) == maxShapes {
		s.all.next = map[wider]*shape{}
	}
	name = strings.Clone(name) // it may be part of something larger
	next := &shape{names: make([]lua.LValue, len(s.names)+1), all: s.all}
	copy(next.names, s.names)
	next.names[len(s.names)] = lua.LString(name)
	s.all.next[wider{s, name}] = next
	return next
}

// seenSlot is the slot of a field that has a value and was looked for before, nil if that is not so. The loop's frame has no room for it,
// nor for setSeenSlot.
func (m *Machine) seenSlot(lt *lua.LTable, key lua.LValue) *lua.LValue {
	t := inTable(lt)
	of := t.slotted().shape
	if e := m.shapes.remembered(of, key); e.shape == of && e.name == wordOf(key) {
		if uint(e.slot) < uint(len(t.keys)) && t.keys[e.slot] != nil {
			return &t.keys[e.slot]
		}
	}
	return nil
}

// setSeenSlot sets a field that seenSlot finds, and reports whether it has.
func (m *Machine) setSeenSlot(lt *lua.LTable, key, v lua.LValue) bool {
	t := inTable(lt)
	of := t.slotted().shape
	if e := m.shapes.remembered(of, key); e.shape == of && e.name == wordOf(key) {
		if uint(e.slot) < uint(len(t.keys)) && t.keys[e.slot] != nil {
			t.put(e.slot, v)
			return true
		}
	}
	return false
}

// slotField is t[key] for a table whose fields are in slots, as field is for others.
//
//go:noinline
func (m *Machine) slotField(lt *lua.LTable, key lua.LValue) lua.LValue {
	t := inTable(lt)
	name := string(key.(lua.LString))
	if len(name) > longText {
		return nil
	}
	if i := m.shapes.slotOf(t.slotted().shape, key); i >= 0 && t.keys[i] != nil {
		return t.slot(m, i)
	}
	return m.inherited(lt, name)
}

// setNow is setField for a key that was computed: a table with such fields goes on in maps.
//
//go:noinline
func (m *Machine) setNow(lt *lua.LTable, key, v lua.LValue) bool {
	if t := inTable(lt); t.inSlots() && !isNil(v) {
		name := string(key.(lua.LString))
		if i := t.slotted().shape.find(name); i >= 0 && t.keys[i] != nil {
			t.put(i, v)
			return true
		} else if i < 0 {
			t.thaw()
		}
	}
	return m.setField(lt, key, v)
}

// setSlotField is setField for a table whose fields are in slots.
//
//go:noinline
func (m *Machine) setSlotField(lt *lua.LTable, key, v lua.LValue) bool {
	t := inTable(lt)
	name := string(key.(lua.LString))
	if len(name) > longText {
		return false
	}
	i := m.shapes.slotOf(t.slotted().shape, key)
	if i >= 0 && t.keys[i] != nil {
		t.put(i, v)
		return true
	}
	if isNil(v) {
		return false
	}
	if mt, ok := t.Metatable.(*lua.LTable); ok && m.rawField(mt, "__newindex") != nil {
		return false
	}
	if i >= 0 {
		t.put(i, v)
		return true
	}
	before := t.slotted().shape
	if before.all == nil {
		if own := m.shapes.adopted(before); own != nil {
			t.slotted().shape, before = own, own
		}
	}
	e := m.shapes.remembered(before, key)
	known := e.shape == before && e.name == wordOf(key)
	if known && e.next != nil && len(t.keys) < cap(t.keys) {
		t.addTo(e.next, v)
		return true
	}
	t.addSlot(key, name, v)
	if known && t.inSlots() {
		e.next = t.slotted().shape
	}
	return true
}
