package vm

import (
	"unsafe"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
)

// Sizer adds up what values take of memory. It estimates: what a map takes is guessed from its length, and what Go's own
// functions hold beside their upvalues is not seen.
type Sizer struct {
	total, max int
	seen       map[uintptr]*page
	last       uintptr // page number of lastPage
	lastPage   *page
	todo       []lua.LValue
	protos     []*lua.FunctionProto
	object     func(s *Sizer, v any)
}

// page has a bit for every 8 bytes of 8 KB. The collector does not move what is there.
type page [16]uint64

// Sizes of what is allocated, with what the allocator rounds up.
const (
	sizeBox     = 16   // a string's header
	sizeStrKey  = 130  // of a table's entry with a string as its key: in strdict, keys and k2i
	sizeKey     = 136  // of one with another key
	sizeGone    = 150  // of one whose value is nil again
	sizeMaps    = 600  // of a table that has keys beside its list, at least
	sizeNew     = 2300 // of one that has none, but room for them: what LState.NewTable makes
	sizeClosed  = 300  // of a function in Go that has upvalues
	sizeWatched = 300  // of a coroutine's value, in the collector
	sizeStack   = 6 << 10
	sizeGoCall  = 2 << 10 // of a Go stack, for each call of Lua by Go
)

// NewSizer returns one that stops once it has found more than max bytes. object is told of the values of userdata.
func NewSizer(max int, object func(s *Sizer, v any)) *Sizer {
	return &Sizer{max: max, seen: map[uintptr]*page{}, object: object}
}

// Total is how many bytes were found.
func (s *Sizer) Total() int { return s.total + len(s.seen)*int(unsafe.Sizeof(page{})) }

// Bytes adds n bytes.
func (s *Sizer) Bytes(n int) { s.total += n }

// first marks an address, and reports whether it was not marked before.
func (s *Sizer) first(p unsafe.Pointer) bool { return s.mark(uintptr(p)) }

func (s *Sizer) mark(at uintptr) bool {
	n := at >> 13
	if n != s.last || s.lastPage == nil {
		pg := s.seen[n]
		if pg == nil {
			pg = new(page)
			s.seen[n] = pg
		}
		s.last, s.lastPage = n, pg
	}
	bit := at >> 3 & 1023
	word, mask := &s.lastPage[bit>>6], uint64(1)<<(bit&63)
	if *word&mask != 0 {
		return false
	}
	*word |= mask
	return true
}

// Seen marks what p, a pointer, points to, and reports whether it had been marked before.
func (s *Sizer) Seen(p any) bool { return !s.first((*iface)(unsafe.Pointer(&p)).word) }

// Text adds a string's bytes, once, and returns how many it has added.
func (s *Sizer) Text(t string) (n int) {
	if len(t) > 0 && s.first(unsafe.Pointer(unsafe.StringData(t))) {
		n = max(16, len(t)+len(t)/16)
		s.total += n
	}
	return n
}

// Value adds what v leads to; Run does the work.
func (s *Sizer) Value(v lua.LValue) {
	switch x := v.(type) {
	case lua.LNumber: // many share a block
		if s.mark(uintptr((*iface)(unsafe.Pointer(&v)).word) &^ (8*boxesAtOnce - 1)) {
			s.total += 8 * boxesAtOnce
		}
	case lua.LString:
		if box := (*iface)(unsafe.Pointer(&v)).word; s.first(box) {
			s.total += sizeBox
			s.Text(string(x))
		}
	case *lua.LTable, *lua.LFunction, *lua.LUserData, *lua.LState:
		if p := (*iface)(unsafe.Pointer(&v)).word; p != nil && s.first(p) {
			s.todo = append(s.todo, v)
		}
	}
}

// Run follows what was added, and reports whether it is not more than the most.
func (s *Sizer) Run() bool {
	for s.Total() <= s.max {
		if n := len(s.protos); n > 0 {
			p := s.protos[n-1]
			s.protos = s.protos[:n-1]
			s.proto(p)
			continue
		}
		n := len(s.todo)
		if n == 0 {
			return true
		}
		v := s.todo[n-1]
		s.todo[n-1] = nil
		s.todo = s.todo[:n-1]
		switch x := v.(type) {
		case *lua.LTable:
			s.table(x)
		case *lua.LFunction:
			s.function(x)
		case *lua.LUserData:
			s.total += int(unsafe.Sizeof(*x))
			s.Value(x.Metatable)
			if x.Env != nil {
				s.Value(x.Env)
			}
			if x.Value != nil {
				s.object(s, x.Value)
			}
		case *lua.LState:
			if co := coroutineOf(x); co != nil {
				s.total += int(unsafe.Sizeof(handle{}))
				s.Value(in(x).Env)
				if co.watched {
					s.total += sizeWatched
				}
				s.coroutine(co)
			}
		}
	}
	return false
}

func (s *Sizer) table(t *lua.LTable) {
	tb := inTable(t)
	s.total += int(unsafe.Sizeof(*tb)) + 16*cap(tb.array)
	if tb.inSlots() {
		s.total += int(unsafe.Sizeof(slotted{})-unsafe.Sizeof(*tb)) + 24*cap(tb.keys)
		s.shape(tb.slotted().shape)
		for _, v := range tb.keys {
			if _, ok := v.(lua.LNumber); !ok {
				s.Value(v)
			}
		}
	} else {
		s.fields(tb)
	}
	s.Value(tb.Metatable)
	for i, v := range tb.array {
		if s.Value(v); i&0xffff == 0xffff && s.total > s.max {
			return
		}
	}
}

