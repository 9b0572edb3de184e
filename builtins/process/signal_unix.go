//go:build unix

package process

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// sendSignal sends a signal to a process, by its name without SIG.
func sendSignal(pid int, name string) error {
	err := syscall.Kill(pid, unix.SignalNum("SIG"+name))
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}
