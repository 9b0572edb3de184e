package convert

import (
	"fmt"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Packed is values on their way from one runtime to others, or into a file: a copy that belongs to no runtime. Nothing is written to it
// once it is packed, so that any number of goroutines may unpack it at once, each as often as it likes. Strings, the boxes of numbers and code
// are shared by all copies.
type Packed struct {
	roots   []lua.LValue // values as they are, and nodes
	nodes   int
	cells   int
	shapes  int
	globals []packedGlobal
	known   []any // what the host has packed
	size    int
	texts   int
	data    bool // nothing is in it but data, so that it has a binary form
}

// A node stands, in a Packed, for a value of which each runtime has a copy of its own. It is a value itself, so that it stands among
// the others.
type node struct{ at int }

// String implements lua.LValue.
func (node) String() string { return "packed" }

// Type implements lua.LValue.
func (node) Type() lua.LValueType { return lua.LTUserData }

// packedTable is a table. Invariant: its fields have a shape, or its pairs are all that is in it.
type packedTable struct {
	node
	list   bool         // it is marked as one
	leaf   bool         // no node is in it
	items  []lua.LValue // the last is not nil
	shape  *shape       // the names of its fields; nil: there are none
	fields []lua.LValue // by the shape's names
	pairs  []lua.LValue // keys and values in turn, where there is a key that is no name
	meta   lua.LValue   // nil: it has no metatable
}

// shape is the names of fields, in their order: records have it in common.
type shape struct {
	at    int
	names []lua.LValue
}

// packedFunction is a function of Lua.
type packedFunction struct {
	node
	code    *lua.FunctionProto
	vars    []*packedCell
	env     lua.LValue // nil: the globals
	globals []int      // that its code names, among those of the Packed
}

// packedCell is a variable that functions share.
type packedCell struct {
	at int
	v  lua.LValue
}

// packedOther is what the host knows: an object, an error value, a module by its name.
type packedOther struct {
	node
	what    any
	parts   []lua.LValue
	failure bool // it was parsed, and is an error as it was raised
}

// packedGlobal is a global that a script has set, or, with a table, a field that it has put into a table of builtins.
type packedGlobal struct {
	table, name string
	v           lua.LValue
}

// Len is how many values are in it.
func (p *Packed) Len() int { return len(p.roots) }

// Size is about how many bytes a copy takes, without its strings.
func (p *Packed) Size() int { return p.size }

// TextSize is about how many bytes its strings take, each once; short ones are in Size. It is 0 for what only data could go into.
func (p *Packed) TextSize() int { return p.texts }

// PackHost is what a runtime adds to a Packer. Without one there is only data.
type PackHost struct {
	// Known is what another runtime has of its own, such as a table of builtins or a module, and what Unpack is given for it.
	Known func(v lua.LValue) (what any, ok bool)
	// Object is an object that may go along: what Unpack is given, with copies of the parts. Otherwise refused says what it is: "a sync.queue".
	Object func(v lua.LValue) (what any, parts []lua.LValue, refused string)
	// Text stands for what cannot go along, in an error.
	Text func(v lua.LValue) string
	// Globals is the table of the globals, and Code the code of a function as other runtimes may have it.
	Globals *lua.LTable
	Code    func(p *lua.FunctionProto) *lua.FunctionProto
	// Named calls yield for each global that the code names and the script has set, and each field of that name that it has put into a
	// table of builtins. An error is that of a name that cannot go along.
	Named func(p *lua.FunctionProto, yield func(table, name string, v lua.LValue) error) error
	// FuncName is a function for a message: "function 'work' (job.lua:3)"; name is what it was found as, or "".
	FuncName func(p *lua.FunctionProto, name string) string
}

// Packer packs values. It is for the loop's side, and for one Packed.
type Packer struct {
	// Work, unless nil, counts n bytes, or n short steps, and may unwind what runs.
	Work func(n int)
	// Words, unless nil, says what an object is: "queue".
	Words func(v lua.LValue) string
	// Called is what a function is called that Add is given, or "".
	Called string
	// Portable says that the values go to other machines: functions need a text then, and objects stay.
	Portable bool

	host   *PackHost // nil: only data
	p      *Packed
	tables map[*lua.LTable]*packedTable
	funcs  map[*lua.LFunction]*packedFunction
	vars   map[*lua.Upvalue]*packedCell
	others map[lua.LValue]*packedOther
	named  map[[2]string]int // globals
	steps  []step
	done   int // of the steps
	room   []lua.LValue
	recent [4]*shape
	texts  *vm.Sizer    // the strings that were counted
	keys   []lua.LValue // scratch
	vals   []lua.LValue
	slab   []packedTable // of which the next tables are

	leafKeys, leafVals []lua.LValue // scratch
	unworked           int          // bytes that Work has not been told of
}

// step is a node that is to be filled, and how it was come to.
type step struct {
	n    any
	v    lua.LValue
	from int // step; -1: it is a root
	by   byWhat
	name lua.LValue // of the field, variable or global
	soft bool       // it belongs to an error: what cannot go along becomes text
}

// byWhat says what a value is in the one that it was found in.
type byWhat uint8

const (
	byRoot byWhat = iota
	byField
	byKey
	byVariable
	byGlobal
	byMetatable
	byEnvironment
	byPart
)

// NewPacker makes a packer. host may be nil: then only data can be packed.
func NewPacker(host *PackHost) *Packer {
	return &Packer{host: host, p: &Packed{data: true}}
}

// RefusedError says what cannot go along, and the way to it.
type RefusedError struct {
	Way  string // "upvalue 'q' of function 'work' (job.lua:3)"; "": it is the value itself
	What string // "a sync.queue"
	Data bool   // only data could go along
	Far  bool   // to another machine
}

// Error is the way and what is wrong with what stands there.
func (e *RefusedError) Error() string {
	s := e.What + " cannot go to another isolate"
	switch {
	case e.Far:
		s = e.What + " cannot go to another machine"
	case e.Data:
		s = e.What + " cannot be stored"
		if e.What == whatMetatable {
			s += ": store its fields"
		}
	}
	if e.Way != "" {
		s = e.Way + ": " + s
	}
	return s
}

const whatMetatable = "a table with a metatable"

// Add packs one more value; an error is a *RefusedError, and the packer is of no use then. name is what the value is called in
// messages, or "".
func (k *Packer) Add(v lua.LValue, name string) error {
	var called lua.LValue
	if name != "" {
		called = lua.LString(name)
	}
	x, err := k.value(v, step{from: -1, by: byRoot, name: called})
	if err != nil {
		return err
	}
	k.p.roots = append(k.p.roots, x)
	return k.fill()
}

// AddError is Add of what an error is made of: whatever cannot go along becomes text.
func (k *Packer) AddError(v lua.LValue) error {
	x, err := k.value(v, step{from: -1, by: byRoot, soft: true})
	if err != nil {
		return err
	}
	k.p.roots = append(k.p.roots, x)
	return k.fill()
}

// Packed is what was packed.
func (k *Packer) Packed() *Packed { return k.p }

// value is v as it stands in a Packed.
func (k *Packer) value(v lua.LValue, s step) (lua.LValue, error) {
	switch x := v.(type) {
	case nil:
		return lua.LNil, nil
	case lua.LString:
		k.counts(v)
		return v, nil
	case lua.LNumber, lua.LBool, *lua.LNilType:
		return v, nil
	case *lua.LTable:
		return k.table(x, s)
	}
	if k.host == nil {
		return k.refuse(v, k.words(v), s)
	}
	k.p.data = false // whatever it is
	if fn, ok := v.(*lua.LFunction); ok && !fn.IsG {
		if n := k.funcs[fn]; n != nil {
			return n, nil
		}
		if _, _, ok := ChunkOf(k.host.Code(fn.Proto)); !ok && k.Portable {
			return k.refuse(v, "a function that was typed into a REPL", s)
		}
		if k.funcs == nil {
			k.funcs = map[*lua.LFunction]*packedFunction{}
		}
		n := &packedFunction{node: k.node()}
		k.funcs[fn] = n
		k.later(n, v, s)
		return n, nil
	}
	if n := k.others[v]; n != nil {
		return n, nil
	}
	what, ok := k.host.Known(v)
	var parts []lua.LValue
	if !ok {
		var refused string
		if what, parts, refused = k.host.Object(v); refused != "" {
			return k.refuse(v, refused, s)
		}
	}
	n := k.other(v, what)
	if len(parts) > 0 {
		n.parts = parts
		s.soft = true
		k.later(n, v, s)
	}
	return n, nil
}

func (k *Packer) other(v lua.LValue, what any) *packedOther {
	if k.others == nil {
		k.others = map[lua.LValue]*packedOther{}
	}
	n := &packedOther{node: k.node(), what: what}
	k.p.known = append(k.p.known, what)
	k.others[v] = n
	return n
}

func (k *Packer) table(t *lua.LTable, s step) (lua.LValue, error) {
	if n := k.tables[t]; n != nil {
		return n, nil
	}
	if k.host != nil {
		if n := k.others[t]; n != nil {
			return n, nil
		}
		what, ok := k.host.Known(t)
		if ok {
			k.p.data = false
			return k.other(t, what), nil
		}
		if what != nil { // it is known, and stays
			_, _, refused := k.host.Object(t)
			return k.refuse(t, refused, s)
		}
	}
	if k.tables == nil {
		k.tables = map[*lua.LTable]*packedTable{}
	}
	if len(k.slab) == 0 {
		k.slab = make([]packedTable, min(64, k.p.nodes+1))
	}
	n := &k.slab[0]
	k.slab = k.slab[1:]
	n.node, n.list = k.node(), vm.IsList(t)
	k.tables[t] = n
	if !k.leaf(n, t) {
		k.later(n, t, s)
	}
	return n, nil
}

// leaf fills a table at once that has nothing but a few plain values in it, as records have, and reports whether it is one.
func (k *Packer) leaf(n *packedTable, t *lua.LTable) bool {
	const most = 32
	if _, ok := t.Metatable.(*lua.LTable); ok {
		return false
	}
	size := vm.Length(nil, t)
	items := vm.Items(t, size)
	if size > most || len(items) != size {
		return false
	}
	for _, v := range items {
		if !plain(v) {
			return false
		}
	}
	keys, vals, named := k.leafKeys[:0], k.leafVals[:0], true
	vm.PairsAfter(t, size, func(key, v lua.LValue) bool {
		named = len(keys) < most && plain(v) && vm.ShortKey(key)
		keys, vals = append(keys, key), append(vals, v)
		return named
	})
	k.leafKeys, k.leafVals = keys, vals
	if !named {
		return false
	}
	for _, v := range items {
		k.counts(v)
	}
	for _, v := range vals {
		k.counts(v)
	}
	if n.leaf = true; size > 0 {
		n.items = k.take(size)
		copy(n.items, items)
	}
	if len(keys) > 0 {
		n.shape = k.shapeOf(keys)
		n.fields = k.take(len(vals))
		copy(n.fields, vals)
	}
	if k.unworked += 64 + 16*size + 64*len(keys); k.unworked > 1<<14 {
		k.work(k.unworked)
		k.unworked = 0
	}
	return true
}

func (k *Packer) node() node {
	k.p.nodes++
	k.p.size += 64
	return node{k.p.nodes - 1}
}

func (k *Packer) later(n any, v lua.LValue, s step) {
	s.n, s.v = n, v
	k.steps = append(k.steps, s)
}

// refuse is the error of what cannot go along or, in an error, a text in its place.
func (k *Packer) refuse(v lua.LValue, what string, s step) (lua.LValue, error) {
	if s.soft {
		text := what
		if k.host != nil {
			text = k.host.Text(v)
		}
		return lua.LString(text), nil
	}
	return nil, &RefusedError{Way: k.way(s), What: what, Data: k.host == nil, Far: k.Portable}
}

// words are what a value is, for a message.
func (k *Packer) words(v lua.LValue) string {
	name := vm.TypeName(v)
	if k.Words != nil {
		name = k.Words(v)
	}
	if len(name) > 0 && strings.ContainsAny(name[:1], "aeio") {
		return "an " + name
	}
	return "a " + name
}

// fill fills the nodes that have not been filled yet.
func (k *Packer) fill() (err error) {
	for ; k.done < len(k.steps); k.done++ {
		at, s := k.done, k.steps[k.done]
		switch n := s.n.(type) {
		case *packedTable:
			err = k.fillTable(n, s.v.(*lua.LTable), at)
		case *packedFunction:
			err = k.fillFunction(n, s.v.(*lua.LFunction), at)
		case *packedOther:
			parts := n.parts
			n.parts = make([]lua.LValue, len(parts))
			for i, v := range parts {
				if n.parts[i], err = k.value(v, step{from: at, by: byPart, soft: true}); err != nil {
					break
				}
			}
		}
		if err != nil {
			return err
		}
		k.steps[at].v, k.steps[at].n = nil, nil
		if fn, ok := s.n.(*packedFunction); ok {
			k.steps[at].n = fn // its code is named in messages
		}
	}
	return nil
}

// counts adds the length of a string, unless it is so short that its place counts for it.
func (k *Packer) counts(v lua.LValue) {
	const short = 64
	s, ok := v.(lua.LString)
	if !ok || len(s) < short || k.host == nil {
		return
	}
	if k.texts == nil {
		k.texts = vm.NewSizer(0, nil)
	}
	k.p.texts += k.texts.Text(string(s))
}

// plain reports whether a value goes along as it is.
func plain(v lua.LValue) bool {
	switch v.(type) {
	case lua.LNumber, lua.LString, lua.LBool:
		return true
	}
	return false
}

func (k *Packer) fillTable(n *packedTable, t *lua.LTable, at int) (err error) {
	soft := k.steps[at].soft
	size := vm.Length(nil, t)
	items := vm.Items(t, size) // with the nils between them, so that the copy has the same length
	k.work(16*len(items) + 64)
	if len(items) > 0 {
		n.items = k.take(len(items))
		copy(n.items, items)
		for i, v := range n.items {
			if plain(v) {
				k.counts(v)
				continue
			}
			if n.items[i], err = k.value(v, step{from: at, by: byField, name: lua.LNumber(i + 1), soft: soft}); err != nil {
				return err
			}
		}
	}
	keys, vals, named := k.keys[:0], k.vals[:0], true
	vm.PairsAfter(t, len(items), func(key, v lua.LValue) bool {
		keys, vals = append(keys, key), append(vals, v)
		named = named && vm.ShortKey(key)
		return true
	})
	k.keys, k.vals = keys, vals
	k.work(64 * len(keys))
	defer func() {
		clear(keys)
		clear(vals)
	}()
	switch {
	case len(keys) == 0:
	case named:
		n.shape = k.shapeOf(keys)
		n.fields = k.take(len(vals))
		for i, v := range vals {
			if v, err = k.value(v, step{from: at, by: byField, name: keys[i], soft: soft}); err != nil {
				return err
			}
			n.fields[i] = v
		}
	default:
		n.pairs = k.take(2 * len(keys))
		for i, key := range keys {
			name := key
			if plain(key) {
				k.counts(key)
			} else {
				name = lua.LString(vm.TypeName(key))
				if key, err = k.value(key, step{from: at, by: byKey, soft: soft}); err != nil {
					return err
				}
			}
			v, err := k.value(vals[i], step{from: at, by: byField, name: name, soft: soft})
			if err != nil {
				return err
			}
			n.pairs[2*i], n.pairs[2*i+1] = key, v
		}
	}
	if mt, ok := t.Metatable.(*lua.LTable); ok {
		s := k.steps[at]
		if k.host == nil {
			return &RefusedError{Way: k.way(s), What: whatMetatable, Data: true}
		}
		k.p.data = false
		n.meta, err = k.value(mt, step{from: at, by: byMetatable, soft: soft})
	}
	return err
}

// take is room for n values.
func (k *Packer) take(n int) []lua.LValue {
	const piece = 512
	k.p.size += 16 * n
	if n > piece/4 {
		return make([]lua.LValue, n)
	}
	if len(k.room) < n {
		size := min(piece, max(n, 2*k.p.nodes))
		k.room = make([]lua.LValue, size)
	}
	r := k.room[:n:n]
	k.room = k.room[n:]
	return r
}

// shapeOf is the shape of tables with these names.
func (k *Packer) shapeOf(names []lua.LValue) *shape {
	for i, s := range k.recent {
		if s != nil && slices.Equal(s.names, names) {
			copy(k.recent[1:i+1], k.recent[:i])
			k.recent[0] = s
			return s
		}
	}
	s := &shape{at: k.p.shapes, names: slices.Clone(names)}
	k.p.shapes++
	k.p.size += 64 * len(names)
	copy(k.recent[1:], k.recent[:])
	k.recent[0] = s
	return s
}

func (k *Packer) fillFunction(n *packedFunction, fn *lua.LFunction, at int) (err error) {
	soft := k.steps[at].soft
	n.code = k.host.Code(fn.Proto)
	n.vars = make([]*packedCell, len(fn.Upvalues))
	k.work(64 * (1 + len(n.vars)))
	for i, uv := range fn.Upvalues {
		name := lua.LString("?")
		if i < len(fn.Proto.DbgUpvalues) {
			name = lua.LString(fn.Proto.DbgUpvalues[i])
		}
		session, _ := uv.Value().(*lua.LTable)
		if name != vm.SessionTable {
			session = nil
		}
		if session != nil {
			if err := k.session(fn.Proto, session, at); err != nil {
				return err
			}
		}
		if n.vars[i] = k.vars[uv]; n.vars[i] != nil {
			continue
		}
		c := &packedCell{at: k.p.cells}
		k.p.cells++
		k.p.size += 64
		if k.vars == nil {
			k.vars = map[*lua.Upvalue]*packedCell{}
		}
		k.vars[uv], n.vars[i] = c, c
		if session != nil {
			c.v = k.tables[session]
			continue
		}
		if c.v, err = k.value(uv.Value(), step{from: at, by: byVariable, name: name, soft: soft}); err != nil {
			return err
		}
	}
	if fn.Env != k.host.Globals {
		n.env, err = k.value(fn.Env, step{from: at, by: byEnvironment, soft: soft})
		return err
	}
	return k.host.Named(fn.Proto, func(table, name string, v lua.LValue) error {
		id := [2]string{table, name}
		i, known := k.named[id]
		if !known {
			if k.named == nil {
				k.named = map[[2]string]int{}
			}
			i = len(k.p.globals)
			k.named[id] = i
			k.p.globals = append(k.p.globals, packedGlobal{table: table, name: name})
			called := lua.LString(name)
			if table != "" {
				called = lua.LString(table + "." + name)
			}
			v, err := k.value(v, step{from: at, by: byGlobal, name: called, soft: soft})
			if err != nil {
				return err
			}
			k.p.globals[i].v = v
		}
		n.globals = append(n.globals, i)
		return nil
	})
}

// session packs the variables that a function of an [interp.Session] uses: the table that it has them from holds all of the session's, of
// which the others have no part in it.
func (k *Packer) session(p *lua.FunctionProto, all *lua.LTable, at int) (err error) {
	soft := k.steps[at].soft
	if k.tables == nil {
		k.tables = map[*lua.LTable]*packedTable{}
	}
	n := k.tables[all]
	if n == nil {
		n = &packedTable{node: k.node()}
		k.tables[all] = n
	}
	vm.SessionUses(p, func(key string) {
		one, ok := vm.Field(all, key).(*lua.LTable)
		if !ok || k.tables[one] != nil || err != nil {
			return
		}
		v := &packedTable{node: k.node()}
		k.tables[one] = v
		n.pairs = append(n.pairs, lua.LString(key), v)
		k.work(64)
		vm.Pairs(one, func(name, x lua.LValue) bool {
			if x, err = k.value(x, step{from: at, by: byVariable, name: name, soft: soft}); err == nil {
				v.pairs = append(v.pairs, name, x)
			}
			return err == nil
		})
	})
	return err
}

func (k *Packer) work(n int) {
	if k.Work != nil {
		k.Work(n)
	}
}

// mostWay is how many places of the way to a value a message names.
const mostWay = 8

// way is how a value was come to, from itself outwards: "field 'q' of upvalue 'state' of function 'work' (job.lua:3)". A function ends
// it, as its place says where to look.
func (k *Packer) way(s step) string {
	var parts []string
	for {
		if len(parts) == mostWay {
			parts = append(parts, "...")
			break
		}
		switch s.by {
		case byField:
			parts = append(parts, "field "+quoteKey(s.name))
		case byKey:
			parts = append(parts, "a key")
		case byVariable:
			parts = append(parts, "upvalue "+quoteKey(s.name))
		case byGlobal:
			parts = append(parts, "global "+quoteKey(s.name))
		case byMetatable:
			parts = append(parts, "the metatable")
		case byEnvironment:
			parts = append(parts, "the environment")
		case byRoot:
			if s.name != nil {
				parts = append(parts, string(s.name.(lua.LString)))
			}
		}
		if s.from < 0 {
			break
		}
		s = k.steps[s.from]
		if fn, ok := s.n.(*packedFunction); ok {
			name := k.Called
			if t, ok := s.name.(lua.LString); ok && s.by != byRoot {
				name = string(t)
			} else if s.by != byRoot {
				name = ""
			}
			parts = append(parts, k.host.FuncName(fn.code, name))
			break
		}
	}
	return strings.Join(parts, " of ")
}

// quoteKey is a key as messages show it.
func quoteKey(k lua.LValue) string {
	if n, ok := k.(lua.LNumber); ok {
		return fmt.Sprintf("[%s]", vm.ValueText(n))
	}
	return "'" + vm.Short(vm.ValueText(k)) + "'"
}
