package lualib

import (
	"fmt"

	lua "github.com/yuin/gopher-lua"
)

// print writes its arguments, as tostring gives them, with tabs between and a newline after them.
func (lib *Library) print(L *lua.LState) int {
	var line []byte
	for i := 1; i <= L.GetTop(); i++ {
		if i > 1 {
			line = append(line, '\t')
		}
		line = append(line, L.ToStringMeta(L.Get(i)).String()...)
	}
	if _, err := lib.host.Stdout().Write(append(line, '\n')); err != nil {
		lib.host.Fail(L, fmt.Errorf("print: %w", err))
	}
	return 0
}
