package repl

import "time"

// SetTimes sets how long the end may take before a line says so, and how soon the second Ctrl-C at the prompt leaves.
func SetTimes(end, second time.Duration) { slowEnd, together = end, second }
