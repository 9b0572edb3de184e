package check

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/internal/parser"
)

// file is a text that is looked at: first it is walked, which tells what it declares and sets, and then, when all files are, the checks
// that had to wait for that are made.
type file struct {
	c        *Checker
	name     string
	chunk    *parser.Chunk
	session  *Session // of a line; nil of a file
	lines    []int    // where each begins
	silence  silence
	names    []int // of chunk.Names, those that have not been met
	scope    *scope
	visible  map[string][]*variable // the locals in scope, by their names, the innermost last
	nearIn   *scope                 // where near was asked last,
	nearOf   int                    // with so many locals in it,
	nearby   []string               // and what it said
	function *function
	tested   map[string]bool // names, such as "table.unpack", that the text asks for whether they are there
	ownEnv   bool            // globals of the file may be others
	reads    []read
	writes   []read
	later    []func()
	findings []Finding
}

// read is a global, or a field of one, that is read or set.
type read struct {
	name, field string
	at          int
	near        []string  // the locals in scope, if nothing has the name
	own         bool      // what it is set to is made of what it was
	into        *variable // the local that it is given to as it is, or nil
}

// variable is a local or a global.
type variable struct {
	name   string
	at     int
	kind   kind
	used   bool
	tested bool // the text asks for whether it is there
	later  bool // it is set where it is not declared
	sets   int
	value  ast.Expr // that it was set to last; nil: unknown
	fields map[string]*variable
	after  []*variable // declared in the same list, behind it
}

type kind int

const (
	local kind = iota
	localFunction
	argument
	loop  // of a for, or self: never told of
	given // the session's
)

// scope is a block's.
type scope struct {
	up     *scope
	locals []*variable
}

// function is one that is being walked.
type function struct {
	up      *function
	returns *results
	varargs variable // the "..."
}

// results is what a function returns.
type results struct {
	any    bool       // there is a return with values
	values []ast.Expr // the first of each
}

func newFile(c *Checker, name string, chunk *parser.Chunk, s *Session) *file {
	f := &file{c: c, name: name, chunk: chunk, session: s, lines: []int{0}, names: chunk.Names, tested: map[string]bool{}, visible: map[string][]*variable{}}
	for i := 0; i < len(chunk.Text); i++ { // as the lexer counts them
		switch b := chunk.Text[i]; {
		case b == '\n' || b == '\r':
			if i+1 < len(chunk.Text) && chunk.Text[i+1] != b && (chunk.Text[i+1] == '\n' || chunk.Text[i+1] == '\r') {
				i++
			}
			f.lines = append(f.lines, i+1)
		}
	}
	f.silence = f.readComments()
	return f
}

// place is the line and the column of a byte.
func (f *file) place(at int) (line, column int) {
	line = sort.SearchInts(f.lines, at+1)
	return line, at - f.lines[line-1] + 1
}

// tell notes a finding, unless a comment silences it.
func (f *file) tell(at int, code Code, format string, args ...any) {
	line, column := f.place(at)
	if !f.silence.covers(line, code) {
		f.findings = append(f.findings, Finding{f.name, line, column, code, fmt.Sprintf(format, args...)})
	}
}

// text is an expression as it is written.
func (f *file) text(e ast.Expr) string {
	span := f.chunk.Spans[e]
	return f.chunk.Text[span.From:span.To]
}

// global is the variable of a global's name, which is made if need be.
func (c *Checker) global(name string) *variable {
	v := c.globals[name]
	if v == nil {
		v = &variable{name: name}
		c.globals[name] = v
	}
	return v
}

// field is a field of a variable's table.
func (v *variable) field(name string) *variable {
	if v.fields == nil {
		v.fields = map[string]*variable{}
	}
	if v.fields[name] == nil {
		v.fields[name] = &variable{name: name}
	}
	return v.fields[name]
}

// set notes that a variable gets a value; nil is an unknown one.
func (v *variable) set(value ast.Expr) {
	v.sets++
	v.value = value
	if t, ok := value.(*ast.TableExpr); ok {
		for _, f := range t.Fields {
			if key, ok := f.Key.(*ast.StringExpr); ok {
				v.field(key.Value).set(f.Value)
			}
		}
	}
}

// finish makes the checks that needed to know all files.
func (f *file) finish() {
	for _, check := range f.later {
		check()
	}
	f.later = nil
	for _, r := range f.writes {
		f.checkWrite(r)
	}
	for _, r := range f.reads {
		f.checkRead(r)
	}
	f.reads, f.writes = nil, nil
}

