package interp_test

import (
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// Names that a script gives are shown in messages, positions, tracebacks and by getinfo, but no more of them than some hundred bytes.
func TestNamesAreCut(t *testing.T) {
	rt, err := interp.New(builtins.Safe())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	for _, src := range []string{
		`return select(2, pcall(load("error('x')", "=" .. n)))`,
		`return select(2, pcall(load("error('x')", "@" .. n)))`,
		`return load("return debug.traceback()", "@" .. n)()`,
		`return load("return debug.getinfo(1).short_src", "=" .. n)()`,
		`return select(2, load("x", "=" .. n))`,
		`return select(2, load("x " .. n))`,
		`return select(2, load("x = [[" .. n))`,
		`return select(2, pcall(load(n .. "()")))`,
		`return select(2, pcall(load("local t = {} t." .. n .. "()")))`,
		`return select(2, pcall(load("local " .. n .. " = 1 return " .. n .. ".x.y")))`,
		`return select(3, pcall(load("local function " .. n .. "() error('x') end return pcall(" .. n .. ")", "=x")))`,
		`return select(2, xpcall(load("local function " .. n .. "() error('x') end " .. n .. "() return 1"), debug.traceback))`,
		`local j = load("return async(function() end)", "=" .. n)()() await(j) return tostring(j)`,
		`local t = spawn(sleep, 0) t:name(n) return tostring(t)`,
		`local t = spawn(sleep, 9) t:cancel(n) sleep(0) return tostring(select(2, pcall(await, t)))`,
		`return "x" .. tostring(task.map({n}, function() return task.current():name() end)[1])`,
		`return tostring(select(2, pcall(collectgarbage, n)))`,
		`return tostring(select(2, pcall(task.retry, print, {[n] = 1})))`,
		`return tostring(select(2, pcall(task.retry, print, {attempts = n})))`,
		`return tostring(select(2, pcall(gather, {[n] = 1})))`,
		`return tostring(select(2, pcall(require, n)))`,
		`return tostring(select(2, pcall(module, n)))`,
		`package.path = n local ok, e = pcall(require, "x") return e`,
		`return select(2, load("x", "x", n))`,
	} {
		vals, err := rt.RunString(t.Context(), "=test", `local n = ("n"):rep(1e5) `+src)
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if s := vals.Get(1).String(); len(s) > 3000 || !strings.ContainsAny(s, "nx") {
			t.Errorf("%s: %d bytes: %.200s", src, len(s), s)
		}
	}
}
