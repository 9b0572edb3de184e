// Package archive is the table archive: packed data, and archives of files. An archive is read and written as a stream, so memory does
// not grow with it; nothing that it holds is extracted outside of the folder that a script names, whatever its names and links say.
package archive

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/lull-lua/lull/interp"
)

//go:embed archive.lua
var stub string

//go:embed files.lua
var filesStub string

// Module is what of the table archive works in memory.
func Module() interp.Module {
	return interp.Module{
		Name: "archive",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "gzip", Fn: pack},
			{Name: "gunzip", Fn: unpack},
		},
	}
}

// Files is what of the table archive works on files; it is there where files are granted.
func Files() interp.Module {
	return interp.Module{
		Name:  "archive",
		Stub:  filesStub,
		Needs: func(g interp.Granted) bool { return g.Files },
		Defs: []interp.Def{
			{Name: "open", Fn: open, Outside: true},
			{Name: "create", Fn: create, Outside: true},
			{Name: "extract", Fn: extract, Outside: true},
			{Name: "list", Fn: list, Outside: true},
		},
	}
}

// pathArg is the i-th argument as a name.
func pathArg(c *interp.Call, i int) (string, error) {
	s, err := c.Text(i)
	if err != nil {
		return "", err
	}
	if s == "" {
		return "", c.ArgError(i, "the path is empty")
	}
	if strings.Contains(s, "\x00") {
		return "", c.ArgError(i, "the path contains a NUL byte")
	}
	return s, nil
}

// run does fn off the loop and waits for its end, also when the task is cancelled: it sees so by its context. A failure is about path,
// unless the error says more.
func run[T any](c *interp.Call, path string, fn func(ctx context.Context, files interp.Files) (T, error)) (v T, err error) {
	if err := c.Checkpoint(); err != nil {
		return v, err
	}
	files := c.Files()
	err = c.BlockFirm(func(ctx context.Context) error {
		var err error
		v, err = fn(ctx, files)
		return err
	})
	return v, failed("archive."+c.Name(), path, err)
}

// at is an error about a file on the disk.
type at struct {
	path string
	err  error
}

func (e *at) Error() string { return e.path + ": " + e.err.Error() }
func (e *at) Unwrap() error { return e.err }

// failed is what a script sees of a failure about a file.
func failed(op, path string, err error) error {
	if err == nil || errors.Is(err, interp.ErrCancelled) {
		return err
	}
	if e := (*interp.Error)(nil); errors.As(err, &e) {
		return err
	}
	if e := (*at)(nil); errors.As(err, &e) {
		return interp.PathErrorf(op, e.path, e.err)
	}
	return interp.PathErrorf(op, path, err)
}

// Bounds of what is read from an archive, unless options say otherwise.
const (
	maxSize  = 10 << 30
	maxFiles = 100_000
)

// bounds are the options max_size and max_files.
type bounds struct{ size, files int64 }

// bound is the value of an option that bounds something.
func bound(c *interp.Call, i int, name string, v float64) (int64, error) {
	if !(v >= 0) {
		return 0, c.ArgError(i, fmt.Sprintf("option '%s': a number from 0 expected, got %v", name, interp.Number(v)))
	}
	if v >= math.MaxInt64 {
		return math.MaxInt64, nil
	}
	return int64(v), nil
}

// escapes reports whether an error is that of a name, or a link, that leads out of an os.Root.
func escapes(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if err.Error() == "path escapes from parent" {
			return true
		}
	}
	return false
}
