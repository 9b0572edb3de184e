//go:build !unix

package lualib

import (
	"context"
	"os"
)

// terminal: no process group has one here.
type terminal struct{}

func (*terminal) close()            {}
func (*terminal) hold()             {}
func (*terminal) release()          {}
func (*terminal) abandon()          {}
func (*terminal) continued()        {}
func (*terminal) has(*process) bool { return false }

func (lib *Library) readTerminal(ctx context.Context, f *os.File, p []byte) (int, error) {
	return f.Read(p)
}

func foreground(*os.File) int { return 0 }
