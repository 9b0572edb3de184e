//go:build unix

package main

import "os"

// takesColour reports whether a terminal understands escape sequences.
func takesColour(*os.File) bool { return true }
