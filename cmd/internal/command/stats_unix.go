//go:build unix

package command

import (
	"runtime"
	"syscall"
	"time"
)

// processUsage is the processor time that the process has used, and the most memory it has held, in bytes.
func processUsage() (cpu time.Duration, peak int64) {
	var ru syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &ru) != nil {
		return 0, 0
	}
	peak = int64(ru.Maxrss)                                //nolint:unconvert // 32 bits on some systems
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" { // they count bytes, the others kilobytes
		peak <<= 10
	}
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano()), peak
}
