//go:build !unix

package lualib

import (
	"context"
	"io/fs"
	"os"
)

const noWait = 0

func openFile(_ context.Context, path string, flag int, perm fs.FileMode) (*os.File, error) {
	return os.OpenFile(path, flag, perm)
}

func readWhole(string, int64, func(int) error) (data []byte, ok bool, err error) {
	return nil, false, nil
}

func nonblocking(*os.File) bool { return true }

func awaitWriter(*os.File) error { return nil }

// waitReadable returns at once: a read that is given up keeps its thread, and what it brings, until it returns.
func waitReadable(context.Context, *os.File) error { return nil }
