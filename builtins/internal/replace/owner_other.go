//go:build !unix

package replace

import (
	"context"
	"io/fs"
	"os"

	"github.com/lull-lua/lull/interp"
)

// keepOwner leaves the owner to the system: a new file has the one of whoever makes it.
func keepOwner(*os.File, fs.FileInfo) bool { return false }

// openFolder opens nothing: the system syncs no folders.
func openFolder(context.Context, interp.Files, string) (*interp.File, error) { return nil, nil }