// builtin reports whether a global of that name is the library's, in this file.
func (f *file) builtin(name string) bool {
	v := f.c.globals[name]
	return f.c.library.globals[name] && (v == nil || v.sets == 0) && !f.ownEnv
}

// checkWrite tells of a builtin that is lost.
func (f *file) checkWrite(w read) {
	if w.field == "" && f.c.library.globals[w.name] && !w.own && !f.ownEnv && !f.tested[w.name] && !f.silence.globals[w.name] {
		f.tell(w.at, OverwrittenBuiltin, "the builtin '%s' is overwritten: make it a local, or give it another name", w.name)
	}
}

// otherVersions are names that other versions of Lua have: a file that asks for the version knows.
var otherVersions = []string{
	"bit32", "coroutine.isyieldable", "debug.getuservalue", "debug.setuservalue", "debug.upvalueid", "debug.upvaluejoin", "ffi", "jit", "math.maxinteger",
	"math.mininteger", "math.tointeger", "math.type", "math.ult", "rawlen", "string.pack", "string.packsize", "string.unpack", "table.move", "utf8", "warn",
}

// checkRead tells of a global, or a field of the library's table, that there is not.
func (f *file) checkRead(r read) {
	l := f.c.library
	v := f.c.globals[r.name]
	switch {
	case f.tested["_VERSION"] && slices.Contains(otherVersions, strings.TrimSuffix(r.name+"."+r.field, ".")):
	case f.ownEnv || f.silence.globals[r.name] || r.into != nil && r.into.tested:
	case r.field != "":
		path := r.name + "." + r.field
		if !f.builtin(r.name) || l.open(r.name) || l.fields[r.name][r.field] || f.tested[path] || v != nil && v.fields[r.field] != nil {
			return
		}
		near := f.c.nearest(r.field, slices.Sorted(maps.Keys(l.fields[r.name])))
		f.tell(r.at, UndefinedField, "there is no '%s'%s", path, meant(near, r.name+"."))
	case l.globals[r.name] || v != nil && v.sets > 0 || f.tested[r.name] || f.session != nil && slices.Contains(f.session.Globals, r.name):
	default:
		near := f.c.nearest(r.name, r.near)
		if near == "" {
			near = f.nearGlobal(r.name)
		}
		f.tell(r.at, UndefinedGlobal, "undefined global '%s'%s", r.name, meant(near, ""))
	}
}

// mostCompared bounds how many names are compared in search of what misspelt ones were meant for: a text of thousands of those is made by a
// machine, and what comes later is told without.
const mostCompared = 300_000

// nearest is interp.Nearest, while there is time for it.
func (c *Checker) nearest(name string, among []string) string {
	if c.compared += len(among); c.compared > mostCompared {
		return ""
	}
	return interp.Nearest(name, slices.Values(among))
}

// nearGlobal is which global an unknown one was meant for, or "".
func (f *file) nearGlobal(name string) string {
	c := f.c
	near, known := c.near[name]
	if known {
		return near
	}
	if c.set == nil {
		c.set = []string{}
		for name, v := range c.globals {
			if v.sets > 0 {
				c.set = append(c.set, name)
			}
		}
		slices.Sort(c.set)
	}
	if near = c.nearest(name, c.set); near == "" && f.session != nil {
		near = c.nearest(name, f.session.Globals)
	}
	if near == "" {
		near = c.nearest(name, c.library.names)
	}
	c.near[name] = near
	return near
}

// meant is what follows a message about a misspelt name.
func meant(near, before string) string {
	if near == "" {
		return ""
	}
	return "; did you mean '" + before + near + "'?"
}

// unused tells of a local that nobody reads.
func (f *file) unused(v *variable) {
	used := func(v *variable) bool { return v.used }
	if v.used || strings.HasPrefix(v.name, "_") || slices.ContainsFunc(v.after, used) {
		return
	}
	switch v.kind {
	case local:
		if v.later {
			f.tell(v.at, UnusedLocal, "unused local '%s': it is set, but never read", v.name)
		} else {
			f.tell(v.at, UnusedLocal, "unused local '%s'", v.name)
		}
	case localFunction:
		f.tell(v.at, UnusedLocal, "unused local function '%s'", v.name)
	case argument:
		f.tell(v.at, UnusedArgument, "unused argument '%s'; a name that begins with _ says that it is not needed", v.name)
	}
}
