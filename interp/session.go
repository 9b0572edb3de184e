package interp

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Session runs chunks one after the other in one runtime, of which each sees the top-level locals of those before it:
// what a person types into a REPL. It is for the loop's side.
type Session struct {
	s     vm.Session
	marks []*vm.Marks // of the chunks
	table *lua.LTable // what holds the locals
}

// Compile compiles the session's next chunk; see the function [Compile] for name and errors. A chunk that does not compile
// declares nothing. Run the result with [Session.Eval].
func (s *Session) Compile(name string, src []byte) (*Program, error) {
	proto, marks, err := vm.CompileIn(&s.s, name, src)
	if err != nil {
		return nil, compileError(err)
	}
	s.marks = append(s.marks, marks)
	return &Program{name, proto}, nil
}

// Mark is [Source.Mark] for a frame of a chunk that the session has compiled.
func (s *Session) Mark(f Frame) (from, to int, ok bool) {
	if f.proto == nil {
		return 0, 0, false
	}
	for _, m := range s.marks {
		if from, to, ok = m.Of(f.proto, f.pc, f.Line); ok {
			return from, to, ok
		}
	}
	return 0, 0, false
}

// Locals are the names of the session's locals, sorted.
func (s *Session) Locals() []string {
	var names []string
	for name := range s.s.Names() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Local is the value of the session's local of that name; nil if there is none.
func (s *Session) Local(c *Call, name string) Value {
	if n, ok := s.s.Names()[name]; ok && s.table != nil {
		if t, ok := vm.Field(s.table, vm.SessionKey(n)).(*lua.LTable); ok {
			return Value{vm.Field(t, name), c.rt}
		}
	}
	return Value{}
}

// Interactive reports whether the run is that of a [Session], in which a person goes on after an error: what ends a script there, such
// as a wrong command line, is better an error. os.exit and stop end the session.
func (c *Call) Interactive() bool { return c.task.run.interactive }

// Eval runs a program that the session has compiled, with args as its `...`, in the caller's task, and returns what it returned. As
// [Call.Protect] does, it lets the caller see cancellations.
func (s *Session) Eval(c *Call, p *Program, args ...Value) (Values, error) {
	L := c.rt.vm.State()
	c.task.run.interactive = true
	c.task.rarely().raised = nil // by an earlier chunk
	if s.table == nil {
		s.table = L.NewTable()
	}
	for i := s.s.Cells(); i > 0 && vm.Field(s.table, vm.SessionKey(i)) == lua.LNil; i-- {
		vm.SetField(s.table, vm.SessionKey(i), L.NewTable())
	}
	args = append([]Value{{s.table, c.rt}}, args...)
	return c.Protect(Value{c.rt.program(p), c.rt}, args...)
}
