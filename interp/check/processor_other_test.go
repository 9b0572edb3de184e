//go:build !unix

package check_test

import "time"

var started = time.Now()

// processorTime is the time of the clock, where the system is not asked for more.
func processorTime() time.Duration { return time.Since(started) }
