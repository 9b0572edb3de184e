package codegen

import (
	"testing"

	"github.com/lull-lua/lull/interp/internal/parser"
)

// A local whose scope is one instruction, the last of its block's, leaves those beside it out of scope as well.
func TestOwnScopes(t *testing.T) {
	for _, src := range []string{
		`do local n = 0 while n < 9 do n = n + 1 end local f = "t" end local x = f(1)`,
		`for i = 1, 3 do local n = 0 while n < 9 do n = n + 1 end local f = "t" end g.x(1)`,
		`do local n = 0 while n < 9 do n = n + 1 end local f = "t" end local x = a + b f(x)`,
	} {
		chunk, err := parser.Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Compile(chunk, "=x", "x")
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(p); err != nil {
			t.Errorf("%s: %v", src, err)
		}
	}
}
