package yaml_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// Arbitrary bytes are an error with its place, or a value that is encoded as it was.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"", "a: 1", "- 1\n- [2, {b: c}]\n- |\n  x\n  y\n", "a: &x [1]\nb: *x", "<<: {a: 1}\nb: 2", "? a\n: b", "'it''s'", "\"\\u00e9\"", "!!int 12", "a\n---\nb", "~: 1", "x: no\ny: 0755\nz: 12:30", "[", "a: *b", "\xff", "1e400",
		"a: .inf\nb: -.inf", "- - - x", "{a: [b, c], d}", "a: >-\n  x\n\n  y", "%YAML 1.2\n---\nx", "? |\n  long\n: x", "\"\": \"\"", "a: \" x\"",
	} {
		f.Add(s)
	}
	rt := interptest.New(f, builtins.Safe())
	if _, err := rt.Run(`
		local opts = { nulls = true, numbers = "exact" }
		function again(s)
			local ok, v = pcall(yaml.decode, s, opts)
			if not ok then return nil, v end
			if v == nil then v = json.null end -- an empty text
			local text = yaml.encode(v)
			local back = yaml.decode(text, opts)
			return json.encode{ show(v), json.is_array(v) }, json.encode{ show(back), json.is_array(back) }, text
		end`); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		vals, err := rt.Call(t.Context(), "again", s)
		if err != nil {
			if strings.Contains(err.Error(), "json.encode") || strings.Contains(err.Error(), "deep") {
				return // what show cuts in the middle of a character
			}
			t.Fatalf("%q: %v", s, err)
		}
		e, failed := vals.Get(2).Object().(*interp.Error)
		if !failed {
			if vals.Get(1).String() != vals.Get(2).String() {
				t.Fatalf("%q: is encoded as %q, and that is %s, not %s", s, vals.Get(3), vals.Get(2), vals.Get(1))
			}
			return
		}
		line, _ := e.Field("line").(int)
		column, _ := e.Field("column").(int)
		if e.Kind != interp.KindParse || line < 1 || column < 1 {
			t.Fatalf("%q: %s at line %d, column %d: %v", s, e.Kind, line, column, e)
		}
	})
}

// Text that takes long, or would take much memory, ends with its task.
func TestLimits(t *testing.T) {
	text := strings.Repeat("- {a: [1, 2, 3]}\n", 100_000)
	for _, tt := range []struct {
		limits interp.Limits
		want   string
	}{
		{interp.Limits{Memory: 32 << 20}, "Memory"},
		{interp.Limits{Instructions: 10_000}, "Instructions"},
	} {
		rt := interptest.New(t, builtins.Safe(), interp.WithLimits(tt.limits))
		if _, err := rt.Run("pcall(yaml.decode, ...)", text); !errors.Is(err, interp.ErrLimit) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.limits, err)
		}
	}
	rt, err := interp.New(builtins.Safe())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	vals, err := rt.RunString(t.Context(), "=t", "return pcall(wait_for, yaml.decode, 0.02, ...)", strings.Repeat(text, 10))
	if err != nil || vals.Get(1).Truth() {
		t.Error(vals, err)
	}
}

// Decoding ends when its time is over, in the middle of a comment, too, and leaves nothing behind.
func TestDecodingEnds(t *testing.T) {
	var out strings.Builder
	rt, err := interp.New(builtins.Safe(), interp.WithStdio(nil, &out, &out), interp.WithGrace(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	_, err = rt.RunString(t.Context(), "=t", `
		for _, text in ipairs{ ("# x\n"):rep(5e7), ("- x\n"):rep(5e7), "- '" .. ("x"):rep(2e8), "a: |\n" .. (" x\n"):rep(5e7) } do
			print(select(2, pcall(wait_for, yaml.decode, 0.02, text)).kind)
		end`)
	if err := errors.Join(err, rt.Close()); err != nil {
		t.Error(err)
	}
	if want := strings.Repeat("timeout\n", 4); out.String() != want {
		t.Error(out.String())
	}
}
