package vm

import (
	"maps"
	"strings"
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// Maker makes values by the million, of what is decoded. It belongs to no thread, so it may be used off the loop, by one goroutine
// at a time; what it has made belongs to the loop once it is handed over there.
type Maker struct {
	nums  numbers
	names map[string]lua.LValue // so that a name that comes with each record is one string
	took  int

	shapes map[uintptr]*shape // of the tables that were made, by their names
	loop   *shapes            // the machine's own, where the Maker is at work on the loop's side; nil: elsewhere
	mapped bool
}

// NewMaker is a Maker of what the machine is going to have; onLoop says that it is used on the loop's side alone.
func (m *Machine) NewMaker(onLoop bool) Maker {
	k := Maker{mapped: m.cfg.Mapped}
	if onLoop {
		k.loop = &m.shapes
	}
	return k
}

// Bounds of what a Maker keeps of names.
const (
	maxNames      = 4096
	maxName       = 64
	maxMadeShapes = 256
)

// Took is about how many bytes the values take that were made so far.
func (k *Maker) Took() int { return k.took }

// Take counts n bytes more.
func (k *Maker) Take(n int) { k.took += n }

// Number is a number as a value.
func (k *Maker) Number(f float64) lua.LValue {
	k.took += 8
	return k.nums.box(f)
}

// Text is a copy of s as a value: s may be part of something larger, which is not to be kept for it.
func (k *Maker) Text(s string) lua.LValue {
	k.took += sizeBox + len(s)
	switch n := len(s); {
	case n == 0:
		return emptyText
	case n > maxShort:
		return lua.LString(strings.Clone(s))
	}
	v, bytes := short(len(s))
	copy(bytes, s)
	return v
}

// Bytes is the text of b, which stays the caller's.
func (k *Maker) Bytes(b []byte) lua.LValue {
	k.took += sizeBox + len(b)
	if len(b) == 0 {
		return emptyText
	}
	return CopyText(b)
}

var emptyText = lua.LValue(lua.LString(""))

// Name is Text of what comes again and again.
func (k *Maker) Name(s string) lua.LValue {
	if v, ok := k.names[s]; ok {
		return v
	}
	v := k.Text(s)
	if len(s) <= maxName && len(k.names) < maxNames {
		if k.names == nil {
			k.names = map[string]lua.LValue{}
		}
		k.names[string(v.(lua.LString))] = v
	}
	return v
}

// List is a table with room for n items, marked as a list.
func (k *Maker) List(n int) *lua.LTable {
	k.took += int(unsafe.Sizeof(table{})) + 16*n
	t := newTable(n, 0)
	MarkList(t)
	return t
}

// Map is a table of pairs: a text, its value, and so on. The last value of a name that is there twice counts; a nil takes away what was
// there before.
func (k *Maker) Map(pairs []lua.LValue) *lua.LTable {
	n := len(pairs) / 2
	k.took += int(unsafe.Sizeof(slotted{}))
	if s := k.shape(pairs); s != nil {
		lt := newSlotted(s, 0, n)
		t := inTable(lt)
		k.took += 24 * cap(t.keys)
		t.keys = t.keys[:n]
		for i := range n {
			t.put(i, pairs[2*i+1])
		}
		return lt
	}
	if n > 0 {
		k.took += max(sizeMaps, sizeStrKey*n)
	}
	lt := newTable(0, n)
	for i := range n {
		inTable(lt).set(nil, pairs[2*i], pairs[2*i+1])
	}
	return lt
}

// shape is that of a table of pairs; nil: it must have its fields in maps.
func (k *Maker) shape(pairs []lua.LValue) *shape {
	n := len(pairs) / 2
	if k.mapped || n > maxSlots {
		return nil
	}
	if k.loop != nil {
		return k.loop.of(pairs)
	}
	h := uintptr(n)
	for i := range n {
		h = (h ^ uintptr(wordOf(pairs[2*i]))>>3) * 16777619
	}
	if s := k.shapes[h]; s != nil {
		for i, name := range s.names {
			if wordOf(name) != wordOf(pairs[2*i]) {
				return nil
			}
		}
		if len(s.names) == n {
			return s
		}
		return nil
	}
	if len(k.shapes) == maxMadeShapes {
		return nil
	}
	s := &shape{names: make([]lua.LValue, n)}
	for i := range n {
		name, ok := pairs[2*i].(lua.LString)
		if !ok || len(name) > maxSlotName {
			return nil
		}
		s.names[i] = pairs[2*i]
	}
	if at := s.index(); len(*at) != n {
		return nil
	}
	if n <= fewNames {
		s.at.Store(nil)
	}
	if k.shapes == nil {
		k.shapes = map[uintptr]*shape{}
	}
	k.shapes[h] = s
	k.took += s.size()
	return s
}

// of is the machine's own shape of a table of pairs; nil: it must have its fields in maps.
func (all *shapes) of(pairs []lua.LValue) *shape {
	s := &all.root
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(lua.LString)
		if !ok || s.find(string(name)) >= 0 {
			return nil
		}
		if s = s.with(string(name)); s == nil {
			return nil
		}
	}
	return s
}

// Like is a copy of t, which Map has made of few pairs. Go copies maps of up to eight as they lie, without hashing.
func (k *Maker) Like(t *lua.LTable) *lua.LTable {
	from := inTable(t)
	if from.inSlots() {
		lt := newSlotted(from.slotted().shape, 0, len(from.keys))
		to := inTable(lt)
		k.took += int(unsafe.Sizeof(slotted{})) + 24*cap(to.keys)
		to.keys = to.keys[:len(from.keys)]
		for i, v := range from.keys {
			if v != nil {
				to.put(i, v)
			}
		}
		return lt
	}
	n := len(from.keys)
	k.took += int(unsafe.Sizeof(table{})) + max(sizeMaps, sizeStrKey*n)
	lt := &lua.LTable{Metatable: t.Metatable}
	to := inTable(lt)
	to.strdict, to.k2i, to.keys = maps.Clone(from.strdict), maps.Clone(from.k2i), from.keys[:n:n] // which are never written to, but appended
	return lt
}

// A table that is marked as a list has, in the place of a metatable, a nil that is not lua.LNil. The machine goes by the type,
// so such a table costs what one without a metatable does; so does gopher-lua, which asks whether there is a table.
var marked struct {
	_   byte
	nil lua.LNilType
	_   byte
}

var listMark = lua.LValue(&marked.nil)

// MarkList marks t as a list, unless it has a metatable.
func MarkList(t *lua.LTable) {
	if isNil(t.Metatable) {
		t.Metatable = listMark
	}
}

// IsList reports whether t is marked as a list.
func IsList(t *lua.LTable) bool { return t.Metatable == listMark }

// Metatable is the metatable of v as a value, nil if it has none, whatever its __metatable says.
func Metatable(L *lua.LState, v lua.LValue) lua.LValue {
	var mt lua.LValue
	switch v := v.(type) {
	case *lua.LTable:
		mt = v.Metatable
	case *lua.LUserData:
		mt = v.Metatable
	default:
		mt = inGlobal(L.G).builtinMts[int(v.Type())]
	}
	if mt == nil || isNil(mt) {
		return lua.LNil
	}
	return mt
}
