package lualib

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// readArgs reads as the formats from argument first on say, and pushes the results; see g_read in PUC's liolib.c.
func (f *file) readArgs(L *lua.LState, w *waits, first int) int {
	top := L.GetTop()
	for i := first; i <= top; i++ {
		checkFormat(L, i)
	}
	return f.locked(L, w, func() int {
		if err := f.toRead(L, w); err != nil {
			return f.failed(L, w, err)
		}
		if first > top {
			L.Push(lua.LString("*l"))
			top = first
		}
		for i := first; i <= top; i++ {
			v, err := f.item(L, w, L.Get(i))
			if err != nil && err != io.EOF {
				return f.failed(L, w, err)
			}
			L.Push(v)
			if v == lua.LNil {
				return i - first + 1
			}
		}
		return top - first + 1
	})
}

// checkFormat raises an error if argument i is no format for reading.
func checkFormat(L *lua.LState, i int) {
	switch v := L.Get(i).(type) {
	case lua.LNumber:
		if n := float64(v); !(n >= 0 && n <= 1<<53) { // PUC Lua takes -1 for all there is, and has no word for the others
			vm.ArgError(L, i, "the number of bytes must be from 0 to 2^53")
		}
	case lua.LString:
		if len(v) == 0 || v[0] != '*' {
			vm.ArgError(L, i, "invalid option")
		}
		if len(v) < 2 || v[1] != 'n' && v[1] != 'l' && v[1] != 'a' {
			vm.ArgError(L, i, "invalid format")
		}
	default:
		vm.ArgError(L, i, "invalid option")
	}
}

// item reads what one format says; nil at the end of the file.
func (f *file) item(L *lua.LState, w *waits, format lua.LValue) (lua.LValue, error) {
	switch x := format.(type) {
	case lua.LNumber:
		return f.chars(L, w, int64(x))
	case lua.LString:
		switch x[1] {
		case 'n':
			return f.number(L, w)
		case 'a':
			return f.all(L, w)
		}
	}
	return f.line(L, w)
}

// takeString takes n bytes of what is in.
func (f *file) takeString(n int) lua.LString {
	s := lua.LString(f.in[f.pos : f.pos+n])
	f.pos += n
	return s
}

// line reads a line, without its end.
func (f *file) line(L *lua.LState, w *waits) (lua.LValue, error) {
	looked := 0
	for {
		if i := bytes.IndexByte(f.in[f.pos+looked:], '\n'); i >= 0 {
			s := f.takeString(looked + i)
			f.pos++
			return s, nil
		}
		looked = len(f.in) - f.pos
		if f.stream != nil && looked > MaxLine {
			return lua.LNil, ErrLine
		}
		switch err := f.fill(L, w, 0); {
		case err == io.EOF && looked > 0:
			return f.takeString(looked), nil
		case err != nil:
			return lua.LNil, err
		}
	}
}

// chars reads up to n bytes; of none, whether there are any.
func (f *file) chars(L *lua.LState, w *waits, n int64) (lua.LValue, error) {
	for {
		have := int64(len(f.in) - f.pos)
		if have >= n && have > 0 {
			return f.takeString(int(n)), nil
		}
		switch err := f.fill(L, w, int(min(n-have, 1<<20))); {
		case err == io.EOF && have > 0:
			return f.takeString(int(have)), nil
		case err != nil:
			return lua.LNil, err
		}
	}
}

// all reads what is left.
func (f *file) all(L *lua.LState, w *waits) (lua.LValue, error) {
	for {
		if f.stream != nil && f.stream.Most > 0 && int64(len(f.in)-f.pos) > f.stream.Most {
			return lua.LNil, fmt.Errorf("%w (%d bytes are the most)", ErrMost, f.stream.Most)
		}
		switch err := f.fill(L, w, len(f.in)-f.pos); {
		case err == io.EOF:
			s := f.takeString(len(f.in) - f.pos)
			f.in, f.pos = nil, 0
			return s, nil
		case err != nil:
			return lua.LNil, err
		}
	}
}

