package vm

import (
	"maps"
	"slices"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
)

// Cover is told which lines of files there are, and which run.
type Cover interface {
	Lines(chunk string, lines []int) // of a chunk that was loaded, by the name that it was given
	Hit(chunk string, line int)      // once for each, in a machine
}

// opTrap is an opcode that gopher-lua leaves free. Coverage puts it over the first instruction of each statement, in the machine's own
// copy of a function's code, and takes it away when it is met: so a loop pays once.
const opTrap = 63

// trapped is what a trap stands in the place of.
type trapped struct {
	inst  uint32
	chunk string
	lines []int
}

// traps are those of a machine that have not been met yet.
type traps struct {
	at     map[*uint32]*trapped
	copies map[*lua.FunctionProto]*lua.FunctionProto
	of     map[*lua.FunctionProto]*lua.FunctionProto // what a copy is of
}

// Covered is the code of a chunk as the machine runs it: with Config.Cover a copy with traps, where the chunk is a file.
func (m *Machine) Covered(p *lua.FunctionProto) *lua.FunctionProto {
	if m.cfg.Cover == nil || !strings.HasPrefix(codegen.SourceOf(p), "@") {
		return p
	}
	if c := m.traps.copies[p]; c != nil {
		return c
	}
	if m.traps.at == nil {
		m.traps = traps{map[*uint32]*trapped{}, map[*lua.FunctionProto]*lua.FunctionProto{}, map[*lua.FunctionProto]*lua.FunctionProto{}}
	}
	lines := map[int]bool{}
	c := m.cover(p, lines)
	m.traps.copies[p] = c
	m.cfg.Cover.Lines(codegen.SourceOf(p), slices.Sorted(maps.Keys(lines)))
	return c
}

// Original is the code that a copy of Covered is of, which other machines may run; p itself, if it is none.
func (m *Machine) Original(p *lua.FunctionProto) *lua.FunctionProto {
	if of := m.traps.of[p]; of != nil {
		return of
	}
	return p
}

func (m *Machine) cover(p *lua.FunctionProto, lines map[int]bool) *lua.FunctionProto {
	c := *p
	c.Code = slices.Clone(p.Code)
	m.traps.of[&c] = p
	begin, at := codegen.Starts(p)
	for i, line := range begin {
		lines[line] = true
		word := &c.Code[at[i]]
		t := m.traps.at[word]
		if t == nil {
			t = &trapped{inst: *word, chunk: codegen.SourceOf(p)}
			m.traps.at[word] = t
			*word = opTrap << 26
		}
		t.lines = append(t.lines, line)
	}
	c.FunctionPrototypes = make([]*lua.FunctionProto, len(p.FunctionPrototypes))
	for i, inner := range p.FunctionPrototypes {
		c.FunctionPrototypes[i] = m.cover(inner, lines)
	}
	return &c
}

// trap takes away the trap at an instruction of a frame, and returns what is to be run.
//
//go:noinline
func (th *Thread) trap(cf *callFrame, pc int) uint32 {
	m := th.m
	word := &cf.Fn.Proto.Code[pc]
	t := m.traps.at[word]
	delete(m.traps.at, word)
	*word = t.inst
	for _, line := range t.lines {
		m.cfg.Cover.Hit(t.chunk, line)
	}
	return t.inst
}
