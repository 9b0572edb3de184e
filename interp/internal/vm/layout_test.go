package vm

import (
	"os"
	"reflect"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// Everything in this package is written for one version of gopher-lua. When it moves, and before this line does:
//
//   - read the diff of _state.go, _vm.go, value.go, table.go, function.go and opcode.go between the versions;
//   - mend the mirrors in layout.go until New succeeds: it compares them field by field;
//   - compare execute (loop.go, loop_call.go, loop_meta.go) with the handlers of _vm.go, instruction by instruction, and
//     frame with initCallFrame: a new meaning of an operand shows in no layout;
//   - compare enterLoop with callR and PCall (who calls mainLoop, with what on the stack), raised with raiseError, and the texts in
//     explain with those that the handlers raise;
//   - look in doc.go for mends that are no longer needed;
//   - run the tests here, in codegen, lualib and randprog (-programs 100000), with -race and with GOGC=1 too.
func TestVersion(t *testing.T) {
	mod, err := os.ReadFile("../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(mod), "github.com/yuin/gopher-lua v1.1.2\n") {
		t.Error("go.mod names another version of gopher-lua than 1.1.2: see the comment above this test")
	}
}

func TestLayout(t *testing.T) {
	if err := checkLayout(); err != nil {
		t.Error(err)
	}
	if lua.FieldsPerFlush != 50 || !lua.CompatVarArg || lua.MultRet != -1 {
		t.Error("gopher-lua's constants have changed: see frame and OP_SETLIST")
	}
	real := reflect.TypeOf(struct {
		A int
		b *int
		c any
	}{})
	for name, mine := range map[string]any{
		"more fields": struct{ A, b, c, d int }{},
		"another name": struct {
			A int
			x *int
			c any
		}{},
		"another type": struct {
			A int
			b int
			c any
		}{},
	} {
		if sameLayout(real, reflect.TypeOf(mine)) == nil {
			t.Errorf("%s: is not noticed", name)
		}
	}
}
