package lualib

import (
	"runtime/metrics"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// openBase makes the globals.
func (lib *Library) openBase(L *lua.LState) {
	g := L.G.Global
	vm.SetNamed(g, lua.LString("_VERSION"), lua.LValue(lua.LString(lua.LuaVersion)))
	vm.Define(L, g, vm.Base())
	vm.Define(L, g, []vm.Named{
		{Name: lua.LString("assert"), Fn: baseAssert, NoFields: true}, {Name: lua.LString("collectgarbage"), Fn: lib.collectgarbage},
		{Name: lua.LString("gcinfo"), Fn: gcinfo}, {Name: lua.LString("getmetatable"), Fn: getmetatable}, {Name: lua.LString("ipairs"), Fn: lib.ipairs, NoFields: true},
		{Name: lua.LString("load"), Fn: lib.load}, {Name: lua.LString("loadstring"), Fn: lib.loadstring}, {Name: lua.LString("module"), Fn: lib.module},
		{Name: lua.LString("newproxy"), Fn: newproxy}, {Name: lua.LString("pairs"), Fn: lib.pairs, NoFields: true}, {Name: lua.LString("print"), Fn: lib.print},
		{Name: lua.LString("rawequal"), Fn: rawequal, Quick: &viaRawequal}, {Name: lua.LString("rawget"), Fn: rawget, Quick: &viaRawget},
		{Name: lua.LString("rawset"), Fn: rawset}, {Name: lua.LString("select"), Fn: baseSelect, Quick: &viaSelect},
		{Name: lua.LString("setmetatable"), Fn: setmetatable, NoFields: true}, {Name: lua.LString("tonumber"), Fn: lib.baseTonumber, NoFields: true},
		{Name: lua.LString("tostring"), Fn: lib.baseTostring, NoFields: true}, {Name: lua.LString("type"), Fn: baseType, Quick: &viaType},
	})
	for _, f := range []struct {
		vm.Named
		at **lua.LFunction
	}{
		{vm.Named{Name: lua.LString("next"), Fn: baseNext, Quick: &viaNext}, &lib.next},
		{vm.Named{Name: lua.LString("require"), Fn: lib.require}, &lib.modules.require},
		{vm.Named{Name: lua.LString("unpack"), Fn: unpack, NoFields: true}, &lib.unpack},
	} {
		*f.at = vm.NewNamed(L, f.Named)
		vm.SetNamed(g, f.Name, *f.at)
	}
	lib.ipairsStep = vm.NewNamed(L, vm.Named{Fn: ipairsStep, Quick: &viaIpairs})
	lib.gc.pause, lib.gc.stepmul = 200, 200
}

func (lib *Library) ipairs(L *lua.LState) int {
	t := checkTable(L, 1)
	L.Push(lib.ipairsStep)
	L.Push(t)
	L.Push(lua.LNumber(0))
	return 3
}

func (lib *Library) pairs(L *lua.LState) int {
	t := checkTable(L, 1)
	L.Push(lib.next)
	L.Push(t)
	L.Push(lua.LNil)
	return 3
}

func ipairsStep(L *lua.LState) int {
	t, i := checkTable(L, 1), checkIndex(L, 2)+1
	v := getAt(t, i)
	if v == lua.LNil {
		return 0
	}
	L.Push(lua.LNumber(i))
	L.Push(v)
	return 2
}

// next is vm.Next that raises.
func next(L *lua.LState, t *lua.LTable, key lua.LValue) (k, v lua.LValue) {
	k, v, ok := vm.Next(L, t, key)
	if !ok {
		vm.Raise(L, lua.LString("invalid key to 'next'"))
	}
	return k, v
}

func baseNext(L *lua.LState) int {
	k, v := next(L, checkTable(L, 1), L.Get(2))
	L.Push(k)
	if k == lua.LNil {
		return 1
	}
	L.Push(v)
	return 2
}

func baseType(L *lua.LState) int {
	L.Push(typeNames[checkAny(L, 1).Type()])
	return 1
}

var typeNames = func() (names [lua.LTChannel + 1]lua.LValue) {
	for t := range names {
		names[t] = lua.LString(lua.LValueType(t).String())
	}
	return
}()

// tostring is v as tostring shows it; what a __tostring returns must be text.
func (lib *Library) tostring(L *lua.LState, v lua.LValue) string {
	switch v := v.(type) {
	case lua.LString:
		return string(v)
	case lua.LNumber:
		return vm.NumberText(v)
	}
	v = tostringMeta(L, v)
	s, ok := lib.text(v)
	if !ok {
		vm.Errorf(L, "'__tostring' must return a string")
	}
	return s
}

// tostringMeta is what v's __tostring returns, or its text if there is none.
func tostringMeta(L *lua.LState, v lua.LValue) lua.LValue {
	if mm := L.GetMetaField(v, "__tostring"); mm != lua.LNil {
		L.Push(mm)
		L.Push(v)
		L.Call(1, 1)
		v = L.Get(-1)
		L.Pop(1)
		return v
	}
	return lua.LString(vm.ValueText(v))
}

func (lib *Library) baseTostring(L *lua.LState) int {
	switch v := checkAny(L, 1).(type) {
	case lua.LString:
		L.Push(v)
	case lua.LNumber:
		var room [32]byte
		L.Push(vm.CopyText(vm.AppendNumber(room[:0], v)))
	default:
		L.Push(tostringMeta(L, v))
	}
	return 1
}

func (lib *Library) baseTonumber(L *lua.LState) int {
	v := checkAny(L, 1)
	base := optInt(L, 2, 10)
	var n float64
	var ok bool
	if base == 10 {
		n, ok = vm.ToNumber(L, v)
	} else {
		s := lib.checkString(L, 1)
		if base < 2 || base > 36 {
			vm.ArgError(L, 2, "base out of range")
		}
		n, ok = parseInteger(L, s, base)
	}
	if ok {
		L.Push(lua.LNumber(n))
	} else {
		L.Push(lua.LNil)
	}
	return 1
}

// parseInteger reads what C's strtoul does, in a base other than 10: it wraps around below zero, and stops at the largest.
func parseInteger(L *lua.LState, s string, base int) (float64, bool) {
	if i := strings.IndexByte(s, 0); i >= 0 {
		s = s[:i]
	}
	from, to := trimmed(L, s)
	s = s[from:to]
	neg := strings.HasPrefix(s, "-")
	if neg || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if base == 16 && len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X") {
		s = s[2:]
	}
	if s == "" {
		return 0, false
	}
	var n uint64
	over := false
	for i := range len(s) {
		if i%every == every-1 {
			vm.Work(L, stepWork*every)
		}
		d := 36
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			d = int(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			d = int(c|0x20-'a') + 10
		}
		if d >= base {
			return 0, false
		}
		next := n*uint64(base) + uint64(d)
		over = over || n > (1<<64-1-uint64(d))/uint64(base)
		n = next
	}
	switch {
	case over:
		n = 1<<64 - 1
	case neg:
		n = -n
	}
	return float64(n), true
}