// number reads a number as C's scanf does: the longest text that begins one is taken, and must be one, but for an exponent
// without digits. inf, infinity and nan are numbers, too.
func (f *file) number(L *lua.LState, w *waits) (lua.LValue, error) {
	var text []byte
	var err error
	peek := func() byte { // 0 at the end
		if f.pos == len(f.in) && err == nil {
			err = f.fill(L, w, 0)
		}
		if err != nil {
			return 0
		}
		return f.in[f.pos]
	}
	accept := func(set string) bool {
		c := peek()
		if c == 0 || strings.IndexByte(set, c) < 0 {
			return false
		}
		if n := len(text); n == cap(text) && n > smallRoom {
			vm.CheckText(L, 2*n)
		}
		text = append(text, c)
		f.pos++
		return true
	}
	for c := peek(); c != 0 && bytes.IndexByte([]byte(" \t\n\v\f\r"), c) >= 0; c = peek() {
		f.pos++
	}
	word := func(letters string) bool {
		for i := range len(letters) {
			if !accept(letters[i:i+1] + strings.ToUpper(letters[i:i+1])) {
				return false
			}
		}
		return true
	}
	accept("+-")
	switch c := peek() | 0x20; {
	case c == 'i' && word("inf") && peek()|0x20 == 'i':
		word("inity")
	case c == 'i':
	case c == 'n':
		word("nan")
	default:
		digits, exponent := "0123456789", "eE"
		if accept("0") && accept("xX") {
			digits, exponent = "0123456789abcdefABCDEF", "pP"
		}
		for accept(digits) {
		}
		if accept(".") {
			for accept(digits) {
			}
		}
		if n := len(text); n > 0 && accept(exponent) {
			accept("+-")
			if !accept("0123456789") {
				text = text[:n]
				break
			}
			for accept("0123456789") {
			}
		}
	}
	if err != nil && err != io.EOF {
		return lua.LNil, err
	}
	if n, ok := vm.Number(L, string(text)); ok {
		return lua.LNumber(n), nil
	}
	return lua.LNil, nil
}

// PartialRead is a function of a handle and a number of bytes: it reads what there is, at most so many, and waits only where there is
// nothing.
func (lib *Library) PartialRead(L *lua.LState) *lua.LFunction {
	if lib.files.partial == nil {
		w := waitsOf("file:read")
		lib.files.partial = L.NewFunction(func(L *lua.LState) int {
			f, most := lib.checkOpen(L, 1), optInt(L, 2, maxBuffer)
			return f.locked(L, w, func() int {
				err := f.toRead(L, w)
				if err == nil && f.pos == len(f.in) {
					err = f.fill(L, w, most)
				}
				switch {
				case err == io.EOF:
					L.Push(lua.LNil)
				case err != nil:
					return f.failed(L, w, err)
				default:
					L.Push(f.takeString(min(most, len(f.in)-f.pos)))
				}
				return 1
			})
		})
	}
	return lib.files.partial
}

// IsHandle reports whether v is a file handle.
func (lib *Library) IsHandle(v lua.LValue) bool { return lib.fileOf(v) != nil }

// GiveBackStdin has a process that is about to read standard input begin where scripts have read to: what was read ahead is given back to
// the file. It reports false where that cannot be, as of a pipe.
func (lib *Library) GiveBackStdin() bool {
	f := lib.standardInput()
	ahead := int64(len(f.in) - f.pos)
	switch {
	case f.f == nil || f.op != nil:
		return false
	case ahead == 0:
		return true
	case f.kind != direct:
		return false
	}
	if _, err := f.f.Seek(-ahead, io.SeekCurrent); err != nil {
		return false
	}
	f.in, f.pos, f.late = nil, 0, nil
	return true
}

// UnreadStdin puts back what was read from standard input for somebody who did not take it.
func (lib *Library) UnreadStdin(b []byte) {
	f := lib.standardInput()
	f.in, f.pos = append(b, f.in[f.pos:]...), 0
}
