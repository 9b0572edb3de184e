package lualib

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// setForeground gives the foreground of the terminal f to a process group. The system stops a process that does that from behind, unless
// SIGTTOU is blocked. It is not ignored: Go could not take that back, and children would inherit it.
func setForeground(f *os.File, pgid int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var ttou, old unix.Sigset_t
	ttou.Val[0] = 1 << (unix.SIGTTOU - 1)
	if unix.PthreadSigmask(unix.SIG_BLOCK, &ttou, &old) != nil {
		return
	}
	defer unix.PthreadSigmask(unix.SIG_SETMASK, &old, nil)
	withFD(f, func(fd int) { unix.IoctlSetPointerInt(fd, unix.TIOCSPGRP, pgid) })
}