// baseAssert is assert(v [, message, ...]): the caller's position stands before a message that is text, as in Lua 5.1 and LuaJIT;
// any other is raised as it is.
func baseAssert(L *lua.LState) int {
	if lua.LVAsBool(checkAny(L, 1)) {
		return L.GetTop()
	}
	switch msg := L.Get(2).(type) {
	case lua.LString, lua.LNumber:
		vm.Errorf(L, "%s", vm.ValueText(msg))
	case *lua.LNilType:
		vm.Errorf(L, "assertion failed!")
	default:
		vm.Raise(L, msg)
	}
	return 0
}

func baseSelect(L *lua.LState) int {
	n := L.GetTop()
	if s, ok := L.Get(1).(lua.LString); ok && strings.HasPrefix(string(s), "#") {
		L.Push(lua.LNumber(n - 1))
		return 1
	}
	i := checkInt(L, 1)
	if i < 0 {
		i += n
	}
	if i < 1 {
		vm.ArgError(L, 1, "index out of range")
	}
	return max(n-i, 0)
}

func rawequal(L *lua.LState) int {
	a, b := checkAny(L, 1), checkAny(L, 2)
	L.Push(lua.LBool(vm.RawEqual(L, a, b)))
	return 1
}

func rawget(L *lua.LState) int {
	t, key := checkTable(L, 1), checkAny(L, 2)
	L.Push(vm.RawGet(L, t, key))
	return 1
}

