package randprog

import (
	"testing"

	"github.com/lull-lua/lull/interp/internal/codegen"
	"github.com/lull-lua/lull/interp/internal/parser"
)

// TestCode checks the code of programs: nothing in it is out of range, and no register is read that was not written.
func TestCode(t *testing.T) {
	for i := range uint64(*count) {
		src := program(random(*seed+i), i%2 == 0)
		chunk, err := parser.Parse(src)
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		p, err := codegen.Compile(chunk, "=prog", "prog")
		if err != nil {
			continue // a limit of variables
		}
		if err := codegen.Verify(p); err != nil {
			t.Errorf("%v\n%s", err, src)
		}
	}
}
