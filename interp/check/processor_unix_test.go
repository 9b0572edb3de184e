//go:build unix

package check_test

import (
	"syscall"
	"time"
)

// processorTime is how long the process has run: others that hold it up do not count.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
