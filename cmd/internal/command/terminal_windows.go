package command

import (
	"os"

	"golang.org/x/sys/windows"
)

// takesColour makes a console understand escape sequences, and reports whether it does.
func takesColour(f *os.File) bool {
	h := windows.Handle(f.Fd())
	var mode uint32
	if windows.GetConsoleMode(h, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
