//go:build unix

package http

import "syscall"

// noWait has a FIFO that has taken a file's place not hold up whoever opens it.
const noWait = syscall.O_NONBLOCK
