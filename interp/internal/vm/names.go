package vm

import (
	"slices"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
)

// allNames are what leads to the table of the globals, in which a script finds what no constant of its names. A function that load
// or dofile makes is a chunk of its own.
var allNames = []string{"_G", "getfenv", "debug", "package", "module"}

// maxLooked is how many constants are looked at: to compile more takes longer than to make all tables.
const maxLooked = 4096

// Names tells of the names by which a chunk, with the functions in it, can get at globals: its constants that are text. all says that
// it can get at any: a constant is one of allNames, a module is required by an expression, or there are too many constants.
func Names(p *lua.FunctionProto, name func(string)) (all bool) {
	left := maxLooked
	return namesIn(p, name, &left)
}

func namesIn(p *lua.FunctionProto, name func(string), left *int) (all bool) {
	if *left -= len(p.Constants) + 1; *left < 0 {
		return true
	}
	for i, k := range p.Constants {
		s, ok := k.(lua.LString)
		if !ok {
			continue
		}
		if slices.Contains(allNames, string(s)) || s == "require" && !requiresConstants(p, i) {
			return true
		}
		name(string(s))
	}
	for _, inner := range p.FunctionPrototypes {
		if namesIn(inner, name, left) {
			return true
		}
	}
	return false
}

// requiresConstants reports whether the global require, the k-th constant, is called with a text at once wherever a function gets it.
func requiresConstants(p *lua.FunctionProto, k int) bool {
	for pc, inst := range p.Code {
		if codegen.Base(op(inst)) != lua.OP_GETGLOBAL || int(argBx(inst)) != k {
			continue
		}
		if pc+2 >= len(p.Code) {
			return false
		}
		load, call := p.Code[pc+1], p.Code[pc+2]
		if op(load) != lua.OP_LOADK || argA(load) != argA(inst)+1 || p.Constants[argBx(load)].Type() != lua.LTString ||
			op(call) != lua.OP_CALL && op(call) != lua.OP_TAILCALL || argA(call) != argA(inst) || argB(call) != 2 {
			return false
		}
	}
	return true
}

// CodeNames tells of the globals that a function, with the functions in it, reads by their names, and of all of its constants that are
// text, each of which may be the name of a field.
func CodeNames(p *lua.FunctionProto, global, text func(name string)) {
	read := make([]bool, len(p.Constants))
	for _, inst := range p.Code {
		if k := int(argBx(inst)); codegen.Base(op(inst)) == lua.OP_GETGLOBAL && k < len(read) {
			read[k] = true
		}
	}
	for i, k := range p.Constants {
		if s, ok := k.(lua.LString); ok && len(s) <= longText {
			if read[i] {
				global(string(s))
			}
			text(string(s))
		}
	}
	for _, inner := range p.FunctionPrototypes {
		CodeNames(inner, global, text)
	}
}
