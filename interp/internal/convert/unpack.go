package convert

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// UnpackHost is what a runtime adds to an Unpacker. Without one there is only data.
type UnpackHost struct {
	// Make makes a value of what Known or Object have packed; Fill is given the copies of its parts then. Make may run Lua.
	Make func(what any, require func(name string) (lua.LValue, error)) (lua.LValue, error)
	Fill func(v lua.LValue, what any, parts []lua.LValue)
	// Function is told of the code of a function before there is one, and returns the code to run.
	Function func(p *lua.FunctionProto) *lua.FunctionProto
	Globals  *lua.LTable
	// NewTable makes an empty table with room for so many items and fields.
	NewTable func(items, fields int) *lua.LTable
	// Set sets a global, or a field of a table of builtins.
	Set func(table, name string, v lua.LValue)
}

// Unpacker makes a runtime's own copies of packed values. One value in a Packed is one value in all that an unpacker makes,
// unless Forget comes in between. It is for the loop's side.
type Unpacker struct {
	// Work, unless nil, counts n bytes, or n short steps, and may unwind what runs.
	Work func(n int)
	// Require is what a module is, by its name.
	Require func(name string) (lua.LValue, error)

	p       *Packed
	host    *UnpackHost
	made    []lua.LValue // by the number of the node; nil: it is in few
	few     map[int]lua.LValue
	cells   map[int]*lua.Upvalue
	like    []*lua.LTable // the first table of a shape, by the shape's number
	set     map[int]bool  // globals
	todo    []lua.LValue  // nodes to be filled
	later   []int         // globals to be set when all is filled
	kept    bool
	recent  []int // nodes that were made since Keep
	cellsOf []int // cells, too
	leaves  int   // bytes that Work has not been told of
	maker   vm.Maker
}

// manyNodes is how many nodes a Packed has where an unpacker keeps those that it has made by their numbers alone.
const manyNodes = 4096

// NewUnpacker makes an unpacker.
func NewUnpacker(p *Packed, host *UnpackHost) *Unpacker {
	return &Unpacker{p: p, host: host}
}

// Value is a copy of the i-th value, from 0.
func (u *Unpacker) Value(i int) (lua.LValue, error) {
	if u.made == nil && u.few == nil && u.p.nodes > 0 {
		if u.p.nodes <= manyNodes || len(u.p.roots) == 1 {
			u.made = make([]lua.LValue, u.p.nodes)
		} else {
			u.few = map[int]lua.LValue{}
		}
	}
	v, err := u.value(u.p.roots[i])
	if err != nil {
		return nil, err
	}
	if err := u.fill(); err != nil {
		return nil, err
	}
	return v, nil
}

// Keep keeps what was made so far from Forget.
func (u *Unpacker) Keep() {
	u.kept = true
	u.recent, u.cellsOf = u.recent[:0], u.cellsOf[:0]
}

// Forget forgets what was made since Keep: it is made anew when it comes again.
func (u *Unpacker) Forget() {
	for _, at := range u.recent {
		if u.made != nil {
			u.made[at] = nil
		} else {
			delete(u.few, at)
		}
	}
	for _, at := range u.cellsOf {
		delete(u.cells, at)
	}
	clear(u.like)
	u.Keep()
}

func (u *Unpacker) get(at int) lua.LValue {
	if u.made != nil {
		return u.made[at]
	}
	return u.few[at]
}

func (u *Unpacker) put(at int, v lua.LValue) {
	if u.made != nil {
		u.made[at] = v
	} else {
		u.few[at] = v
	}
	if u.kept {
		u.recent = append(u.recent, at)
	}
}

// value is the runtime's own of what stands in a Packed.
func (u *Unpacker) value(x lua.LValue) (lua.LValue, error) {
	switch n := x.(type) {
	case *packedTable:
		if v := u.get(n.at); v != nil {
			return v, nil
		}
		v := u.table(n)
		u.put(n.at, v)
		if !n.leaf {
			u.todo = append(u.todo, n)
			return v, nil
		}
		if u.leaves += 64 + 16*len(n.items) + 64*len(n.fields); u.leaves > 1<<14 && u.Work != nil {
			u.Work(u.leaves)
			u.leaves = 0
		}
		return v, u.fillTable(n, v)
	case *packedFunction:
		if v := u.get(n.at); v != nil {
			return v, nil
		}
		env := u.host.Globals
		if n.env != nil {
			e, err := u.value(n.env)
			if err != nil {
				return nil, err
			}
			if t, ok := e.(*lua.LTable); ok {
				env = t
			}
		}
		v := vm.Closure(u.host.Function(n.code), make([]*lua.Upvalue, len(n.vars)), env)
		u.put(n.at, v)
		u.todo = append(u.todo, n)
		return v, nil
	case *packedOther:
		if v := u.get(n.at); v != nil {
			return v, nil
		}
		v, err := u.host.Make(n.what, u.Require)
		if err != nil {
			return nil, err
		}
		u.put(n.at, v)
		if len(n.parts) > 0 {
			u.todo = append(u.todo, n)
		}
		return v, nil
	}
	return x, nil
}

