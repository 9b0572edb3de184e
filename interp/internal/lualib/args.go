package lualib

import (
	"math"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// The arguments of a function as lauxlib reads them, with its texts. Indices start at 1.

// text is v as luaL_checkstring takes it, if it is a string, a number or an error value.
func (lib *Library) text(v lua.LValue) (string, bool) {
	switch v := v.(type) {
	case lua.LString:
		return string(v), true
	case lua.LNumber:
		return vm.NumberText(v), true
	case *lua.LUserData:
		return lib.host.Text(v)
	}
	return "", false
}

func (lib *Library) checkString(L *lua.LState, n int) string {
	v := L.Get(n)
	if s, ok := v.(lua.LString); ok {
		return string(s)
	}
	s, ok := lib.text(v)
	if !ok {
		vm.TypeError(L, n, "string")
	}
	return s
}

func (lib *Library) optString(L *lua.LState, n int, d string) string {
	if L.Get(n) == lua.LNil {
		return d
	}
	return lib.checkString(L, n)
}

func checkNumber(L *lua.LState, n int) float64 {
	f, ok := vm.ToNumber(L, L.Get(n))
	if !ok {
		vm.TypeError(L, n, "number")
	}
	return f
}

func optNumber(L *lua.LState, n int, d float64) float64 {
	if L.Get(n) == lua.LNil {
		return d
	}
	return checkNumber(L, n)
}

// checkInt is a number without its fraction, as C casts it; what an int cannot hold becomes its largest or smallest.
func checkInt(L *lua.LState, n int) int { return vm.Int(checkNumber(L, n)) }

func optInt(L *lua.LState, n, d int) int {
	if L.Get(n) == lua.LNil {
		return d
	}
	return checkInt(L, n)
}

// checkIndex is checkInt of an index in a table, or in a file, which has 64 bits on every machine.
func checkIndex(L *lua.LState, n int) int64 {
	switch f := checkNumber(L, n); {
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64 || f != f:
		return math.MinInt64
	default:
		return int64(f)
	}
}

func optIndex(L *lua.LState, n int, d int64) int64 {
	if L.Get(n) == lua.LNil {
		return d
	}
	return checkIndex(L, n)
}

// getAt is vm.GetInt for an index.
func getAt(t *lua.LTable, i int64) lua.LValue {
	if int64(int(i)) == i {
		return vm.GetInt(t, int(i))
	}
	return vm.Get(t, lua.LNumber(i))
}

// setAt is vm.SetInt for an index.
func setAt(L *lua.LState, t *lua.LTable, i int64, v lua.LValue) {
	if int64(int(i)) == i {
		vm.SetInt(L, t, int(i), v)
	} else {
		vm.Set(L, t, lua.LNumber(i), v)
	}
}

func checkTable(L *lua.LState, n int) *lua.LTable {
	t, ok := L.Get(n).(*lua.LTable)
	if !ok {
		vm.TypeError(L, n, "table")
	}
	return t
}

func checkFunction(L *lua.LState, n int) *lua.LFunction {
	f, ok := L.Get(n).(*lua.LFunction)
	if !ok {
		vm.TypeError(L, n, "function")
	}
	return f
}

func checkAny(L *lua.LState, n int) lua.LValue {
	if n > L.GetTop() {
		vm.ArgError(L, n, "value expected")
	}
	return L.Get(n)
}

// roomFor raises an error if a text of n bytes is too long: what one call may make, rep, concat, gsub and format.
func roomFor(L *lua.LState, n int) {
	vm.CheckText(L, n)
	if n > vm.MaxText {
		vm.Errorf(L, "resulting string too large (more than %d bytes)", vm.MaxText)
	}
}

// buffer is a text that a function is making when it calls Lua, which may wait: what limits count of it.
type buffer struct{ text []byte }

// bytes is how much of memory it takes.
func (b *buffer) bytes() int { return cap(b.text) }

// hold shows text, which L's function is making. Where there are limits held is left on L's stack, made by the first call.
func hold(L *lua.LState, held **buffer, text []byte) {
	if *held == nil {
		if !vm.Limited(L) {
			return
		}
		*held = &buffer{}
		L.Push(&lua.LUserData{Value: *held, Metatable: lua.LNil})
	}
	(*held).text = text
}

// smallRoom is the size of the room that functions make short texts in.
const smallRoom = 256

// takeRoom is room for a text of n bytes, which becomes a value by made. A function that calls Lua meanwhile, or fails, keeps it.
func (lib *Library) takeRoom(n int) []byte {
	if n > smallRoom {
		return make([]byte, 0, n)
	}
	b := lib.room
	if lib.room = nil; b == nil {
		b = make([]byte, 0, smallRoom)
	}
	return b
}

// made is the string of b, which takeRoom gave or has grown from that.
func (lib *Library) made(b []byte) lua.LValue {
	if cap(b) != smallRoom {
		return vm.Text(b)
	}
	lib.room = b[:0]
	return vm.CopyText(b)
}

// growing is roomFor for a text that becomes longer and longer, in a loop. next is where it is looked at again, at first 0.
func growing(L *lua.LState, n int, next *int) {
	if n >= *next {
		roomFor(L, n)
		*next = n + n/4 + 4096
	}
}

// added is text, which grows, with s behind it: a text that is no value yet.
func added(L *lua.LState, text []byte, s string) []byte {
	if n := len(text) + len(s); n > cap(text) {
		vm.Room(L, n)
	}
	return append(text, s...)
}

// every is how many steps of a long function may pass between two looks at interruption.
const every = 1 << 14

// inPieces does something to n bytes from the first on, which takes a step for each, piece by piece, and counts them as work.
func inPieces(L *lua.LState, n int, do func(from, to int)) {
	for from := 0; from < n; {
		to := min(from+every, n)
		vm.Work(L, stepWork*(to-from))
		do(from, to)
		from = to
	}
}

// index is strings.Index, which can be interrupted. A long p is looked for by its beginning; the rest is compared then.
func index(L *lua.LState, s, p string) int {
	const piece, most = 1 << 16, 1 << 10
	if len(s) <= most {
		return strings.Index(s, p)
	}
	first := p[:min(len(p), most)]
	for from := 0; from+len(p) <= len(s); {
		window := s[from:min(from+piece+len(first), len(s))]
		at := strings.Index(window, first)
		if at < 0 {
			vm.Work(L, len(window))
			from += piece + 1
			continue
		}
		vm.Work(L, at)
		from += at
		if len(p) > len(s)-from {
			break
		}
		if vm.Compare(L, s[from+len(first):from+len(p)], p[len(first):]) == 0 {
			return from
		}
		from++
	}
	return -1
}

// bytesOf are the values of all strings of one byte, so that taking one out of a string makes nothing.
var bytesOf = func() (vals [256]lua.LValue) {
	for i := range vals {
		vals[i] = lua.LString([]byte{byte(i)})
	}
	return
}()

var empty = lua.LValue(lua.LString(""))

// A piece that is small beside its string, where that is longer than large, is copied; with limits, large is small as well,
// for what a piece keeps is not counted.
const (
	large        = 4096
	limitedLarge = 128
)

// piece is s[i:j] as a value. A small piece of a large string is copied, so that keeping it does not keep the whole.
func piece(L *lua.LState, s string, i, j int) lua.LValue {
	switch n := j - i; {
	case n <= 0:
		return empty
	case n == 1:
		return bytesOf[s[i]]
	case n < len(s)/2 && len(s) > limitedLarge && (len(s) > large || vm.Limited(L)):
		vm.CheckText(L, n)
		return lua.LString([]byte(s[i:j]))
	}
	return lua.LString(s[i:j])
}
