package builtins

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/lull-lua/lull/interp"
)

// files are read and write.
func files() interp.Module {
	return interp.Module{Defs: []interp.Def{
		{Name: "read", Sig: "read(path [, n])", Fn: read},
		{Name: "write", Sig: "write(path, data)", Fn: write},
	}}
}

func resolve(c *interp.Call, path string) string {
	if c.Dir() == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(c.Dir(), path)
}

// read(path [, n]) returns the file's bytes, at most n.
func read(c *interp.Call) error {
	path, err := c.Text(1)
	if err != nil {
		return err
	}
	limit := -1
	if !c.Arg(2).IsNil() {
		if limit, err = c.Int(2); err != nil {
			return err
		}
		if limit < 0 {
			return c.ArgError(2, "the number of bytes is negative")
		}
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	var data []byte
	var failure error
	name := resolve(c, path)
	err = c.Block(func(context.Context) error {
		f, err := os.Open(name)
		if err != nil {
			failure = err
			return nil
		}
		defer f.Close()
		var r io.Reader = f
		if limit >= 0 {
			r = io.LimitReader(f, int64(limit))
		}
		data, failure = io.ReadAll(r)
		return nil
	})
	if err != nil {
		return err
	}
	if failure != nil {
		return interp.PathErrorf("read", path, failure)
	}
	return c.Return(data)
}

// write(path, data) writes the file and returns the number of bytes.
func write(c *interp.Call) error {
	path, err := c.Text(1)
	if err != nil {
		return err
	}
	data, err := c.Text(2)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	var failure error
	name := resolve(c, path)
	err = c.Finish(func(context.Context) error {
		failure = os.WriteFile(name, []byte(data), 0o666)
		return nil
	})
	if err != nil {
		return err
	}
	if failure != nil {
		return interp.PathErrorf("write", path, failure)
	}
	return c.Return(len(data))
}
