//go:build !linux

package fs

import (
	"context"

	"github.com/lull-lua/lull/interp"
)

// readAll adds what is in a folder as it comes, and calls more after each piece.
func (l *listing) readAll(ctx context.Context, files interp.Files, dir string, follow bool, more func() error) error {
	return l.readEntries(ctx, files, dir, follow, more)
}
