package vm

import (
	"slices"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"
)

func TestAdvice(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		// names that come near
		{`pritn(1)`, "did you mean 'print'?"},
		{`string.fromat("x")`, "did you mean 'format'?"},
		{`local s = string s.lenn("x")`, "did you mean 'len'?"},
		{`local up = string; (function() up.repp("x", 1) end)()`, "did you mean 'rep'?"},
		{`local t = {a = {value = 1}} t.a.valeu.x = 1`, "did you mean 'value'?"},
		{`local C = {} C.__index = C function C:close() end local o = setmetatable({}, C) o:colse()`, "did you mean 'close'?"},
		{`("x"):uper()`, "did you mean 'upper'?"},
		{`local s = "x" s:uper()`, "did you mean 'upper'?"},
		{`PRINT(1)`, "did you mean 'print'?"},
		{`local ok, e = pcall(function() pritn() end) error(e, 0)`, "did you mean 'print'?"},

		// other words for the same, misspelt ones, too
		{`string.lenght("x")`, "did you mean 'len'?"},
		{`(function() return "x" end)():substring(1)`, "did you mean 'sub'?"}, // of what is in no variable
		{`("x"):substring(1)`, "did you mean 'sub'?"},
		{`table.push({}, 1)`, "did you mean 'insert'?"},
		{`math.round(1.5)`, "did you mean 'floor'?"},
		{`len("x")`, "the length of x is #x"},
		{`str(1)`, "did you mean 'tostring'?"},
		{`null.x = 1`, "did you mean 'nil'?"},
		{`insert({}, 1)`, "did you mean 'table.insert'?"},
		{`floor(1)`, "did you mean 'math.floor'?"},
		{`os.print(1)`, "did you mean 'print'?"},
		{`string.insert({}, 1)`, "did you mean 'table.insert'?"},
		{`local t = {} t:insert(1)`, "write table.insert(t, ...)"},
		{`local t = {1} local n = t.length + 1`, "the length of a list t is #t"},

		// what there is
		{`local t = {zebra = 1, ape = 2, _own = 3, ["no name"] = 4} t.lion.x = 1`, "there are: ape, zebra"},
		{`coroutine.xyzzy()`, "there are: close, create, isyieldable, resume, running, status, wrap, yield"},

		// other errors of the interpreter
		{`for v in {1} do end`, "write: for i, v in ipairs(t) do, or: for key, v in pairs(t) do"},
		{`for i in 10 do end`, "write: for i = 1, n do"},
		{`for k, v in nil do end`, "for ... in wants an iterator, such as pairs(t)"},
		{`local x = "a" + 1`, "texts are joined by .."},
		{`local x = "a %s" % 1`, `values are put into a text by ("%s"):format(...)`},
		{`local x = "a" .. true`, "tostring(v) makes a text of it"},
		{`local x = 1 < "2"`, "tonumber(s) makes a number of a text"},

		// nothing
		{`xyzzy()`, ""},
		{`fs.read()`, ""}, // too short to be like os
		{`local pritn pritn()`, ""},
		{`error("attempt to call global 'pritn' (a nil value)")`, ""},
		{`local t = setmetatable({}, {__index = function(t, k) return nil end}) t.x()`, ""},
		{`local t = {} t[1]()`, ""},
		{`local x = "a" - 1`, ""},
		{`local x = {} < 1`, ""},
		{`local t = {} for i = 1, 100 do t["name" .. i] = i end t.xyzzy()`, ""},
	} {
		m, _ := newMachine(t, Config{}) // a text that was noted before is known
		m.State().G.Global.RawSetString("os", m.State().NewTable())
		_, err := runOn(m, 1000, c.src)
		r, ok := err.(*Raised)
		if !ok {
			t.Errorf("%s: %v", c.src, err)
			continue
		}
		got := ""
		if a := r.Advice(func() {}); a != nil {
			got = a.Text
		}
		if got != c.want {
			t.Errorf("%s: %v; got %q, want %q", c.src, err, got, c.want)
		}
	}
}

// However many names a script makes, and however long: what is looked at is bounded.
func TestAdviceIsBounded(t *testing.T) {
	for _, src := range []string{
		`local k = ("x"):rep(1e6) _G[k] = 1 local f = loadstring(k .. "a()") f()`,
		`for i = 1, 1e5 do _G["somewhat_long_name_of_a_variable_" .. i] = i end somewhat_long_name_of_a_variable()`,
		`local t = {} for i = 1, 1e5 do t["somewhat_long_name_of_a_variable_" .. i] = i end t.somewhat_long_name_of_a_variable()`,
		`local t = {} for i = 1, 100 do t = setmetatable({}, {__index = t}) end t.x()`,
	} {
		m, _ := newMachine(t, Config{})
		m.State().G.Global.RawSetString("loadstring", m.State().NewFunction(func(L *lua.LState) int {
			p, err := Compile("=x", []byte(L.Get(1).(lua.LString)))
			if err != nil {
				t.Error(err)
			}
			L.Push(NewFunction(L, p))
			return 1
		}))
		_, err := runOn(m, 1000, src)
		r, ok := err.(*Raised)
		if !ok {
			t.Fatalf("%s: %v", src, err)
		}
		start := time.Now()
		if a := r.Advice(func() {}); a != nil && len(a.Text) > 500 {
			t.Errorf("%s: %d bytes of advice", src, len(a.Text))
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%s: took %v", src, took)
		}
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"lenn", "len"}, {"LEN", "len"}, {"gahter", "gather"}, {"gather", "gather"}, {"os", ""}, {"lon", "len"}, {"le", "len"}, {"xyzzy", ""}, {strings.Repeat("gather", 10), ""},
	} {
		if got := Nearest(c.name, slices.Values([]string{"len", "gather", "fs"})); got != c.want {
			t.Errorf("%s: %q, wanted %q", c.name, got, c.want)
		}
	}
}
