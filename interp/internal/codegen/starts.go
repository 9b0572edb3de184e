package codegen

import (
	"encoding/binary"

	lua "github.com/yuin/gopher-lua"
)

// startsPc marks the entry of a function's DbgCalls that has its statements' first instructions, beside the chunk's name.
const startsPc = none - 1

// textPc marks the entry that has the text of the function's chunk: its Pc is as far below this as the number of the function says.
const textPc = startsPc - 1

// start is where a statement begins.
type start struct{ pc, line int }

// noteStarts keeps where the statements of a function begin: for each how many instructions lie between it and the one before, and how
// many lines the statement begins before that of the instruction, as that of a function's definition is its end's. Both are varints.
func (f *function) noteStarts() {
	var text []byte
	last := 0
	for _, s := range f.starts { // several begin with the same instruction where one begins with another, as a block does
		text = binary.AppendUvarint(text, uint64(s.pc-last))
		text = binary.AppendUvarint(text, uint64(max(f.p.DbgSourcePositions[s.pc]-s.line, 0)))
		last = s.pc
	}
	if len(text) > 0 {
		f.p.DbgCalls = []lua.DbgCall{f.p.DbgCalls[0], {Pc: startsPc, Name: string(text)}}
	}
}

// Starts are the lines at which a function's statements begin, in their order, each with the instruction at which it begins to run:
// where its first is only the operand of another, as a MOVE that was joined with those before it, that one. Statements that are a jump and
// nothing else are left out.
func Starts(p *lua.FunctionProto) (lines, at []int) {
	if len(p.DbgCalls) < 2 || p.DbgCalls[1].Pc != startsPc {
		return nil, nil
	}
	text := []byte(p.DbgCalls[1].Name)
	next := func() int {
		d, n := binary.Uvarint(text)
		text = text[n:]
		return int(d)
	}
	pc := 0
	begins, ends := 0, 0 // of the instruction that was looked at last, with its operands
	for len(text) > 0 {
		pc += next()
		line := p.DbgSourcePositions[pc] - next()
		for ends <= pc {
			begins = ends
			ends += 1 + operands(p, begins)
		}
		switch opOf(p.Code[begins]) {
		case lua.OP_JMP, lua.OP_NOP, lua.OP_TFORLOOP:
			continue
		}
		lines, at = append(lines, line), append(at, begins)
	}
	return lines, at
}

// operands is how many words behind an instruction belong to it and are never run by themselves.
func operands(p *lua.FunctionProto, pc int) int {
	switch in := p.Code[pc]; opOf(in) {
	case lua.OP_MOVEN:
		return argC(in)
	case lua.OP_CLOSURE:
		return int(p.FunctionPrototypes[in&0x3ffff].NumUpvalues)
	case lua.OP_SETLIST:
		if argC(in) == 0 {
			return 1
		}
	}
	return 0
}
