package builtins

import (
	"context"
	"io"
	"io/fs"
	"os"
	"syscall"
)

const errIsDir = syscall.EISDIR

func openRead(name string) (*os.File, error) { return os.Open(name) }

func openWrite(_ context.Context, name string, flag int, perm fs.FileMode) (*os.File, error) {
	return os.OpenFile(name, flag, perm)
}

func isAgain(error) bool { return false }

// newPolled reads devices as files: the system has no poller for them.
func newPolled(_ context.Context, f *os.File, _ bool) (io.Reader, func()) {
	return f, func() {}
}
