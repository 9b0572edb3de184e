//go:build unix && !linux

package command

import (
	"bytes"
	"errors"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// executable is what a process runs, and whose it is: only our own can be signalled, unless we are root.
func executable(pid int) (path string, uid int, err error) {
	switch runtime.GOOS {
	case "darwin":
		args, err := unix.SysctlRaw("kern.procargs2", pid)
		if err != nil {
			return "", 0, err
		}
		if len(args) < 4 {
			return "", 0, syscall.ESRCH
		}
		name, _, _ := bytes.Cut(args[4:], []byte{0}) // behind the number of arguments
		path = string(name)
	case "freebsd":
		name, err := unix.SysctlRaw("kern.proc.pathname", pid)
		if err != nil {
			return "", 0, err
		}
		path = string(bytes.TrimRight(name, "\x00"))
	default:
		return "", 0, errors.New("lull cannot find out here what a process runs; SIGQUIT prints its tasks on its standard error")
	}
	return path, syscall.Geteuid(), nil
}

// holdAskDir sees that a folder is the user's alone.
func holdAskDir(dir string, uid int) (held string, free func(), err error) {
	return dir, func() {}, checkAskDir(dir, uid)
}

// inside finds out how the process sees itself: as we do.
func (*target) inside() error { return nil }
