//go:build !nomethods

package interp

import (
	"fmt"
	"reflect"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/convert"
)

// hasMethods reports whether scripts may call methods of Go's structs. These are asked for by their names, so that the linker keeps each method of whatever is
// linked: megabytes, which the tag nomethods leaves out. Builtins need none of it: they list their types' methods.
const hasMethods = true

// addMethods adds the methods of a pointer to a struct.
func (ot *Type) addMethods(t reflect.Type) {
	for i := range t.NumMethod() {
		m := t.Method(i)
		if m.Name == "String" {
			ot.String = func(v any) string { return fmt.Sprint(v) }
			continue
		}
		if fn, err := typed(m.Func, 1); err == nil {
			ot.Methods = append(ot.Methods, Def{Name: convert.Name(m.Name), fn: fn, key: lua.LString(convert.Name(m.Name)), self: ot})
		}
	}
}