// first is the first table of a shape, or nil.
func (u *Unpacker) first(s *shape) *lua.LTable {
	if u.like == nil {
		return nil
	}
	return u.like[s.at]
}

// maxLike is how many fields a table has at most that is made as a copy of another.
const maxLike = 8

// table is a table of the size that it will have.
func (u *Unpacker) table(n *packedTable) *lua.LTable {
	var t *lua.LTable
	switch {
	case n.shape == nil:
		t = u.host.NewTable(len(n.items), len(n.pairs)/2)
	case len(n.items) > 0 || len(n.shape.names) > maxLike:
		t = u.host.NewTable(len(n.items), len(n.shape.names))
	default:
		if first := u.first(n.shape); first != nil {
			t = u.maker.Like(first)
			t.Metatable = lua.LNil
		} else {
			t = u.host.NewTable(0, len(n.shape.names))
		}
	}
	if n.list {
		vm.MarkList(t)
	}
	return t
}

// fill fills what was made.
func (u *Unpacker) fill() error {
	work := 0
	for len(u.todo) > 0 {
		last := len(u.todo) - 1
		x := u.todo[last]
		u.todo = u.todo[:last]
		switch n := x.(type) {
		case *packedTable:
			if err := u.fillTable(n, u.get(n.at).(*lua.LTable)); err != nil {
				return err
			}
			work += 64 + 16*len(n.items) + 64*(len(n.fields)+len(n.pairs))
		case *packedFunction:
			if err := u.fillFunction(n); err != nil {
				return err
			}
			work += 64 * (1 + len(n.vars))
		case *packedOther:
			parts := make([]lua.LValue, len(n.parts))
			for i, x := range n.parts {
				v, err := u.value(x)
				if err != nil {
					return err
				}
				parts[i] = v
			}
			u.host.Fill(u.get(n.at), n.what, parts)
			work += 64 * len(parts)
		}
		if work > 1<<14 && u.Work != nil {
			u.Work(work)
			work = 0
		}
	}
	if work > 0 && u.Work != nil {
		u.Work(work)
	}
	for len(u.later) > 0 { // nothing that runs has seen them half made
		later := u.later
		u.later = nil
		for _, i := range later {
			g := &u.p.globals[i]
			v, err := u.value(g.v)
			if err != nil {
				return err
			}
			if err := u.fill(); err != nil {
				return err
			}
			u.host.Set(g.table, g.name, v)
		}
	}
	return nil
}

func (u *Unpacker) fillTable(n *packedTable, t *lua.LTable) error {
	if len(n.items) > 0 {
		vm.PutItems(t, n.items)
		items := vm.Items(t, len(n.items))
		for i, x := range n.items {
			if plain(x) {
				continue
			}
			v, err := u.value(x)
			if err != nil {
				return err
			}
			items[i] = v
		}
	}
	for i, x := range n.fields {
		if !plain(x) {
			v, err := u.value(x)
			if err != nil {
				return err
			}
			x = v
		}
		vm.Set(nil, t, n.shape.names[i], x)
	}
	if n.shape != nil && len(n.items) == 0 && len(n.fields) <= maxLike && u.first(n.shape) == nil {
		if u.like == nil {
			u.like = make([]*lua.LTable, u.p.shapes)
		}
		u.like[n.shape.at] = t
	}
	for i := 0; i < len(n.pairs); i += 2 {
		key, err := u.value(n.pairs[i])
		if err != nil {
			return err
		}
		v, err := u.value(n.pairs[i+1])
		if err != nil {
			return err
		}
		vm.Set(nil, t, key, v)
	}
	if n.meta != nil {
		mt, err := u.value(n.meta)
		if err != nil {
			return err
		}
		table, ok := mt.(*lua.LTable)
		if !ok {
			return fmt.Errorf("a metatable is a %s value", vm.TypeName(mt))
		}
		vm.SetMetatable(t, table)
	}
	return nil
}

func (u *Unpacker) fillFunction(n *packedFunction) error {
	fn := u.get(n.at).(*lua.LFunction)
	for i, c := range n.vars {
		uv := u.cells[c.at]
		if uv == nil {
			uv = vm.NewCell()
			if u.cells == nil {
				u.cells = map[int]*lua.Upvalue{}
			}
			u.cells[c.at] = uv
			u.cellsOf = append(u.cellsOf, c.at)
			v, err := u.value(c.v)
			if err != nil {
				return err
			}
			vm.SetCell(uv, v)
		}
		fn.Upvalues[i] = uv
	}
	for _, g := range n.globals {
		if u.set == nil {
			u.set = map[int]bool{}
		}
		if !u.set[g] {
			u.set[g] = true
			u.later = append(u.later, g)
		}
	}
	return nil
}
