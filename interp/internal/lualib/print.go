package lualib

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// print writes its arguments, as tostring gives them, with tabs between and a newline after them.
func (lib *Library) print(L *lua.LState) int {
	var line []byte
	for i := 1; i <= L.GetTop(); i++ {
		if i > 1 {
			line = append(line, '\t')
		}
		switch v := L.Get(i).(type) {
		case lua.LString:
			line = added(L, line, string(v))
		case lua.LNumber:
			line = append(line, vm.NumberText(v)...)
		default:
			text, ok := lib.text(tostringMeta(L, v))
			if !ok {
				vm.Errorf(L, "'tostring' must return a string to 'print'")
			}
			line = added(L, line, text)
		}
	}
	if _, err := lib.host.Stdout().Write(append(line, '\n')); err != nil {
		lib.host.Fail(L, fmt.Errorf("print: %w", err))
	}
	return 0
}
