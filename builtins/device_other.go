//go:build !unix

package builtins

import (
	"context"
	"io"
	"os"
	"syscall"
)

const errIsDir = syscall.EISDIR

func isAgain(error) bool { return false }

// newPolled reads devices as files: the system has no poller for them.
func newPolled(_ context.Context, f *os.File, _ bool) (io.Reader, func()) {
	return f, func() {}
}
