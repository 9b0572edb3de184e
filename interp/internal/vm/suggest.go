package vm

import (
	"iter"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
)

// valueOf is what register reg of the frame held at pc, found without running anything; nil if it cannot be told.
func (m *Machine) valueOf(cf *callFrame, reg, pc int) lua.LValue {
	p := cf.Fn.Proto
	if _, ok := cf.Fn.LocalName(reg+1, pc); ok {
		return m.cur.reg.array[cf.LocalBase+reg]
	}
	at := loadedBy(p, pc, reg)
	if at < 0 {
		return nil
	}
	inst := p.Code[at]
	B, C := int(inst&0x1ff), int(inst>>9)&0x1ff
	switch codegen.Base(op(inst)) {
	case lua.OP_LOADK:
		return p.Constants[inst&0x3ffff]
	case lua.OP_GETGLOBAL:
		return Get(cf.Fn.Env, p.Constants[inst&0x3ffff])
	case lua.OP_GETUPVAL:
		return cf.Fn.Upvalues[B].Value()
	case lua.OP_MOVE, lua.OP_MOVEN:
		return m.valueOf(cf, B, at)
	case lua.OP_GETTABLE, lua.OP_GETTABLEKS:
		if t, ok := m.valueOf(cf, B, at).(*lua.LTable); ok && C&0x100 != 0 {
			return Get(t, p.Constants[C&0xff])
		}
	}
	return nil
}

// Bounds of what is looked at to find what a name was meant for: a script may have made a table of any size, with keys of any length.
const (
	maxWord = 40   // bytes of a name
	maxKeys = 2000 // of a table and those behind it
)

// keys are the string keys of t, and of the tables behind it, no more and no longer than one wants to see.
func keys(t *lua.LTable) iter.Seq[string] {
	return func(yield func(string) bool) {
		n := 0
		for range 8 {
			stop := false
			Pairs(t, func(k, _ lua.LValue) bool {
				key, ok := k.(lua.LString)
				n++
				stop = n > maxKeys || ok && len(key) <= maxWord && !yield(string(key))
				return !stop
			})
			if stop {
				return
			}
			mt, ok := t.Metatable.(*lua.LTable)
			if !ok {
				return
			}
			if t, ok = Field(mt, "__index").(*lua.LTable); !ok {
				return
			}
		}
	}
}

// Nearest is which of several names differs least from name; "" if none comes near, or the name is longer than names are.
func Nearest(name string, among iter.Seq[string]) string {
	best, least := "", 1+min(2, len(name)/3)
	switch n := len(name); {
	case n > maxWord:
		return ""
	case n == 2: // one letter of two is much, so the first must be right
		least = 2
	}
	for key := range among {
		if len(key) > len(name)+2 || len(name) > len(key)+2 || len(name) == 2 && !strings.HasPrefix(key, name[:1]) {
			continue
		}
		d := distance(name, key)
		if strings.EqualFold(name, key) {
			d = 0
		}
		if d < least || d == least && best != "" && key < best {
			best, least = key, d
		}
	}
	return best
}

// distance is how many letters must be put in, left out, replaced or swapped with their neighbour to make b of a.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
