package interp

import (
	"errors"
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Program is a compiled script: immutable, and run by any number of runtimes at once. Given to Lua it is the function of its
// main chunk.
type Program struct {
	name  string
	proto *lua.FunctionProto
}

// Name is the chunk name that the program was compiled with.
func (p *Program) Name() string { return p.name }

// SyntaxError says where a script does not compile.
type SyntaxError struct {
	Name       string // of the chunk, as messages show it
	Line       int
	Column     int // byte in the line, from 1, where the offending token begins; 0: unknown
	Msg        string
	Incomplete bool   // the script ends too early: with more text it may become valid
	Hint       string // what may be meant, or "": Error says it, too

	// The line and the byte in it that are worth seeing, to a person: those above, or where something lacks its end. A
	// ShowColumn of 0 is the whole line.
	ShowLine, ShowColumn int

	text string
}

// Error is the message with its position, and the hint.
func (e *SyntaxError) Error() string { return e.text }

// ErrBinary is the error of a chunk that is compiled code, not source: those are refused, as their operands would have
// to be trusted.
var ErrBinary = errors.New("binary chunks are not accepted")

// Compile compiles source text. name is what messages show, by Lua's rules: "@job.lua" is a file, "=stdin" stands for
// itself, anything else is quoted as source. The first line of a file or of "=stdin" is skipped if it begins with "#". An
// error is a *SyntaxError, or is ErrBinary.
//
// It goes by no limits but 64 MB and a bounded depth, and may take some 150 bytes for each of the source: who compiles what
// others wrote looks at its length before, as RunString does under [WithLimits].
func Compile(name string, src []byte) (*Program, error) {
	proto, err := vm.Compile(name, src)
	if err != nil {
		return nil, compileError(err)
	}
	return &Program{name, proto}, nil
}

func compileError(err error) error {
	if se := (*vm.SyntaxError)(nil); errors.As(err, &se) {
		return &SyntaxError{se.Name, se.Line, se.Column, se.Msg, se.Incomplete, se.Hint, se.Show.Line, se.Show.Column, se.Shown()}
	}
	if be := (*vm.BinaryError)(nil); errors.As(err, &be) {
		return fmt.Errorf("%s: %w", be.Name, ErrBinary)
	}
	return err
}
