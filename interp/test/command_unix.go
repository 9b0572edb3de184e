//go:build unix

package test

import (
	"errors"
	"os"
	"syscall"
)

// makeFIFO makes a FIFO and opens it for reading; as it is open for writing as well it never comes to an end.
func makeFIFO(name string) (*os.File, error) {
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		return nil, &os.PathError{Op: "mkfifo", Path: name, Err: err}
	}
	return os.OpenFile(name, os.O_RDWR|syscall.O_NONBLOCK, 0)
}

// openWaiting opens a FIFO for writing at whose other end somebody waits; it fails at once if nobody does.
func openWaiting(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ENXIO) {
		return nil, errGone
	}
	return f, err
}
