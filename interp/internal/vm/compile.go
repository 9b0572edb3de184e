package vm

import (
	"bytes"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
	"github.com/lull-lua/lull/interp/internal/parser"
)

// maxSource bounds a chunk's size.
const maxSource = 64 << 20

// SyntaxError says where a chunk does not compile.
type SyntaxError struct {
	Name         string       // of the chunk, as messages show it
	Line, Column int          // Column 0: unknown
	Near, Msg    string       // Near "": nothing to show
	Incomplete   bool         // the chunk ends too early: with more text it may become valid
	Hint         string       // what may be meant, or ""
	Show         parser.Place // what of the chunk is worth seeing
}

// Error is the text that Lua code gets: PUC Lua's, "job.lua:1: unexpected symbol near '='", with the hint before the token, as
// programs look at the end of the text for that, REPLs for '<eof>'.
func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Msg)
	if e.Near == "" {
		return joinHint(s, e.Hint)
	}
	if open, ok := strings.CutSuffix(s, ")"); ok {
		s = joinHint(open, e.Hint) + ")"
	} else if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s + " near '" + e.Near + "'"
}

// Shown is the text for a person: the hint stands at its end, and what is expected has no marks around it that Lua's messages have.
func (e *SyntaxError) Shown() string {
	s := fmt.Sprintf("%s:%d: %s", e.Name, e.Line, strings.ReplaceAll(e.Msg, "'<name>' expected", "name expected"))
	if e.Near != "" {
		s += " near '" + e.Near + "'"
	}
	return joinHint(s, e.Hint)
}

func joinHint(text, hint string) string {
	if hint == "" {
		return text
	}
	return text + "; " + hint
}

// BinaryError refuses compiled code.
type BinaryError struct{ Name string }

func (e *BinaryError) Error() string { return e.Name + ": binary chunks are not accepted" }

// Compile compiles a chunk: all that a runtime runs came through here. name follows Lua's rules: "@file", "=text", or
// source. A file's or standard input's first line is skipped if it begins with "#". The error is a *SyntaxError or a
// *BinaryError.
func Compile(name string, src []byte) (*lua.FunctionProto, error) {
	return compile(name, plain(name, src), parser.Parse, codegen.Compile)
}

// CompileFrom is Compile of a chunk that comes in pieces, see parser.ParseFrom; its first line is as the others. An error of more
// is CompileFrom's, too. It is called by a Go function that runs on L, which may be interrupted meanwhile.
func CompileFrom(L *lua.LState, name, src string, more func() (string, error)) (*lua.FunctionProto, error) {
	for len(src) < len(bom) && strings.HasPrefix(bom, src) {
		piece, err := more()
		if err != nil {
			return nil, err
		}
		if src += piece; piece == "" {
			break
		}
	}
	size := len(src)
	counted := func() (string, error) {
		piece, err := more()
		if size += len(piece); size > maxSource && err == nil {
			err = tooLarge(name)
		}
		return piece, err
	}
	return compile(name, []byte(strings.TrimPrefix(src, bom)), func(src string) (*parser.Chunk, error) {
		return parser.ParseFrom(src, counted, func() { Interrupt(L) })
	}, codegen.Compile)
}

// plain is a text without what a file may begin with, which is no Lua.
func plain(name string, src []byte) []byte {
	src = bytes.TrimPrefix(src, []byte(bom))
	if len(src) == 0 || src[0] != '#' || !strings.HasPrefix(name, "@") && name != "=stdin" {
		return src
	}
	if i := bytes.IndexByte(src, '\n'); i >= 0 {
		return src[i:] // the line stays, so that the others keep their numbers
	}
	return nil
}

const bom = "\xef\xbb\xbf"

func tooLarge(name string) error {
	return &SyntaxError{Name: chunkName(name, syntaxSize), Line: 1, Msg: "chunk is larger than 64 MB"}
}

// CompileOn is Compile by a Go function that runs on L, which may be interrupted meanwhile.
func CompileOn(L *lua.LState, name string, src []byte) (*lua.FunctionProto, error) {
	return compile(name, plain(name, src), func(src string) (*parser.Chunk, error) {
		return parser.ParseFrom(src, nil, func() { Interrupt(L) })
	}, codegen.Compile)
}

// NewFunction is a function of compiled code in the global environment. Where it refers to locals around it, which a chunk does
// not, they are nil.
func NewFunction(L *lua.LState, proto *lua.FunctionProto) *lua.LFunction {
	if loading := machineOf(L).cfg.Loading; loading != nil {
		loading(proto)
	}
	fn := L.NewFunctionFromProto(machineOf(L).Covered(proto))
	for i := range fn.Upvalues {
		fn.Upvalues[i] = &lua.Upvalue{}
		*inUpvalue(fn.Upvalues[i]) = upvalue{value: lua.LNil, closed: true}
	}
	return fn
}

// Session compiles chunks; each sees the top-level locals of those before it; see codegen.
type Session = codegen.Session

// SessionTable, SessionKey and SessionUses tell how a session's variables are kept; see codegen.
const SessionTable = codegen.SessionTable

var (
	SessionKey  = codegen.SessionKey
	SessionUses = codegen.SessionUses
)

// CompileIn is Compile for the next chunk of a session, whose function takes the session's table as its first argument. It keeps
// where the instructions come from.
func CompileIn(s *Session, name string, src []byte) (p *lua.FunctionProto, m *Marks, err error) {
	p, err = compile(name, plain(name, src), parser.ParseSpans, func(chunk *parser.Chunk, source, show string) (p *lua.FunctionProto, err error) {
		m = &Marks{text: chunk.Text}
		p, m.spans, err = s.Compile(chunk, source, show)
		return p, err
	})
	return p, m, err
}

func compile(
	name string, src []byte, parse func(string) (*parser.Chunk, error), generate func(chunk *parser.Chunk, source, name string) (*lua.FunctionProto, error),
) (*lua.FunctionProto, error) {
	show := chunkName(name, idSize)
	switch {
	case len(src) > 0 && src[0] == 0x1b: // as lua_load tells
		return nil, &BinaryError{show}
	case len(src) > maxSource:
		return nil, tooLarge(name)
	}
	chunk, err := parse(string(src))
	if err == nil {
		var p *lua.FunctionProto
		if p, err = generate(chunk, name, show); err == nil {
			return p, nil
		}
	}
	e, ok := err.(*parser.Error)
	if !ok {
		return nil, err
	}
	return nil, &SyntaxError{chunkName(name, syntaxSize), e.Line, e.Column, Short(e.Near), Short(e.Msg), e.AtEOF, Short(e.Hint), e.Show}
}

// How long messages show a chunk's name: LUA_IDSIZE, and MAXSRC of PUC's llex.c.
const (
	idSize     = 60
	syntaxSize = 80
)

// chunkName is how messages show a chunk, as luaO_chunkid does, except that of the name of a file, which one may want to
// open, and of a name that stands for itself they show more: of a file's the end.
func chunkName(name string, size int) string {
	if file := strings.HasPrefix(name, "@"); file || strings.HasPrefix(name, "=") {
		if name = name[1:]; file && len(name) > maxShown {
			return "..." + name[len(name)-maxShown+3:]
		}
		return Short(name)
	}
	line := name
	if i := strings.IndexAny(name, "\n\r"); i >= 0 {
		line = name[:i]
	}
	line = line[:min(len(line), size-len(` [string "..."] `)-1)]
	if line != name {
		line += "..."
	}
	return `[string "` + line + `"]`
}
