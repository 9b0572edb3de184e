//go:build unix

package lualib

import (
	"os"

	"golang.org/x/sys/unix"
)

// readerGone reports whether nobody reads any more what is written to f: the other end of a pipe or socket is closed.
func readerGone(f *os.File) (gone bool) {
	c, err := f.SyscallConn()
	if err != nil {
		return false
	}
	_ = c.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		n, err := unix.Poll(fds, 0)
		gone = err == nil && n > 0 && fds[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0
	})
	return gone
}
