//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd

package fs

import (
	"context"

	"github.com/lull-lua/lull/interp"
)

// removeTree removes a file, or a folder with all that is in it. Links are removed, and not followed.
func removeTree(ctx context.Context, files interp.Files, name string) (gone bool, err error) {
	return removeByName(ctx, files, name)
}
