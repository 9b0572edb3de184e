package interp

import "github.com/lull-lua/lull/interp/internal/vm"

// Source is a source text of which one wants to know which part of a line a frame stands at. It is compiled anew for that: nothing
// of it is kept while scripts run.
type Source struct{ marks *vm.Marks }

// NewSource reads the source text of a chunk; name is as for [Compile], and so is the error.
func NewSource(name string, src []byte) (*Source, error) {
	m, err := vm.MarksOf(name, src)
	if err != nil {
		return nil, compileError(err)
	}
	return &Source{m}, nil
}

// Mark is the part of its line that a frame stands at: from the byte from, the first being 1, to before to. ok is false if the frame's
// function was not compiled from that text. Where it was, but the part cannot be told, from is 0.
func (s *Source) Mark(f Frame) (from, to int, ok bool) {
	if f.proto == nil {
		return 0, 0, false
	}
	return s.marks.Of(f.proto, f.pc, f.Line)
}
