package interp_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// Functions that are called as they are behave as the same ones do that are called by reflection: those of a named type.
func TestDirectAsReflected(t *testing.T) {
	type (
		float  func(float64) float64
		intE   func(int) (int, error)
		text   func(string) string
		truth  func(bool) (bool, error)
		ints   func(int, int) int
		texts  func(string, int) (string, error)
		report func(string) error
		act    func(int)
		answer func() int
		huge   func() int
		fails  func() (string, error)
	)
	no := errors.New("no")
	integer := func(i int) (int, error) {
		if i == 13 {
			return 0, no
		}
		return i + 1, nil
	}
	float1 := func(x float64) float64 { return -x }
	text1 := strings.ToUpper
	truth1 := func(b bool) (bool, error) { return !b, nil }
	ints2 := func(a, b int) int { return a * b }
	texts2 := func(s string, n int) (string, error) {
		if n < 0 {
			return "", no
		}
		return strings.Repeat(s, min(n, 9)), nil
	}
	report1 := func(s string) error { return fmt.Errorf("about %s: %w", s, no) }
	act1 := func(int) {}
	answer0 := func() int { return 42 }
	huge0 := func() int { return math.MaxInt }
	fails0 := func() (string, error) { return "", no }
	rt := newRuntime(t,
		interp.WithFunc("direct.float", float1), interp.WithFunc("reflected.float", float(float1)),
		interp.WithFunc("direct.int", integer), interp.WithFunc("reflected.int", intE(integer)),
		interp.WithFunc("direct.text", text1), interp.WithFunc("reflected.text", text(text1)),
		interp.WithFunc("direct.truth", truth1), interp.WithFunc("reflected.truth", truth(truth1)),
		interp.WithFunc("direct.ints", ints2), interp.WithFunc("reflected.ints", ints(ints2)),
		interp.WithFunc("direct.texts", texts2), interp.WithFunc("reflected.texts", texts(texts2)),
		interp.WithFunc("direct.report", report1), interp.WithFunc("reflected.report", report(report1)),
		interp.WithFunc("direct.act", act1), interp.WithFunc("reflected.act", act(act1)),
		interp.WithFunc("direct.answer", answer0), interp.WithFunc("reflected.answer", answer(answer0)),
		interp.WithFunc("direct.huge", huge0), interp.WithFunc("reflected.huge", huge(huge0)),
		interp.WithFunc("direct.fails", fails0), interp.WithFunc("reflected.fails", fails(fails0)))
	out, err := rt.RunString(context.Background(), "=t", `
		local values = {0, 1, 13, -1, 1.5, 2^53, 2^60, 1e300, -1/0, 0/0, "12", " 0x10 ", "x", "", "1.5", true, false, {}, print, select(2, pcall(sleep, "x"))}
		local compared, failed = 0, 0
		local function show(...)
			local t = {n = select("#", ...), ...}
			for i = 1, t.n do
				t[i] = type(t[i]) .. " " .. (t[i] == 0 and 1 / t[i] or tostring(t[i])) .. " " .. tostring(type(t[i]) == "userdata" and t[i].kind)
			end
			return table.concat(t, ", ")
		end
		local function compare(name, ...)
			local want, got = show(pcall(reflected[name], ...)), show(pcall(direct[name], ...))
			if want ~= got then error(name .. ": " .. got .. ", by reflection " .. want) end
			compared = compared + 1
			if got:find("boolean false") then failed = failed + 1 end
		end
		for name in pairs(direct) do
			compare(name)
			compare(name, nil)
			for _, a in ipairs(values) do
				compare(name, a)
				for _, b in ipairs(values) do compare(name, a, b) end
			end
		end
		return compared, failed`)
	if err != nil {
		t.Fatal(err)
	}
	var compared, failed int
	if err := out.Into(&compared, &failed); err != nil || compared < 4000 || failed < 1000 || failed > 3500 {
		t.Errorf("%d compared, of which %d failed, %v", compared, failed, err)
	}
	var nothing func(int) int
	if _, err := interp.New(interp.WithFunc("nothing", nothing)); err == nil || !strings.Contains(err.Error(), "the function is nil") {
		t.Errorf("a nil function: %v", err)
	}
}

// A string that a function of the host's returns is like any other to StringSize.
func TestResultIsLimited(t *testing.T) {
	type named func(int) string
	for name, fn := range map[string]any{
		"direct":    func(n int) string { return strings.Repeat("x", n) },
		"reflected": named(func(n int) string { return strings.Repeat("x", n) }),
	} {
		rt := newRuntime(t, interp.WithFunc("make", fn), interp.WithLimits(interp.Limits{StringSize: 1000}))
		if _, err := rt.RunString(t.Context(), "=t", `return #make(1000)`); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := rt.RunString(t.Context(), "=t", `return #make(1001)`); !errors.Is(err, interp.ErrLimit) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
