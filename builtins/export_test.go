package builtins

import "github.com/lull-lua/lull/interp"

// Core are the modules whose stubs are in library.
func Core() []interp.Module {
	return []interp.Module{core(), files(), taskTable(), syncTable(), errorsTable()}
}