func rawset(L *lua.LState) int {
	t, key, v := checkTable(L, 1), checkAny(L, 2), checkAny(L, 3)
	vm.Set(L, t, key, v)
	L.Push(t)
	return 1
}

func getmetatable(L *lua.LState) int {
	v := checkAny(L, 1)
	if t, ok := v.(*lua.LTable); ok && vm.IsList(t) {
		L.Push(lua.LNil)
	} else {
		L.Push(L.GetMetatable(v))
	}
	return 1
}

func setmetatable(L *lua.LState) int {
	t := checkTable(L, 1)
	mt := L.Get(2)
	if _, ok := mt.(*lua.LTable); !ok && (mt != lua.LNil || L.GetTop() < 2) {
		vm.ArgError(L, 2, "nil or table expected")
	}
	if L.GetMetaField(t, "__metatable") != lua.LNil {
		vm.Errorf(L, "cannot change a protected metatable")
	}
	if meta, ok := mt.(*lua.LTable); ok || !vm.IsList(t) { // a list without a metatable stays one
		vm.SetMetatable(t, meta)
	}
	L.Push(t)
	return 1
}

// newproxy is newproxy([boolean or proxy]): a userdata, with a metatable of its own or that of another.
func newproxy(L *lua.LState) int {
	ud := &lua.LUserData{Value: proxy{}, Metatable: lua.LNil}
	switch v := L.Get(1).(type) {
	case *lua.LNilType:
	case lua.LBool:
		if v {
			ud.Metatable = L.CreateTable(0, 0)
		}
	case *lua.LUserData:
		if _, ok := v.Value.(proxy); !ok || v.Metatable == lua.LNil {
			vm.ArgError(L, 1, "boolean or proxy expected")
		}
		ud.Metatable = v.Metatable
	default:
		vm.ArgError(L, 1, "boolean or proxy expected")
	}
	L.Push(ud)
	return 1
}

type proxy struct{}

// collectgarbage works on the memory of the whole process, which Go's collector looks after by itself: stop and the two
// parameters are remembered, and do nothing.
func (lib *Library) collectgarbage(L *lua.LState) int {
	switch opt := lib.optString(L, 1, "collect"); opt {
	case "collect":
		vm.Collect(L)
		L.Push(lua.LNumber(0))
	case "step":
		vm.Collect(L)
		L.Push(lua.LTrue)
	case "count":
		L.Push(lua.LNumber(heap() / 1024))
	case "stop", "restart":
		L.Push(lua.LNumber(0))
	case "setpause":
		L.Push(lua.LNumber(lib.gc.pause))
		lib.gc.pause = optInt(L, 2, 0)
	case "setstepmul":
		L.Push(lua.LNumber(lib.gc.stepmul))
		lib.gc.stepmul = optInt(L, 2, 0)
	default:
		vm.ArgError(L, 1, "invalid option '"+vm.Short(opt)+"'")
	}
	return 1
}

func gcinfo(L *lua.LState) int {
	L.Push(lua.LNumber(int(heap() / 1024)))
	return 1
}

// heap is how many bytes the process's objects take.
func heap() float64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return float64(s[0].Value.Uint64())
}
