package lualib

import (
	"math"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

func (lib *Library) openString(L *lua.LState) {
	t := vm.NewTable(17)
	lib.register(L, lua.LString("string"), t)
	vm.Define(L, t, []vm.Named{
		{Name: lua.LString("byte"), Fn: lib.strByte, Quick: &viaByte}, {Name: lua.LString("char"), Fn: lib.strChar, Quick: &viaChar},
		{Name: lua.LString("dump"), Fn: lib.strDump}, {Name: lua.LString("find"), Fn: lib.strFind, Quick: &viaFind},
		{Name: lua.LString("format"), Fn: lib.strFormat, NoFields: true}, {Name: lua.LString("gmatch"), Fn: lib.strGmatch, NoFields: true},
		{Name: lua.LString("gsub"), Fn: lib.strGsub, NoFields: true}, {Name: lua.LString("len"), Fn: lib.strLen, Quick: &viaLen},
		{Name: lua.LString("lower"), Fn: lib.strLower, Quick: &viaLower}, {Name: lua.LString("match"), Fn: lib.strMatch, NoFields: true},
		{Name: lua.LString("rep"), Fn: lib.strRep, NoFields: true}, {Name: lua.LString("reverse"), Fn: lib.strReverse, NoFields: true},
		{Name: lua.LString("split"), Fn: lib.strSplit, NoFields: true}, {Name: lua.LString("sub"), Fn: lib.strSub, Quick: &viaSub},
		{Name: lua.LString("trim"), Fn: lib.strTrim, NoFields: true}, {Name: lua.LString("upper"), Fn: lib.strUpper, Quick: &viaUpper},
	})
	vm.SetNamed(t, lua.LString("gfind"), vm.Field(t, "gmatch")) // its name in Lua 5.0
	mt := vm.NewTable(1)
	vm.SetNamed(mt, lua.LString("__index"), t)
	L.SetMetatable(empty, mt)
}

func (lib *Library) strLen(L *lua.LState) int {
	L.Push(lua.LNumber(len(lib.checkString(L, 1))))
	return 1
}

// fromEnd is a position in a string of n bytes, a negative one from its end.
func fromEnd(pos, n int) int {
	if pos < 0 {
		pos = max(pos+n+1, 0)
	}
	return pos
}

func (lib *Library) strSub(L *lua.LState) int {
	s := lib.checkString(L, 1)
	i := max(fromEnd(checkInt(L, 2), len(s)), 1)
	j := min(fromEnd(optInt(L, 3, -1), len(s)), len(s))
	if i > j {
		L.Push(empty)
	} else {
		L.Push(piece(L, s, i-1, j))
	}
	return 1
}

func (lib *Library) strByte(L *lua.LState) int {
	s := lib.checkString(L, 1)
	i := fromEnd(optInt(L, 2, 1), len(s))
	j := min(fromEnd(optInt(L, 3, i), len(s)), len(s))
	i = max(i, 1)
	if i > j {
		return 0
	}
	if !vm.CheckStack(L, j-i+1) {
		vm.Errorf(L, "string slice too long")
	}
	for k, c := range []byte(s[i-1 : j]) {
		if L.Push(lua.LNumber(c)); k%every == every-1 {
			vm.Interrupt(L)
		}
	}
	return j - i + 1
}

func (lib *Library) strChar(L *lua.LState) int {
	roomFor(L, L.GetTop())
	b := lib.takeRoom(L.GetTop())[:L.GetTop()]
	for i := range b {
		c := checkInt(L, i+1)
		if c < 0 || c > 255 {
			vm.ArgError(L, i+1, "invalid value")
		}
		b[i] = byte(c)
	}
	if len(b) == 1 {
		L.Push(bytesOf[b[0]])
		lib.room = b[:0]
	} else {
		L.Push(lib.made(b))
	}
	return 1
}

// strRep is string.rep(s, n [, sep]).
func (lib *Library) strRep(L *lua.LState) int {
	s, n, sep := lib.checkString(L, 1), checkInt(L, 2), lib.optString(L, 3, "")
	one := len(s) + len(sep)
	if n <= 0 || one == 0 {
		L.Push(empty)
		return 1
	}
	if n > 2*vm.MaxText || one > vm.MaxText || int64(one)*int64(n) > 2*vm.MaxText { // so that the product is none that overflows
		roomFor(L, vm.MaxText+1)
	}
	roomFor(L, one*n-len(sep))
	if one*n <= smallRoom {
		b := lib.takeRoom(one * n)
		for range n {
			b = append(append(b, s...), sep...)
		}
		L.Push(lib.made(b[:len(b)-len(sep)]))
		return 1
	}
	b := make([]byte, one*n-len(sep))
	made := copy(b[copy(b, s):], sep) + len(s)
	for made = min(made, len(b)); made < len(b); {
		made += copy(b[made:], b[:min(made, maxCopy/one*one+one)])
		vm.Interrupt(L)
	}
	L.Push(vm.Text(b))
	return 1
}

// maxCopy is how many bytes are copied between two looks at interruption.
const maxCopy = 1 << 20

func (lib *Library) strReverse(L *lua.LState) int {
	s := lib.checkString(L, 1)
	roomFor(L, len(s))
	b := lib.takeRoom(len(s))[:len(s)]
	inPieces(L, len(s), func(from, to int) {
		for i := from; i < to; i++ {
			b[len(s)-1-i] = s[i]
		}
	})
	L.Push(lib.made(b))
	return 1
}

func (lib *Library) strLower(L *lua.LState) int { return lib.shift(L, 'A', 'Z', 'a'-'A') }
func (lib *Library) strUpper(L *lua.LState) int { return lib.shift(L, 'a', 'z', 'A'-'a'+256) }

// shift adds to the bytes from lo to hi: case in the C locale.
func (lib *Library) shift(L *lua.LState, lo, hi byte, by int) int {
	s := lib.checkString(L, 1)
	roomFor(L, len(s))
	b := lib.takeRoom(len(s))
	inPieces(L, len(s), func(from, to int) {
		b = append(b, s[from:to]...)
		for i := from; i < to; i++ {
			if c := b[i]; c >= lo && c <= hi {
				b[i] = c + byte(by)
			}
		}
	})
	L.Push(lib.made(b))
	return 1
}

// strSplit is split(s [, sep [, max]]): the pieces between the places where sep is, as a list of max at most, whose last one is
// what is left. An empty sep is between all bytes. It is Luau's, but for max.
func (lib *Library) strSplit(L *lua.LState) int {
	s, sep := lib.checkString(L, 1), lib.optString(L, 2, ",")
	most := optInt(L, 3, math.MaxInt)
	if most < 1 {
		vm.ArgError(L, 3, "at least one piece expected")
	}
	t := vm.NewTable(0)
	L.Push(t)
	if sep == "" && s == "" {
		return 1
	}
	next, from := 0, 0
	for n := 1; ; n++ {
		if n >= next {
			vm.Room(L, 64*n)
			next = 2 * n
		}
		end := len(s)
		switch {
		case n >= most:
		case sep == "":
			end = from + 1
		default:
			if at := index(L, s[from:], sep); at >= 0 {
				end = from + at
			}
		}
		vm.Work(L, 64+end-from)
		if n%every == 0 {
			vm.Interrupt(L)
		}
		vm.SetInt(L, t, n, piece(L, s, from, end))
		if end == len(s) {
			return 1
		}
		from = end + len(sep)
	}
}

// strTrim is trim(s): s without white space at both ends.
func (lib *Library) strTrim(L *lua.LState) int {
	s := lib.checkString(L, 1)
	from, to := trimmed(L, s)
	L.Push(piece(L, s, from, to))
	return 1
}

// trimmed is where s begins and ends without white space at both ends.
func trimmed(L *lua.LState, s string) (from, to int) {
	space := func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
	steps := func(n int) {
		if n%every == 0 {
			vm.Work(L, stepWork*every)
		}
	}
	for to = len(s); from < to && space(s[from]); from++ {
		steps(from + 1)
	}
	for ; to > from && space(s[to-1]); to-- {
		steps(to)
	}
	return from, to
}

// magic are the bytes that mean something in a pattern.
const magic = "^$*+?.([%-"

func isMagic(L *lua.LState, p string) (is bool) {
	inPieces(L, len(p), func(from, to int) { is = is || strings.ContainsAny(p[from:to], magic) })
	return is
}

func (lib *Library) strFind(L *lua.LState) int  { return lib.findIn(L, true) }
func (lib *Library) strMatch(L *lua.LState) int { return lib.findIn(L, false) }

func (lib *Library) findIn(L *lua.LState, find bool) int {
	s, p := lib.checkString(L, 1), lib.checkString(L, 2)
	init := optInt(L, 3, 1)
	if init < 0 {
		init += len(s) + 1
	}
	init = min(max(init-1, 0), len(s))
	if find && (lua.LVAsBool(L.Get(4)) || !isMagic(L, p)) {
		at := index(L, s[init:], p)
		if at < 0 {
			L.Push(lua.LNil)
			return 1
		}
		L.Push(lua.LNumber(init + at + 1))
		L.Push(lua.LNumber(init + at + len(p)))
		return 2
	}
	m := lib.matcher(L, s, lib.pattern(L, p, true))
	start, end := m.find(init)
	n := 0
	if start < 0 {
		L.Push(lua.LNil)
		n = 1
	} else {
		if find {
			L.Push(lua.LNumber(start + 1))
			L.Push(lua.LNumber(end))
			n = 2
		}
		n += m.push(L, start, end, !find)
	}
	lib.done(m)
	return n
}

// push pushes the captures of a match, or the whole if there are none and it is wanted.
func (m *matcher) push(L *lua.LState, start, end int, whole bool) int {
	n := m.values(whole)
	for i := range n {
		L.Push(m.value(i, start, end))
	}
	return n
}

// strGmatch returns an iterator that looks for a match each time it is called.
func (lib *Library) strGmatch(L *lua.LState) int {
	s, pat := lib.checkString(L, 1), lib.pattern(L, lib.checkString(L, 2), false)
	from := 0
	var held []lua.LValue // so that it is counted
	if vm.Limited(L) {
		held = []lua.LValue{L.Get(1), &lua.LUserData{Value: pat, Metatable: lua.LNil}}
	}
	iterate := L.NewClosure(func(L *lua.LState) int {
		if from > len(s) {
			return 0
		}
		m := lib.matcher(L, s, pat)
		start, end := m.find(from)
		n := 0
		if start < 0 {
			from = len(s) + 1
		} else {
			if from = end; end == start {
				from++ // so as not to match the same nothing again
			}
			n = m.push(L, start, end, true)
		}
		lib.done(m)
		return n
	}, held...)
	if held == nil {
		vm.NoFields(iterate)
	}
	L.Push(iterate)
	return 1
}

func (lib *Library) strGsub(L *lua.LState) int {
	s, p := lib.checkString(L, 1), lib.checkString(L, 2)
	limit := optInt(L, 4, len(s)+1)
	repl := L.Get(3)
	switch repl.(type) {
	case lua.LString, *lua.LTable, *lua.LFunction:
	default:
		text, ok := lib.text(repl)
		if !ok {
			vm.ArgError(L, 3, "string/function/table expected")
		}
		repl = lua.LString(text)
	}
	m := lib.matcher(L, s, lib.pattern(L, p, true))
	var out []byte
	var held *buffer
	copied, at, n, next := 0, 0, 0, 0 // s[:copied] is in out
	for n < limit {
		start, end := m.find(at)
		if start < 0 {
			break
		}
		if n++; n == 1 && len(s) <= smallRoom/2 {
			out = lib.takeRoom(len(s))
		}
		out = append(out, s[copied:start]...)
		if _, fixed := repl.(lua.LString); !fixed {
			hold(L, &held, out)
		}
		out = lib.replace(L, m, out, repl, start, end)
		growing(L, len(out)+len(s)-end, &next)
		copied, at = end, end
		if end == start {
			at++ // what is there is copied with what comes before the next match
		}
		if m.pat.anchored || at > len(s) {
			break
		}
	}
	lib.done(m)
	roomFor(L, len(out)+len(s)-copied)
	if n == 0 {
		L.Push(lua.LString(s))
	} else {
		L.Push(lib.made(append(out, s[copied:]...)))
	}
	L.Push(lua.LNumber(n))
	return 2
}

// replace appends what takes the place of the match s[start:end].
func (lib *Library) replace(L *lua.LState, m *matcher, out []byte, repl lua.LValue, start, end int) []byte {
	var v lua.LValue
	switch r := repl.(type) {
	case lua.LString:
		return m.expand(out, string(r), start, end)
	case *lua.LTable:
		v = vm.Index(L, r, m.value(0, start, end))
	case *lua.LFunction:
		L.Push(r)
		L.Call(m.push(L, start, end, true), 1)
		v = L.Get(-1)
		L.Pop(1)
	}
	if !lua.LVAsBool(v) {
		return append(out, m.src[start:end]...)
	}
	text, ok := lib.text(v)
	if !ok {
		vm.Errorf(L, "invalid replacement value (a %s)", v.Type())
	}
	return append(out, text...)
}

// expand appends a replacement text: %1 is a capture, %0 the match, any other byte after % itself.
func (m *matcher) expand(out []byte, repl string, start, end int) []byte {
	next := len(out) + 4096
	for {
		if len(out) >= next {
			growing(m.l, len(out), &next)
		}
		at := strings.IndexByte(repl, '%')
		if at < 0 {
			return append(out, repl...)
		}
		out = append(out, repl[:at]...)
		if at+1 == len(repl) {
			return append(out, 0) // PUC takes the zero that ends a string of C
		}
		c := repl[at+1]
		repl = repl[at+2:]
		switch {
		case c == '0':
			out = append(out, m.src[start:end]...)
		case c >= '1' && c <= '9':
			switch v := m.value(int(c-'1'), start, end).(type) {
			case lua.LString:
				out = append(out, v...)
			case lua.LNumber:
				out = append(out, vm.NumberText(v)...)
			}
		default:
			out = append(out, c)
		}
	}
}
