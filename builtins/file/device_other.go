//go:build !unix

package file

import (
	"context"
	"io"
	"os"
)

func isAgain(error) bool { return false }

// newPolled reads devices as files: the system has no poller for them.
func newPolled(_ context.Context, f *os.File, _ bool) (io.Reader, func()) {
	return f, func() {}
}
