package vm

import "testing"

func TestDidYouMean(t *testing.T) {
	for src, want := range map[string]string{
		`pritn(1)`:                     "print",
		`string.fromat("x")`:           "format",
		`local s = string s.lenn("x")`: "len",
		`local up = string; (function() up.repp("x", 1) end)()`:                                     "rep",
		`local t = {a = {value = 1}} t.a.valeu.x = 1`:                                               "value",
		`local C = {} C.__index = C function C:close() end local o = setmetatable({}, C) o:colse()`: "close",
		`local name naem = 1 return anem .. ""`:                                                     "naem",
		`("x"):uper()`:                                                                              "upper",
		`local s = "x" s:uper()`:                                                                    "upper",
		`PRINT(1)`:                                                                                  "print",
		`xyzzy()`:                                                                                   "",
		`local pritn pritn()`:                                                                       "",
		`error("attempt to call global 'pritn' (a nil value)")`:                                     "",
		`local ok, e = pcall(function() pritn() end) error(e, 0)`:                                   "print",
		`local t = setmetatable({}, {__index = function(t, k) return nil end}) t.x()`: "",
	} {
		m, _ := newMachine(t, Config{}) // a text that was noted before is known
		_, err := runOn(m, 1000, src)
		if r, ok := err.(*Raised); !ok || r.DidYouMean() != want {
			t.Errorf("%s: %v; got %q, want %q", src, err, r.DidYouMean(), want)
		}
	}
}
