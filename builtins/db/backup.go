package db

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/builtins/internal/sqlite"
	"github.com/lull-lua/lull/interp"
)

// backupPages is how much is copied before it is looked whether to go on.
const backupPages = 256

// backup is d:backup(path).
func backup(c *interp.Call) error {
	path, err := c.Text(1)
	switch {
	case err != nil:
		return err
	case path == "" || path == memory:
		return c.ArgError(1, "the path of a file expected")
	case strings.Contains(path, "\x00"):
		return c.ArgError(1, "the path contains a NUL byte")
	}
	d := interp.Self[*database](c)
	if d.file != "" { // by a connection of its own: nobody waits for it
		if err := c.Checkpoint(); err != nil {
			return err
		}
		if d.isClosed() {
			return closedError("backup", d.path)
		}
		return d.copyTo(c, path, nil)
	}
	return d.turn(c, func(c *interp.Call) error {
		if len(d.frames) > 1 {
			return interp.Errorf(interp.KindError, "backup: %s: what is in memory is not copied in the middle of a transaction", d.path)
		}
		return d.copyTo(c, path, d.conn)
	})
}

// copyTo copies the database into a new file, which takes the place of an old one when it is whole. from is what is copied; nil: a new
// connection.
func (d *database) copyTo(c *interp.Call, path string, from *sqlite.Conn) error {
	files := c.Files()
	var failure error
	err := c.BlockFirm(func(ctx context.Context) error {
		failure = d.copyFile(ctx, files, path, from)
		return nil
	})
	if err == nil {
		err = failed("backup", path, "", failure)
	}
	return err
}

func (d *database) copyFile(ctx context.Context, files interp.Files, path string, from *sqlite.Conn) error {
	if st, err := files.Stat(path); err == nil {
		if own, err := os.Stat(d.file); d.file != "" && err == nil && os.SameFile(st, own) {
			return interp.Errorf(interp.KindError, "backup: %s: it is the database itself", path).With("path", path)
		}
		if wal, err := files.Stat(path + "-wal"); err == nil && wal.Size() > 0 { // it would be taken for the new one's
			return interp.Errorf(interp.KindError, "backup: %s: it is a database that is in use, or was when a process died: there is a %[1]s-wal", path).With("path", path)
		}
	}
	n, err := replace.Begin(ctx, files, path, -1)
	if err != nil {
		return err
	}
	if err := d.copyInto(ctx, n.System().Name(), from); err != nil {
		return n.Abort(err)
	}
	return n.Commit(ctx)
}

func (d *database) copyInto(ctx context.Context, name string, from *sqlite.Conn) (err error) {
	to, err := sqlite.Open(name, sqlite.Options{Existing: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	if err := to.Exec("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF"); err != nil { // it is synced as a whole
		return err
	}
	if from == nil {
		open := sqlite.Open
		if d.opts.readonly {
			open = sqlite.OpenToRead
		}
		if from, err = open(d.file, sqlite.Options{Existing: true}); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, from.Close()) }()
		if err := d.snapshot(ctx, from); err != nil {
			return err
		}
	}
	size, err := from.Integer("PRAGMA page_size")
	if err != nil {
		return err
	}
	b, err := from.Backup(to)
	if err != nil {
		return err
	}
	wait := sqlite.Patience{Left: d.opts.timeout}
	for more := true; more && err == nil; {
		if err = ctx.Err(); err == nil {
			err = interp.WillWrite(ctx, backupPages*size)
		}
		if err == nil {
			if more, err = b.Step(backupPages); wait.Again(ctx, err) {
				more, err = true, nil
			}
		}
	}
	if err = errors.Join(err, b.Finish(), from.Moved()); err == nil {
		err = to.Exec("PRAGMA journal_mode=DELETE") // so that it can be read where nothing can be written
	}
	return err
}

// snapshot begins to read, so that what is committed from now on is not seen.
func (d *database) snapshot(ctx context.Context, from *sqlite.Conn) error {
	wait := sqlite.Patience{Left: d.opts.timeout}
	if err := from.Exec("BEGIN"); err != nil {
		return err
	}
	for {
		_, err := from.Integer("SELECT count(*) FROM sqlite_schema")
		if err == nil || !wait.Again(ctx, err) {
			return err
		}
	}
}
