package network

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// systems is the number that Windows has for what Go calls errno: its sockets' errors have numbers of their own.
func systems(errno syscall.Errno) error {
	if no, ok := winsock[errno]; ok {
		return no
	}
	return errno
}

var winsock = map[syscall.Errno]syscall.Errno{
	syscall.ECONNREFUSED:  windows.WSAECONNREFUSED,
	syscall.ECONNRESET:    windows.WSAECONNRESET,
	syscall.ECONNABORTED:  windows.WSAECONNABORTED,
	syscall.ETIMEDOUT:     windows.WSAETIMEDOUT,
	syscall.EHOSTUNREACH:  windows.WSAEHOSTUNREACH,
	syscall.ENETUNREACH:   windows.WSAENETUNREACH,
	syscall.EADDRINUSE:    windows.WSAEADDRINUSE,
	syscall.EADDRNOTAVAIL: windows.WSAEADDRNOTAVAIL,
	syscall.EACCES:        windows.WSAEACCES,
	syscall.ENOTSOCK:      windows.WSAENOTSOCK,
	syscall.EMFILE:        windows.WSAEMFILE,
	syscall.EINVAL:        windows.WSAEINVAL,
}
