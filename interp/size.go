package interp

import (
	"reflect"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// measure estimates what the runtime reaches; ok is false if it is more than most.
func (rt *Runtime) measure(most int) (size int, ok bool) {
	s := vm.NewSizer(most, rt.sizeObject)
	if rt.kin != nil {
		rt.kin.uncounted(rt)
	}
	s.Machine(rt.vm)
	rt.libs.Size(s)
	rt.loop.All(func(st *sched.Task) { rt.sizeTask(s, taskOf(st)) })
	for r := range rt.runs {
		for _, t := range r.failed {
			rt.sizeTask(s, t)
		}
		for j := range r.jobs.All() {
			rt.sizeObject(s, j)
		}
	}
	s.Bytes(256 * len(rt.resources))
	for h := range rt.holders {
		rt.sizeObject(s, h)
	}
	ok = s.Run()
	return s.Total(), ok
}

func (rt *Runtime) sizeTask(s *vm.Sizer, t *Task) {
	if t == nil || s.Seen(t) {
		return
	}
	s.Bytes(512)
	if t.rare != nil {
		s.Bytes(128 + 16*cap(t.rare.watchers) + 16*cap(t.rare.carried))
		for _, c := range t.rare.carried {
			rt.sizeTask(s, c.failed)
		}
		s.Text(t.rare.name)
	}
	if t.item != nil {
		s.Bytes(48)
		if t.item.value != nil {
			s.Value(t.item.value)
		}
	}
	if t.fn != nil {
		s.Value(t.fn)
	}
	for _, v := range t.vals {
		s.Value(v)
	}
	s.Thread(t.th)
	s.Packed(t.wait)
	if t.rare != nil {
		s.Thread(t.rare.waitsAt)
	}
	rt.sizeError(s, t.err)
	if by := t.s.CancelledBy(); by != nil {
		s.Text(by.Reason)
	}
	if t.ud.Value != nil {
		s.Value(&t.ud)
	}
}

func (rt *Runtime) sizeError(s *vm.Sizer, e *Error) {
	for next := []*Error{e}; len(next) > 0; {
		e := next[len(next)-1]
		next = next[:len(next)-1]
		if e == nil || s.Seen(e) {
			continue
		}
		s.Bytes(400 + 64*len(e.Frames) + 8*cap(e.Others) + 48*cap(e.fields))
		s.Text(e.Msg)
		if e.Value.lv != nil {
			s.Value(e.Value.lv)
		}
		for _, f := range e.fields {
			if f.lv != nil {
				s.Value(f.lv)
			}
		}
		next = append(append(next, e.Others...), e.behind, e.returned, e.first)
	}
}

// Container is a Go value that scripts hold as an object (see [Type]) and that itself holds values of theirs: WithLimits counts
// them. The rest of what the object takes is the host's.
type Container interface {
	// Contents calls yield for each of the values, on the loop. It may be called at any time, and calls no Lua.
	Contents(yield func(v Value))
}

// Sized is a Go value that scripts hold as an object, and that takes more memory than a value of its type does: WithLimits counts what it
// says, once for all that hold it.
type Sized interface {
	// MemorySize is the number of bytes, without those of values of scripts: see Container. It may be called at any time, and calls no
	// Lua.
	MemorySize() int
}

// holding says that h, a Container or a Nursery, has values until it is deleted from the holders. It is for what the builtin has
// that opened it: no value leads there.
func (rt *Runtime) holding(h any) {
	if !rt.limiting() {
		return
	}
	if rt.holders == nil {
		rt.holders = map[any]struct{}{}
	}
	rt.holders[h] = struct{}{}
}

// sizeObject adds what the value of a userdata holds.
func (rt *Runtime) sizeObject(s *vm.Sizer, v any) {
	switch x := v.(type) {
	case *Task:
		rt.sizeTask(s, x)
	case *Error:
		rt.sizeError(s, x)
	case *Job:
		if s.Seen(x) {
			return
		}
		s.Bytes(256)
		s.Value(x.fn)
		for _, a := range x.args {
			s.Value(a)
		}
	case *Nursery:
		for _, e := range x.failed {
			rt.sizeError(s, e)
		}
		for _, t := range x.aside {
			rt.sizeTask(s, t)
		}
		if x.Contents != nil {
			rt.sizeObject(s, x.Contents)
		}
	case Container:
		s.Bytes(128 + rt.sizeOfObject(v))
		rt.guard(rt.running(), "Contents of a Container", func() {
			x.Contents(func(v Value) {
				s.Bytes(40)
				s.Value(v.lua())
			})
		})
	default:
		n, ok := lualib.SizeOf(v)
		if !ok {
			n = rt.sizeOfObject(v)
		}
		s.Bytes(n)
	}
}

// sizeOfObject is what a host's or builtin's object takes, with something for what it points to.
func (rt *Runtime) sizeOfObject(v any) (n int) {
	const pointsTo = 48
	if x, ok := v.(Sized); ok {
		if t := rt.objects(reflect.TypeOf(v)); t != nil && t.typ.Concurrent && rt.kin != nil && !rt.kin.counts(v, rt) {
			return pointsTo
		}
		rt.guard(rt.running(), "MemorySize of a Sized", func() { n = x.MemorySize() })
		return n
	}
	if t := reflect.TypeOf(v); t.Kind() == reflect.Pointer {
		return pointsTo + int(t.Elem().Size())
	}
	return pointsTo
}
