package command

import (
	"runtime"
	"syscall"
	"time"
)

// processUsage is the processor time that the process has used, and the memory that Go has taken from the system, in
// bytes, which it hardly ever gives back.
func processUsage() (cpu time.Duration, peak int64) {
	var created, exited, kernel, user syscall.Filetime
	if h, err := syscall.GetCurrentProcess(); err == nil && syscall.GetProcessTimes(h, &created, &exited, &kernel, &user) == nil {
		cpu = ticks(kernel) + ticks(user)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return cpu, int64(m.Sys)
}

// ticks is a span of time that Windows counts in 100 ns.
func ticks(t syscall.Filetime) time.Duration {
	return time.Duration(int64(t.HighDateTime)<<32|int64(t.LowDateTime)) * 100
}
