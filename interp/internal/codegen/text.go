package codegen

import (
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// text is a chunk's, which all of its functions have in common.
type text struct {
	whole     string
	functions int // how many have been begun
}

// noteText keeps the text of a function's chunk, and which function of it this is: by these another process has the same function. They stand
// last in DbgCalls, see SourceOf.
func (f *function) noteText() {
	if f.text != nil {
		f.p.DbgCalls = append(slices.Clip(f.p.DbgCalls), lua.DbgCall{Pc: textPc - f.nth, Name: f.text.whole})
	}
}

// TextOf is the text of the chunk that a function is in, as the parser had it, and the function's number there: that of the main chunk is 0. ok is
// false where nobody could compile it again from that alone: it is of a session, or was not compiled here.
func TextOf(p *lua.FunctionProto) (text string, number int, ok bool) {
	if n := len(p.DbgCalls); n > 1 {
		if last := p.DbgCalls[n-1]; last.Pc <= textPc {
			return last.Name, textPc - last.Pc, true
		}
	}
	return "", 0, false
}

// Function is the function of that number in the main chunk p; nil: there is none.
func Function(p *lua.FunctionProto, number int) *lua.FunctionProto {
	_, is, ok := TextOf(p)
	switch {
	case !ok:
		return nil
	case is == number:
		return p
	}
	// The numbers are in the order in which the functions begin, so it is in the last that begins before.
	i, found := slices.BinarySearchFunc(p.FunctionPrototypes, number, func(inner *lua.FunctionProto, number int) int {
		_, is, _ := TextOf(inner)
		return is - number
	})
	if found {
		return p.FunctionPrototypes[i]
	}
	if i == 0 {
		return nil
	}
	return Function(p.FunctionPrototypes[i-1], number)
}
