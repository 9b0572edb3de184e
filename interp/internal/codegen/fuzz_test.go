package codegen

import (
	"testing"

	"github.com/lull-lua/lull/interp/internal/parser"
)

// FuzzCompile: whatever parses becomes code that the VM may trust, or an error with a place.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		"", "return 1", "local a, b = f() a.b, b = b, a[1]", "for i = 1, 2, -0 do local x = i function g() x = x + 1 end end",
		"for k, v in next, {} do if k then break end goto c ::c:: end", "t = {f(), 1, x = 2, [f()] = ..., g(...)}",
		"return not a and b or (c == d) ~= nil", "local function f(...) return f(...), (f(...)) end", "while a do repeat local b until b or c end",
		"x = a .. b .. c:d(1)'s'", "return function(a, ...) local arg return arg, a, f end", "local a <close>", "return -2 ^ -3 + #'x' % 0",
		"local a do local b = function() return a end goto e end ::e:: a()",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		chunk, err := parser.Parse(src)
		if err != nil {
			return
		}
		p, err := Compile(chunk, "=f", "f")
		if err == nil {
			err = Verify(p)
		} else if err.(*parser.Error).Line > 0 {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", src, err)
		}
	})
}