func (s *Sizer) shape(of *shape) {
	if of != nil && s.first(unsafe.Pointer(of)) {
		s.total += of.size()
		for _, name := range of.names {
			s.Value(name)
		}
	}
}

// fields adds what maps have of a table.
func (s *Sizer) fields(tb *table) {
	switch n := len(tb.strdict); {
	case n > 0:
		s.total += max(sizeMaps, sizeStrKey*n)
	case tb.strdict != nil && len(tb.keys) == 0:
		s.total += sizeNew
	}
	if n := len(tb.dict); n > 0 {
		least := sizeMaps
		if len(tb.strdict) > 0 {
			least /= 2 // k2i is counted already
		}
		s.total += max(least, sizeKey*n)
	}
	if gone := len(tb.keys) - len(tb.strdict) - len(tb.dict); gone > 0 {
		s.total += sizeGone * gone // keys stay where their values are nil
	}
	for k, v := range tb.strdict {
		s.Text(k)
		s.Value(v)
	}
	for k, v := range tb.dict {
		if e, ok := v.(*longKey); ok {
			s.total += int(unsafe.Sizeof(*e) + unsafe.Sizeof(e.digest))
			k, v = e.text, e.value
		}
		s.Value(k)
		s.Value(v)
	}
}

func (s *Sizer) function(f *lua.LFunction) {
	s.total += int(unsafe.Sizeof(*f)) + 8*len(f.Upvalues)
	if f.IsG && len(f.Upvalues) > 0 {
		s.total += sizeClosed
	}
	if f.Env != nil {
		s.Value(f.Env)
	}
	for _, uv := range f.Upvalues {
		if uv == nil || !s.first(unsafe.Pointer(uv)) {
			continue
		}
		s.total += int(unsafe.Sizeof(upvalue{}))
		if u := inUpvalue(uv); u.closed {
			s.Value(u.value)
		} else if u.reg != nil && u.index < len(u.reg.array) {
			s.Value(u.reg.array[u.index])
		}
	}
	if f.Proto != nil {
		s.Proto(f.Proto)
	}
}

// Proto adds a function's code.
func (s *Sizer) Proto(p *lua.FunctionProto) {
	if s.first(unsafe.Pointer(p)) {
		s.protos = append(s.protos, p)
	}
}

func (s *Sizer) proto(p *lua.FunctionProto) {
	s.total += int(unsafe.Sizeof(*p)) + 4*cap(p.Code) + 32*cap(p.Constants) + 8*cap(p.DbgSourcePositions) + 40*cap(p.DbgLocals) +
		32*cap(p.DbgCalls) + 16*cap(p.DbgUpvalues) + 8*cap(p.FunctionPrototypes)
	for _, c := range p.DbgCalls {
		s.Text(c.Name)
	}
	for _, k := range p.Constants {
		s.Value(k)
	}
	s.Text(codegen.SourceOf(p))
	for _, inner := range p.FunctionPrototypes {
		s.Proto(inner)
	}
}

// Thread adds a thread and what is on its stack.
func (s *Sizer) Thread(th *Thread) {
	if th == nil || !s.first(unsafe.Pointer(th)) {
		return
	}
	s.total += int(unsafe.Sizeof(*th))
	if th.goCalls > 1 { // it has Go frames
		s.total += sizeStack + sizeGoCall*th.goCalls
	}
	reg := &th.reg
	if len(reg.array) > len(th.slots) {
		s.total += 16*cap(reg.array) + 8*cap(th.owned)
	}
	for _, v := range reg.array {
		s.Value(v)
	}
	s.total += 8 * len(th.stack.segments)
	for _, seg := range th.stack.segments {
		if seg != nil && seg != &th.seg {
			s.total += int(unsafe.Sizeof(*seg))
		}
	}
	for cf := in(&th.l).currentFrame; cf != nil; cf = cf.Parent {
		s.Value(cf.Fn)
	}
	for _, v := range []*lua.LTable{in(&th.l).Env} {
		s.Value(v)
	}
	if th.co != nil {
		s.coroutine(th.co)
	}
	s.Thread(th.parent)
}

func (s *Sizer) coroutine(co *coroutine) {
	if !s.first(unsafe.Pointer(co)) {
		return
	}
	s.total += int(unsafe.Sizeof(*co))
	if co.fn != nil {
		s.Value(co.fn)
	}
	s.Thread(co.th)
}

// Machine adds what belongs to no thread, and the coroutines that are kept.
func (s *Sizer) Machine(m *Machine) {
	s.Value(m.root.G.Global)
	s.Value(m.root.G.Registry)
	for _, mt := range inGlobal(m.root.G).builtinMts {
		s.Value(mt)
	}
	for co := m.kept; co != nil; co = co.nextKept {
		s.coroutine(co)
	}
	s.Thread(m.cur)
	for _, of := range m.shapes.next {
		s.shape(of)
	}
	if m.shapes.seen != &seenNothing {
		s.total += int(unsafe.Sizeof(*m.shapes.seen))
		for _, e := range m.shapes.seen {
			s.shape(e.shape)
			s.shape(e.next)
		}
	}
}
