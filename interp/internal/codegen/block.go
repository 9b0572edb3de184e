package codegen

import (
	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/parser"
)

// block is a scope.
type block struct {
	up       *block
	loop     bool                 // break leads out of it
	base     int                  // number of locals around it
	captured bool                 // a closure holds one of its locals: they must be closed on the way out
	ahead    map[string]bool      // labels of its own that come somewhere in it
	labels   map[string]label     // those that have come
	gotos    map[string][]pending // by label, those from here whose label has not come yet
}

// label is a place and how many locals are in scope there.
type label struct{ pc, locals, line int }

// breaking is what a break jumps to, as if there were such a label behind the loop.
const breaking = ""

// pending is a list of jumps to a label not seen yet.
type pending struct {
	jumps  int
	locals int  // in scope at the goto, later in the blocks around it
	close  bool // it leaves the scope of a captured local
	line   int
	at     parser.Place // of the label's name in the goto
}

func (f *function) enter(loop bool) {
	f.block = &block{up: f.block, loop: loop, base: len(f.locals)}
}

func (f *function) leave() {
	b := f.block
	for _, l := range f.locals[b.base:] {
		l.EndPc = f.here()
	}
	f.locals = f.locals[:b.base]
	f.free = b.base
	if b.up == nil {
		return // RETURN closes all
	}
	f.block = b.up
	if b.captured {
		f.emit(lua.OP_CLOSE, b.base, 0, 0)
	}
	for name, list := range b.gotos {
		for i := range list {
			if g := &list[i]; g.locals > b.base {
				g.locals = b.base
				g.close = g.close || b.captured
			}
		}
		if b.loop && name == breaking {
			f.arrive(list, name, b.base)
		} else {
			f.wait(name, list...)
		}
	}
}

func (f *function) wait(name string, list ...pending) {
	if f.block.gotos == nil {
		f.block.gotos = map[string][]pending{}
	}
	f.block.gotos[name] = append(f.block.gotos[name], list...)
}

// declare gives names to the next registers. The pcs are meant for LFunction.LocalName, which
// takes a variable to be in scope where StartPc < pc < EndPc.
func (f *function) declare(names ...string) {
	f.limit(len(f.locals)+len(names), maxLocals, "local variables")
	for _, name := range names {
		v := &variable{DbgLocalInfo: &lua.DbgLocalInfo{Name: name, StartPc: f.here() - 1}, register: len(f.locals), init: none, loop: none}
		f.locals = append(f.locals, v)
		f.variables = append(f.variables, v)
		f.p.DbgLocals = append(f.p.DbgLocals, v.DbgLocalInfo)
	}
}

// capture notes that a closure holds a local.
func (f *function) capture(local int) {
	b := f.block
	for b.base > local {
		b = b.up
	}
	b.captured = true
	f.locals[local].shared = true
}

// arrive lets gotos come here, where so many locals are in scope. Those that left the scope of a captured local close it
// first.
func (f *function) arrive(list []pending, name string, locals int) {
	direct, closing := none, none
	for _, g := range list {
		switch {
		case g.locals < locals:
			f.failAt(g.line, g.at, "<goto %s> jumps into the scope of local '%s'", name, f.locals[g.locals].Name)
		case g.close:
			closing = f.join(g.jumps, closing)
		default:
			direct = f.join(g.jumps, direct)
		}
	}
	if closing != none {
		over := f.jump()
		f.patchHere(closing)
		f.emit(lua.OP_CLOSE, locals, 0, 0)
		f.patchHere(over)
	}
	f.patchHere(direct)
}

func (f *function) leap(name string, jumps, line int, at parser.Place) {
	if jumps != none {
		f.wait(name, pending{jumps, len(f.locals), false, line, at})
	}
}

// jumpBack jumps to a label that has come already: the innermost of that name whose block the goto is in, wherever in that block
// it stands, is the one that is meant.
func (f *function) jumpBack(s *parser.GotoStmt) bool {
	for b := f.block; b != nil; b = b.up {
		if l, ok := b.labels[s.Label]; ok {
			if len(f.locals) > l.locals {
				f.emit(lua.OP_CLOSE, l.locals, 0, 0)
			}
			f.patch(f.jump(), l.pc)
			return true
		}
		if b.ahead[s.Label] {
			return false
		}
	}
	return false
}

func (f *function) label(s *parser.LabelStmt, last bool) {
	b := f.block
	if l, ok := b.labels[s.Name]; ok {
		f.failAt(s.Line(), s.At, "label '%s' already defined on line %d", s.Name, l.line)
	}
	if b.labels == nil {
		b.labels = map[string]label{}
	}
	locals := len(f.locals)
	if last { // nothing after it sees the block's locals
		locals = b.base
	}
	f.arrive(b.gotos[s.Name], s.Name, locals)
	delete(b.gotos, s.Name)
	f.landing = f.here()
	b.labels[s.Name] = label{f.here(), locals, s.Line()}
}
