package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// methods remembers what q.put was found to be, for objects whose metatable is sealed: that takes two searches otherwise.
type methods struct {
	sealed map[*lua.LTable]struct{}
	found  *[1 << 6]foundMethod // by where the text of the key is: that of a constant stays where it is; nil: nothing is sealed
}

type foundMethod struct {
	mt  *lua.LTable
	key string
	v   lua.LValue
}

// Seal says that nothing changes the metatable mt of objects, or its __index. It holds until a script or a host gets at it,
// see Unseal.
func (m *Machine) Seal(mt *lua.LTable) {
	if m.methods.sealed == nil {
		m.methods.sealed, m.methods.found = map[*lua.LTable]struct{}{}, new([1 << 6]foundMethod)
	}
	m.methods.sealed[mt] = struct{}{}
}

// Unseal is called before a script gets mt, which it may change.
func (m *Machine) Unseal(mt *lua.LTable) {
	if _, ok := m.methods.sealed[mt]; ok {
		delete(m.methods.sealed, mt)
		*m.methods.found = [1 << 6]foundMethod{}
	}
}

// method is ud[key] where that is found in a table, as methods are; nil: somebody else must look.
//
//go:noinline
func (m *Machine) method(ud *lua.LUserData, key string) lua.LValue {
	mt, ok := ud.Metatable.(*lua.LTable)
	if !ok {
		return nil
	}
	if m.methods.found == nil {
		t, ok := inTable(mt).strdict["__index"].(*lua.LTable)
		if !ok {
			return nil
		}
		return m.fieldNow(t, key)
	}
	text := unsafe.StringData(key)
	f := &m.methods.found[uint64(uintptr(unsafe.Pointer(text)))*0x9e3779b97f4a7c15>>58] // the top bits of Fibonacci hashing
	if f.mt == mt && len(f.key) == len(key) && unsafe.StringData(f.key) == text {
		return f.v
	}
	t, ok := inTable(mt).strdict["__index"].(*lua.LTable)
	if !ok {
		return nil
	}
	v := m.fieldNow(t, key)
	if _, ok := m.methods.sealed[mt]; ok && v != nil {
		*f = foundMethod{mt, key, v}
	}
	return v
}
