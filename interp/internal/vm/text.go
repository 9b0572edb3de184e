package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"
)

// A string as a value is, in Go, a box with the string in it, and the bytes: two allocations. Short ones that are made anew
// have their bytes in the box.
type (
	shortText struct {
		text  string
		bytes [16]byte
	}
	longerText struct {
		text  string
		bytes [32]byte
	}
)

const maxShort = 32

// textValue is an LValue that holds an LString, as Go lays it out.
type textValue struct {
	tab  uintptr
	word *string
}

var textTab = func() uintptr {
	v := lua.LValue(lua.LString("x"))
	return (*textValue)(unsafe.Pointer(&v)).tab
}()

// short is a new string of n bytes, at most maxShort, as a value, and the bytes, which are to be filled in before anybody
// sees the value.
func short(n int) (v lua.LValue, bytes []byte) {
	if n <= 16 {
		t := new(shortText)
		t.text, bytes = unsafe.String(&t.bytes[0], n), t.bytes[:n]
		*(*textValue)(unsafe.Pointer(&v)) = textValue{textTab, &t.text}
	} else {
		t := new(longerText)
		t.text, bytes = unsafe.String(&t.bytes[0], n), t.bytes[:n]
		*(*textValue)(unsafe.Pointer(&v)) = textValue{textTab, &t.text}
	}
	return v, bytes
}

// Text is the string of b, which the caller gives up: it is copied only where it is short, or much of its room is unused.
func Text(b []byte) lua.LValue {
	if n := len(b); n > maxShort && cap(b) <= n+n/2 {
		return lua.LString(unsafe.String(&b[0], n))
	}
	return CopyText(b)
}

// CopyText is the string of b, which stays the caller's.
func CopyText(b []byte) lua.LValue {
	if len(b) > maxShort {
		return lua.LString(b)
	}
	v, bytes := short(len(b))
	copy(bytes, b)
	return v
}

// joined is a .. b.
func joined(a, b lua.LString) lua.LValue {
	n := len(a) + len(b)
	if n > maxShort {
		return a + b
	}
	v, bytes := short(n)
	copy(bytes[copy(bytes, a):], b)
	return v
}

// stringMethod is s[key] for a string s, where that is found in a table; nil: somebody else must look.
func (m *Machine) stringMethod(key string) lua.LValue {
	if mt, ok := inGlobal(m.root.G).builtinMts[int(lua.LTString)].(*lua.LTable); ok {
		if t, ok := inTable(mt).strdict["__index"].(*lua.LTable); ok {
			return m.fieldNow(t, key)
		}
	}
	return nil
}
