//go:build unix && !linux

package lualib

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// setForeground gives the foreground of the terminal f to a process group. The system stops a process that does that from behind, unless
// SIGTTOU is blocked, which only a new process can be here: it enters the group, and gives it the foreground, before package syscall
// lets it have signals.
func setForeground(f *os.File, pgid int) {
	withFD(f, func(fd int) {
		if foreground(f) == syscall.Getpgrp() {
			unix.IoctlSetPointerInt(fd, unix.TIOCSPGRP, pgid)
			return
		}
		p, err := os.StartProcess(shell, []string{"sh", "-c", ":"}, &os.ProcAttr{
			Sys: &syscall.SysProcAttr{Setpgid: true, Pgid: pgid, Foreground: true, Ctty: fd},
		})
		if err == nil {
			p.Wait()
		}
	})
}
