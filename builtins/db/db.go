// Package db is the table db: databases of SQLite.
package db

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/sqlite"
	"github.com/lull-lua/lull/interp"
)

//go:embed db.lua
var stub string

// Module is the table db: for the machine's own files, as SQLite opens more than the one that a script names.
func Module() interp.Module {
	return interp.Module{
		Name:  "db",
		Stub:  stub,
		Needs: func(g interp.Granted) bool { return g.Machine && sqlite.Available },
		Types: []interp.Type{databaseType, cursorType, blobType, intType},
		Defs: []interp.Def{
			{Name: "open", Fn: open, Outside: true},
			{Name: "blob", Fn: newBlob},
			{Name: "int", Fn: newInt},
		},
	}
}

// defaultSize is how much is read at once, as a rule, and how long a text or blob may be.
const defaultSize = 64 << 20

// settings are the options of db.open.
type settings struct {
	readonly bool
	timeout  time.Duration // for the locks of other processes
	sync     string
	maxSize  int
}

// open is db.open(path [, opts [, fn]]).
func open(c *interp.Call) error {
	path, err := c.Text(1)
	switch {
	case err != nil:
		return err
	case path == "":
		return c.ArgError(1, `the path is empty; ":memory:" is a database in memory`)
	case strings.Contains(path, "\x00"):
		return c.ArgError(1, "the path contains a NUL byte")
	}
	s := settings{sync: "full", maxSize: defaultSize}
	keep, maxSize, timeout := false, float64(defaultSize), interp.Value{}
	if err := c.Options(2, map[string]any{"readonly": &s.readonly, "timeout": &timeout, "sync": &s.sync, "keep": &keep, "max_size": &maxSize}); err != nil {
		return err
	}
	if s.timeout, err = lockTimeout(c, timeout); err != nil {
		return err
	}
	if s.sync != "full" && s.sync != "normal" {
		return c.ArgError(2, fmt.Sprintf(`option 'sync': "full" or "normal" expected, got %.60q`, s.sync))
	}
	if !(maxSize >= 1) {
		return c.ArgError(2, "option 'max_size': a number of bytes above zero expected")
	}
	s.maxSize = int(min(maxSize, math.MaxInt32))
	if !c.Arg(3).IsNil() && !c.Arg(3).IsFunction() {
		return c.TypeError(3, "function")
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	d, err := openDatabase(c, path, s)
	if err != nil {
		return err
	}
	r := c.Defer("database "+path, d, d.close)
	d.opened = r
	if c.Arg(3).IsNil() {
		if keep {
			r.Keep()
		}
		return c.Return(d)
	}
	v, err := c.Value(d)
	if err != nil {
		return err
	}
	vals, err := c.Call(c.Arg(3), v)
	c.Close(r)
	if err != nil {
		return err
	}
	return c.ReturnValues(vals)
}

// lockTimeout reads the option timeout.
func lockTimeout(c *interp.Call, v interp.Value) (time.Duration, error) {
	if v.IsNil() {
		return 5 * time.Second, nil
	}
	if v.Type() == "boolean" && !v.Truth() {
		return interp.Forever, nil
	}
	n, ok := v.Number()
	switch {
	case !ok:
		return 0, c.ArgError(2, "option 'timeout': seconds or false expected, got "+data.TypeOf(v))
	case !(n > 0):
		return 0, c.ArgError(2, "option 'timeout': seconds above zero, or false for none, expected")
	}
	return interp.Seconds(n), nil
}

// openDatabase opens it off the loop, and begins its goroutine.
func openDatabase(c *interp.Call, path string, s settings) (*database, error) {
	files := c.Files()
	file, ok := path, true
	if path != memory {
		file, ok = files.OnMachine(path)
		if !ok {
			return nil, interp.Errorf(interp.KindDenied, "db.open: %s: it is there for the machine's own files only", path)
		}
	}
	got := make(chan *database, 1)
	var failure error
	err := c.BlockFirm(func(ctx context.Context) error {
		d := newDatabase(path, s)
		if path != memory {
			if d.file, failure = filepath.Abs(file); failure != nil {
				return nil
			}
		}
		if d.uncount, failure = files.Opens(); failure != nil {
			return nil
		}
		if failure = explained(d.file, d.connect(ctx)); failure != nil {
			d.uncount()
			return nil
		}
		got <- d
		return nil
	})
	var d *database
	select {
	case d = <-got:
	default:
	}
	switch {
	case err != nil && d != nil: // cancelled when it was open
		return nil, errors.Join(err, d.close(context.Background()))
	case err != nil:
		return nil, err
	case failure != nil:
		return nil, failed("db.open", path, "", failure)
	}
	return d, nil
}
