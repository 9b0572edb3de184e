package vm

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

// maxSource bounds a chunk's size.
const maxSource = 64 << 20

// SyntaxError says where a chunk does not compile.
type SyntaxError struct {
	Name         string
	Line, Column int // Column 0: unknown
	Near, Msg    string
}

func (e *SyntaxError) Error() string {
	s := fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Msg)
	if e.Near != "" {
		s += " near '" + e.Near + "'"
	}
	return s
}

// BinaryError refuses compiled code.
type BinaryError struct{ Name string }

func (e *BinaryError) Error() string { return e.Name + ": binary chunks are not accepted" }

// Compile compiles a chunk. name follows Lua's rules: "@file", "=text", or source.
func Compile(name string, src []byte) (*lua.FunctionProto, error) {
	show := chunkName(name)
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	switch {
	case bytes.HasPrefix(src, []byte("\x1bLua")):
		return nil, &BinaryError{show}
	case len(src) > maxSource:
		return nil, &SyntaxError{Name: show, Line: 1, Msg: "chunk is larger than 64 MB"}
	case len(src) > 0 && src[0] == '#':
		if i := bytes.IndexByte(src, '\n'); i >= 0 {
			src = src[i:] // the line stays, so that the others keep their numbers
		} else {
			src = nil
		}
	}
	chunk, err := parse.Parse(bytes.NewReader(src), show)
	if err == nil {
		var proto *lua.FunctionProto
		if proto, err = lua.Compile(chunk, show); err == nil {
			return proto, nil
		}
	}
	if pe := (*parse.Error)(nil); errors.As(err, &pe) {
		e := &SyntaxError{Name: show, Line: pe.Pos.Line, Column: pe.Pos.Column, Near: pe.Token, Msg: pe.Message}
		if pe.Pos.Line == parse.EOF {
			e.Line, e.Column, e.Near = 1+bytes.Count(bytes.TrimRight(src, "\n"), []byte("\n")), 0, "<eof>"
		}
		return nil, e
	}
	if ce := (*lua.CompileError)(nil); errors.As(err, &ce) {
		return nil, &SyntaxError{Name: show, Line: ce.Line, Msg: ce.Message}
	}
	return nil, err
}

// chunkName is how messages show a chunk, as luaO_chunkid does.
func chunkName(name string) string {
	if name != "" && (name[0] == '@' || name[0] == '=') {
		return name[1:]
	}
	line, _, more := strings.Cut(name, "\n")
	if len(line) > 40 {
		line, more = line[:40], true
	}
	if more {
		line += "..."
	}
	return `[string "` + line + `"]`
}
