package hex_test

import (
	"encoding/hex"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// Arbitrary text is an error with its place, or the bytes that encoding/hex makes of it.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", "00ff", "0", "0g", "FF", "0\n", "é"} {
		f.Add(s)
	}
	rt := interptest.New(f, builtins.Safe())
	if _, err := rt.Run(`
		function decode(s)
			local ok, v = pcall(hex.decode, s)
			if not ok then return nil, v end
			assert(hex.encode(v) == s:lower())
			return v
		end`); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		vals, err := rt.Call(t.Context(), "decode", s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		want, werr := hex.DecodeString(s)
		if e, failed := vals.Get(2).Object().(*interp.Error); failed {
			line, _ := e.Field("line").(int)
			column, _ := e.Field("column").(int)
			if e.Kind != interp.KindParse || line < 1 || column < 1 || werr == nil {
				t.Fatalf("%q: %v at line %d, column %d; encoding/hex: %v", s, e, line, column, werr)
			}
		} else if got := vals.Get(1).String(); werr != nil || got != string(want) {
			t.Fatalf("%q: %q; encoding/hex: %q, %v", s, got, want, werr)
		}
	})
}
