package lualib

import (
	"context"
	"io/fs"
	"os"
	"syscall"
)

const noWait = 0

var errReadOnly error = syscall.Errno(19) // ERROR_WRITE_PROTECT

var tempVars = []string{"TMP", "TEMP"}

func systemTemp() string { return os.TempDir() }

func openFile(_ context.Context, path string, flag int, perm fs.FileMode) (*os.File, error) {
	return os.OpenFile(path, flag, perm)
}

func nonblocking(*os.File) bool { return true }

func awaitWriter(*os.File) error { return nil }

// waitReadable returns at once: a read that is given up keeps its thread, and what it brings, until it returns.
func waitReadable(ctx context.Context, _ *os.File) error { return nil }
