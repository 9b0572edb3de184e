package base64_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// Arbitrary text is an error with its place, or bytes that are encoded as base64 which stands for them; what encoding/base64 takes
// is taken as it takes it.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", "Zg==", "Zg", "Zm9v\nYmFy", "Zm-_", "Zm9*", "=", "Zg=\n=", "Zg==Zg==", "Z", "\r\n", "Zm9vé"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	rt := interptest.New(f, builtins.Safe())
	if _, err := rt.Run(`
		function decode(s, url)
			local ok, v = pcall(base64.decode, s, { url = url })
			if not ok then return nil, v end
			assert(base64.decode(base64.encode(v, { url = url }), { url = url }) == v)
			return v
		end`); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string, url bool) {
		vals, err := rt.Call(t.Context(), "decode", s, url)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		plain := strings.NewReplacer("\r", "", "\n", "").Replace(s)
		padded, raw := base64.StdEncoding, base64.RawStdEncoding
		if url {
			padded, raw = base64.URLEncoding, base64.RawURLEncoding
		}
		want, werr := padded.DecodeString(plain)
		if werr != nil {
			want, werr = raw.DecodeString(plain)
		}
		if e, failed := vals.Get(2).Object().(*interp.Error); failed {
			line, _ := e.Field("line").(int)
			column, _ := e.Field("column").(int)
			if e.Kind != interp.KindParse || line < 1 || column < 1 || werr == nil {
				t.Fatalf("%q: %v at line %d, column %d; encoding/base64: %v", s, e, line, column, werr)
			}
		} else if got := vals.Get(1).String(); werr != nil || got != string(want) {
			t.Fatalf("%q: %q; encoding/base64: %q, %v", s, got, want, werr)
		}
	})
}
