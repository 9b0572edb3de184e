//go:build unix

package command

import (
	"os"
	"runtime"
	"strconv"
	"strings"
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
	if runtime.GOOS == "linux" { // there it is at least what the process had before it was this program: its parent's
		status, _ := os.ReadFile("/proc/self/status")
		_, rest, _ := strings.Cut(string(status), "VmHWM:")
		line, _, _ := strings.Cut(rest, "\n")
		if kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(line), " kB"), 10, 64); err == nil {
			peak = kb << 10
		}
	}
	return time.Duration(ru.Utime.Nano() + ru.Stime.Nano()), peak
}
