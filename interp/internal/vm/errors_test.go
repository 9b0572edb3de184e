package vm

import (
	"os"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// testdata/errors.lua looks at errors, handlers, tracebacks, debug and environments; errors.out is what lua5.1 prints:
//
//	lua5.1 errors.lua > errors.out
func TestErrors(t *testing.T) {
	src, err := os.ReadFile("testdata/errors.lua")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/errors.out")
	if err != nil {
		t.Fatal(err)
	}
	m, out := newMachine(t, Config{})
	p, err := Compile("@errors.lua", src)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := call(m, 20_000, m.State().NewFunctionFromProto(p)); err != nil {
		t.Error(err)
	}
	got, lines := strings.Split(out.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(got), len(lines)) {
		if i >= len(got) || i >= len(lines) || got[i] != lines[i] {
			t.Fatalf("line %d differs:\n got %q\nwant %q", i+1, got[min(i, len(got)-1):min(i+3, len(got))], lines[min(i, len(lines)-1):min(i+3, len(lines))])
		}
	}
}

// Handlers run on top of the frames that are dying, and cancellations pass them by.
func TestHandlers(t *testing.T) {
	expect(t, [][2]string{
		{`print(pcall(function() local co = coroutine.create(function() local function f() error("x") end f() end) print(coroutine.resume(co)) print(debug.traceback(co)) end))`,
			"false\tt:1: x\nstack traceback:\n\t[C]: in function 'error'\n\tt:1: in function 'f'\n\tt:1: in function <t:1>\ntrue\n"},
		{`print(pcall(debug.sethook, print))`, "false\tdebug.sethook is not supported\n"},
		{`print(xpcall(function(...) return select("#", ...), ... end, print, 1, nil, 3))`, "true\t3\t1\tnil\t3\n"},
	})
	m, out := newMachine(t, Config{})
	m.State().SetGlobal("unwind", m.State().NewFunction(func(*lua.LState) int { Unwind(errClosed); return 0 }))
	_, err := runOn(m, 1000, `
		local function f() xpcall(unwind, function() print("handled") end) print("after") end
		local co = coroutine.wrap(function() pcall(f) print("after") end)
		pcall(co) print("after")`)
	if u, ok := err.(*Unwound); !ok || u.Err != errClosed {
		t.Errorf("got %v", err)
	}
	if out.String() != "" {
		t.Errorf("printed %q", out)
	}
}
