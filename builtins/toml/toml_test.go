package toml_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// Arbitrary bytes are an error with its place, or tables that are encoded as they were.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"", "a = 1", "[a]\nb.c = 'x'\n[[a.d]]\n[[a.d]]\ne = {f = [1, 2.5, inf, nan, -0.0]}", "a = \"\"\"\nx\\\n  y\"\"\"\"\"", "a = '''x''''", "d = 1979-05-27 07:32:00.5Z", "\"\" = 0x1F_F", "a = [\n1, # x\n]\r\n",
		"a.b = 1\na.c = 2", "[a.b]\n[a]", "a = {b.c = 1, b.d = 2}", "x = 9007199254740993", "# \x01", "a = \"\\ud800\"", "\ufeffa = 1", "a = 1e400", "[[a]]\n[a]",
	} {
		f.Add(s)
	}
	rt := interptest.New(f, builtins.Safe())
	if _, err := rt.Run(`
		function again(s)
			local ok, v = pcall(toml.decode, s, { numbers = "exact" })
			if not ok then return nil, v end
			local text = toml.encode(v)
			return text, toml.encode(toml.decode(text, { numbers = "exact" }))
		end`); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		vals, err := rt.Call(t.Context(), "again", s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		e, failed := vals.Get(2).Object().(*interp.Error)
		if !failed {
			if vals.Get(1).String() != vals.Get(2).String() {
				t.Fatalf("%q: is encoded as %q, and that as %q", s, vals.Get(1), vals.Get(2))
			}
			return
		}
		line, _ := e.Field("line").(int)
		column, _ := e.Field("column").(int)
		lines := strings.Split(s, "\n")
		if e.Kind != interp.KindParse || line < 1 || line > len(lines) || column < 1 || column > utf8.RuneCountInString(lines[line-1])+1 {
			t.Fatalf("%q: %s at line %d, column %d: %v", s, e.Kind, line, column, e)
		}
	})
}

func TestLimits(t *testing.T) {
	text := strings.Repeat("[[a]]\nb = {}\n", 100_000)
	for _, tt := range []struct {
		limits interp.Limits
		want   string
	}{
		{interp.Limits{Memory: 16 << 20}, "Memory"},
		{interp.Limits{Instructions: 10_000}, "Instructions"},
	} {
		rt := interptest.New(t, builtins.Safe(), interp.WithLimits(tt.limits))
		if _, err := rt.Run("pcall(toml.decode, ...)", text); !errors.Is(err, interp.ErrLimit) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.limits, err)
		}
	}
}
