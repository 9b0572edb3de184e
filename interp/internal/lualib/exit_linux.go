package lualib

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// sysProcess is a process as Linux has it.
type sysProcess struct {
	fd    int
	pidfd *os.File // readable once it has ended; nil where the kernel has none
}

// ask has the start of the process bring what its end is waited for by.
func (s *sysProcess) ask(attr *syscall.SysProcAttr) {
	s.fd = -1
	attr.PidFD = &s.fd
}

// begun is called when the process runs. The file is one that Go's poller waits for, so that no thread does.
func (s *sysProcess) begun(*process) {
	if s.fd >= 0 && unix.SetNonblock(s.fd, true) == nil {
		s.pidfd = os.NewFile(uintptr(s.fd), "pidfd")
	} else if s.fd >= 0 {
		unix.Close(s.fd)
	}
}

// await waits until nudge was called. It reports false where the process has ended, or only a thread can wait for that.
func (s *sysProcess) await() bool {
	if s.pidfd == nil {
		return false
	}
	c, err := s.pidfd.SyscallConn()
	if err != nil {
		return false
	}
	err = c.Read(func(fd uintptr) bool { return ready(int32(fd), unix.POLLIN, 0) != 0 })
	return errors.Is(err, os.ErrDeadlineExceeded) && s.pidfd.SetReadDeadline(time.Time{}) == nil
}

// nudge has await return if the process has stopped.
func (s *sysProcess) nudge(p *process) {
	if s.pidfd == nil {
		return
	}
	var info unix.Siginfo
	if err := unix.Waitid(unix.P_PID, p.pid, &info, unix.WSTOPPED|unix.WNOHANG|unix.WNOWAIT, nil); err == nil && info.Signo != 0 {
		_ = s.pidfd.SetReadDeadline(longAgo)
	}
}

// over gives back what is left.
func (s *sysProcess) over() {
	if s.pidfd != nil {
		s.pidfd.Close()
	}
}

// exitQueue is nothing here: each process has its pidfd.
type exitQueue struct{}
