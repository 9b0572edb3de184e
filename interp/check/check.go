// Package check finds in scripts what will not do what it looks like, without running them: names that nothing has, calls that are
// made too early or never, arguments that a builtin does not take, variables that nobody reads.
//
//	rt, err := interp.New(builtins.Std())
//	...
//	c, err := check.New(rt.Modules())
//	err = c.Add("@job.lua", src)
//	for _, f := range c.Findings() {
//		fmt.Println(f)
//	}
//
// It goes by the text, as Lull's parser reads it, and by the stubs of a runtime's modules. A finding is something to mend: where the
// text leaves open what a value is, nothing is said. In a script a comment silences it:
//
//	-- lull: global first second      these are set elsewhere: anywhere in the file
//	-- lull: ignore                   nothing is said about this line; or what the code names alone:
//	-- lull: ignore unused-local
//	---@diagnostic disable: undefined-global     as the Lua language server has it; -next-line, -line, enable
//
// A file with ---@meta in it is a description, of which nothing is said.
package check

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/yuin/gopher-lua/ast"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/internal/parser"
)

// Code is the kind of a finding: what a comment silences it by.
type Code string

// The codes of findings. A syntax error is none of them: Add returns it.
const (
	UndefinedGlobal    Code = "undefined-global"    // a name that neither the runtime has nor any of the files sets
	UndefinedField     Code = "undefined-field"     // of a table of the library
	OverwrittenBuiltin Code = "overwritten-builtin" // a global of the library is given another value
	UnusedLocal        Code = "unused-local"
	UnusedArgument     Code = "unused-argument"
	UnreachableCode    Code = "unreachable-code"
	UnusedJob          Code = "unused-job"     // an async function's job that nobody starts
	CalledEarly        Code = "called-early"   // wait_for(sleep(1), 2), pcall(f()): a function is called where it is to be given
	ArgumentCount      Code = "argument-count" // more or fewer than the signature allows
	UnknownOption      Code = "unknown-option" // in a literal table of options
)

// Finding is something that a file should be looked at for.
type Finding struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"` // a byte of the line, from 1
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

// String is the finding as a line: "job.lua:3:5: unused local 'x' (unused-local)".
func (f Finding) String() string {
	return fmt.Sprintf("%s:%d:%d: %s (%s)", f.File, f.Line, f.Column, f.Message, f.Code)
}

// Checker looks at the files of one program together: a global that one sets the others may read. It is for one goroutine.
type Checker struct {
	library *library
	files   []*file
	globals map[string]*variable
	bound   map[*ast.IdentExpr]*variable // the local that a name stands for; of a global there is none
	results map[*ast.FunctionExpr]*results

	set      []string          // the globals that the files set, sorted; nil until it is asked for
	near     map[string]string // what globals that nothing has were meant for
	compared int               // names, in search of that
}

// New makes a checker for scripts of a runtime that has these modules, see [interp.Runtime.Modules]. The error is that of a stub
// which is none.
func New(modules []interp.Module) (*Checker, error) {
	l, err := newLibrary(modules)
	if err != nil {
		return nil, err
	}
	return newChecker(l), nil
}

func newChecker(l *library) *Checker {
	return &Checker{library: l, globals: map[string]*variable{}, bound: map[*ast.IdentExpr]*variable{}, results: map[*ast.FunctionExpr]*results{},
		near: map[string]string{}}
}

// Add reads a file; name and errors are those of [interp.Compile]. One that does not compile is left out.
func (c *Checker) Add(name string, src []byte) error {
	if _, err := interp.Compile(name, src); err != nil {
		return err
	}
	return c.read(name, src, nil)
}

// read reads a text that compiles, among what a session has, if it is one of a session's.
func (c *Checker) read(name string, src []byte, s *Session) error {
	text := plain(name, src)
	chunk, err := parser.ParseSpans(text)
	if err != nil { // the compiler took it
		return fmt.Errorf("%s: %w", name, err)
	}
	f := newFile(c, strings.TrimLeft(name, "@="), chunk, s)
	if f.silence.meta {
		return nil
	}
	f.walk()
	c.files = append(c.files, f)
	c.set, c.near = nil, map[string]string{} // they were those of the other files
	return nil
}

// plain is the text without a byte order mark, and without what makes a file a program of a shell's: neither is Lua.
func plain(name string, src []byte) string {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if len(src) > 0 && src[0] == '#' && (strings.HasPrefix(name, "@") || name == "=stdin") {
		src = src[max(0, bytes.IndexByte(append(src, '\n'), '\n')):]
	}
	return string(src)
}

// Findings are those of all files that were added, in the order of the files and their lines.
func (c *Checker) Findings() []Finding {
	var all []Finding
	for _, f := range c.files {
		f.finish()
		slices.SortStableFunc(f.findings, func(a, b Finding) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		all = append(all, slices.Compact(f.findings)...)
	}
	return all
}

// Session is what a line that a person enters can see beside what it sets itself.
type Session struct {
	Locals  []string // those of the lines before
	Globals []string // that there are now, those of the library among them or not
}

// Line looks at what a person has entered: its own locals are for the lines that follow. Text that does not compile has no findings.
func (c *Checker) Line(src string, s Session) []Finding {
	one := newChecker(c.library)
	if one.read("=line", []byte(src), &s) != nil {
		return nil
	}
	return one.Findings()
}
