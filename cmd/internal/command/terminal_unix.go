//go:build unix

package command

import "os"

// takesColour reports whether a terminal understands escape sequences.
func takesColour(*os.File) bool { return true }
