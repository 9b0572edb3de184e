package fs

import (
	"context"
	"errors"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/interp"
)

// replaceFile is fs.replace(path, fn [, opts]).
func replaceFile(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	fn, err := c.Function(2)
	if err != nil {
		return err
	}
	var mode interp.Value
	var withParents bool
	if err := c.Options(3, map[string]any{"mode": &mode, "parents": &withParents}); err != nil {
		return err
	}
	perm, err := modeOption(c, 3, mode)
	if err != nil {
		return err
	}
	n, err := run(c, true, name, func(ctx context.Context, files interp.Files) (*replace.File, error) {
		if err := parents(files, name, withParents); err != nil {
			return nil, err
		}
		return replace.Begin(ctx, files, name, perm)
	})
	if err != nil {
		return err
	}
	// Files that were begun are taken away, whatever becomes of the task.
	r := c.Defer("fs.replace "+name, nil, func(context.Context) error { return n.Abort(nil) })
	h, err := c.OpenFile("fs.replace", n.Name(), "w")
	if err != nil {
		c.Close(r)
		return err
	}
	vals, err := c.Call(fn, h)
	if cerr := closeHandle(c, h); err == nil {
		err = cerr
	}
	if err == nil {
		err = failed(c, name, c.Refused(h)) // fn need not have looked what its writes have returned
	}
	if err != nil {
		c.Close(r)
		return err
	}
	if !r.Release() {
		return interp.Errorf(interp.KindError, "fs.replace: the task has ended")
	}
	var failure error
	if err := c.BlockFirm(func(ctx context.Context) error {
		failure = n.Commit(ctx)
		return nil
	}); err != nil {
		return err
	}
	if failure != nil {
		return failed(c, name, failure)
	}
	return c.ReturnValues(vals)
}

// closeHandle writes out what a handle holds, and closes it; one that is closed is left alone.
func closeHandle(c *interp.Call, h interp.Value) error {
	fn, ok := h.Method("close")
	if !ok {
		return nil
	}
	_, err := c.Protect(fn, h) // Refused knows of its errors
	if e := (*interp.Error)(nil); errors.As(err, &e) && strings.Contains(e.Msg, "closed file") {
		return nil // fn has closed it
	}
	return err
}
