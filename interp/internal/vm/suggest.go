package vm

import (
	"iter"
	"strings"

	lua "github.com/yuin/gopher-lua"
)

// missing is a name that a script used and that had no value, and the table where it was looked for.
type missing struct {
	text  string // of the error
	table *lua.LTable
	name  string
}

// DidYouMean is the name that the script may have meant, where the error is that a global or a field of a known table has
// no value; "" if none comes near.
func (r *Raised) DidYouMean() string {
	if r.missing == nil {
		return ""
	}
	return nearest(r.missing.table, r.missing.name)
}

// note keeps what was missing, for the error of that text.
func (m *Machine) note(text string, cf *callFrame, reg int) {
	m.missing = nil
	kind, name, pc := origin(cf, reg)
	inst := cf.Fn.Proto.Code[max(pc, 0)]
	var t lua.LValue
	switch kind {
	case "global":
		t = cf.Fn.Env
	case "field", "method":
		t = m.valueOf(cf, int(inst&0x1ff), pc)
	}
	if t != nil && t.Type() != lua.LTTable {
		t = m.cur.metamethod(t, "__index") // the methods of a string, a task, a queue
	}
	if t, ok := t.(*lua.LTable); ok {
		m.missing = &missing{text, t, name}
	}
}

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
	switch int(inst >> 26) {
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

// nearest is the string key of t, or of the tables behind it, that differs least from name; "" if none comes near.
func nearest(t *lua.LTable, name string) string { return Nearest(name, keys(t)) }

// keys are the string keys of t, and of the tables behind it.
func keys(t *lua.LTable) iter.Seq[string] {
	return func(yield func(string) bool) {
		for range 8 {
			for key, v := range inTable(t).strdict {
				if !isNil(v) && !yield(key) {
					return
				}
			}
			mt, ok := t.Metatable.(*lua.LTable)
			if !ok {
				return
			}
			if t, ok = mt.RawGetString("__index").(*lua.LTable); !ok {
				return
			}
		}
	}
}

// Nearest is which of several names differs least from name; "" if none comes near.
func Nearest(name string, among iter.Seq[string]) string {
	best, least := "", 1+min(2, (len(name)+1)/3)
	for key := range among {
		if len(key) > len(name)+2 || len(name) > len(key)+2 {
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
