package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/lull-lua/lull/builtins/internal/sqlite"
	"github.com/lull-lua/lull/interp"
)

// transaction is d:transaction(fn).
func transaction(c *interp.Call) error {
	if _, err := c.Function(1); err != nil {
		return err
	}
	d := interp.Self[*database](c)
	return d.turn(c, func(c *interp.Call) error {
		q, t := &query{d: d, op: "transaction"}, c.Task()
		depth := len(d.frames)
		begin, undo := "BEGIN IMMEDIATE", "ROLLBACK"
		if depth > 1 {
			begin, undo = fmt.Sprintf("SAVEPOINT lull_%d", depth), fmt.Sprintf("ROLLBACK TO lull_%d; RELEASE lull_%[1]d", depth)
		}
		began := false
		if err := d.alone(c, nil); err != nil {
			return err
		}
		err := d.do(c, func(ctx context.Context) {
			q.control(ctx, begin)
			began = q.err == nil
		})
		switch {
		case err != nil && began && !d.isClosed():
			return errors.Join(err, d.finish(c, func(ctx context.Context) { q.control(ctx, undo) }))
		case err != nil:
			return err
		case q.err != nil:
			return failed("transaction", d.path, begin, q.err)
		}
		f := d.push(t)
		d.leave()
		return c.ProtectReturn(c.Arg(1), interp.ContinuationFunc(func(c *interp.Call, err error) error { return d.ends(c, f, depth, undo, err) }))
	})
}

// control runs statements that begin or end a transaction: the goroutine does it.
func (q *query) control(ctx context.Context, text string) {
	d := q.d
	d.ready()
	wait := sqlite.Patience{Left: d.opts.timeout}
	for {
		q.err = d.conn.Exec(text)
		if q.err == nil || !wait.Again(ctx, q.err) {
			break
		}
	}
	d.inside = d.conn.InTransaction()
}

// ends commits or undoes the transaction of a frame, whose function has returned with err.
func (d *database) ends(c *interp.Call, f *frame, depth int, undo string, err error) error {
	if err == interp.ErrDropped { // nobody waits: whoever comes next undoes it
		for _, g := range d.frames[1:] {
			if g.undone == nil {
				g.undone = interp.Errorf(kind, "transaction: %s: a transaction inside was left by a coroutine that was dropped", d.path).With("code", "SQLITE_ABORT").With("path", d.path)
			}
		}
		d.pop(f)
		if d.left = true; !d.busy {
			d.leave()
		}
		return err
	}
	vals := c.Results()
	if f.undone == nil && !d.isClosed() {
		shield := interp.Scope{Shield: true, Grace: interp.Forever}
		serr := c.Scope(&shield, func() error {
			for d.busy { // somebody's call in the transaction is about to end
				if err := c.Sleep(0); err != nil {
					return err
				}
			}
			d.busy = true
			return d.conclude(c, f, depth, undo, &err)
		})
		if err == nil {
			err = serr
		}
	} else {
		d.pop(f)
		switch {
		case err != nil:
		case f.undone != nil:
			err = undoneAgain("transaction", f.undone)
		default:
			err = closedError("transaction", d.path)
		}
		if !d.busy {
			d.leave()
		}
	}
	if err != nil {
		return err
	}
	return c.ReturnValues(vals)
}

// conclude is the last turn of a transaction: *err is what its function has returned, and becomes what is wrong with the end.
func (d *database) conclude(c *interp.Call, f *frame, depth int, undo string, err *error) error {
	defer d.leave()
	defer d.pop(f)
	q := &query{d: d, op: "transaction"}
	if err := d.alone(c, nil); err != nil {
		return err
	}
	if *err == nil {
		commit := "COMMIT"
		if depth > 1 {
			commit = fmt.Sprintf("RELEASE lull_%d", depth)
		}
		if derr := d.do(c, func(ctx context.Context) { q.control(ctx, commit) }); derr != nil {
			return derr
		}
		if q.err == nil {
			return nil
		}
		*err = failed("transaction", d.path, commit, q.err)
	}
	// It fails where SQLite has undone the transaction already.
	return d.do(c, func(ctx context.Context) { q.control(ctx, undo) })
}

// migrate is d:migrate(list).
func migrate(c *interp.Call) error {
	items, err := c.List(1, nil)
	if err != nil {
		return err
	}
	all := make([]string, len(items))
	for i, v := range items {
		text, ok := v.Text()
		if !ok || v.Type() != "string" {
			return c.ArgError(1, fmt.Sprintf("a list of statements expected, and item %d is a %s", i+1, v.Type()))
		}
		all[i] = text
	}
	d := interp.Self[*database](c)
	return d.turn(c, func(c *interp.Call) error {
		ran := 0
		for more := true; more; {
			q := &query{d: d, op: "migrate", args: &arguments{}}
			var at int
			err := q.do(c, func(ctx context.Context) { at, more = q.migrate(ctx, all) })
			if err != nil {
				return err
			}
			if at > 0 {
				ran++
			}
		}
		return c.Return(ran)
	})
}

// migrate runs the first statement that was not run yet: at is which, 0 if there is none, and more says that there are more. The
// goroutine does it.
func (q *query) migrate(ctx context.Context, all []string) (at int, more bool) {
	conn := q.d.conn
	begin, commit, undo := "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"
	if conn.InTransaction() {
		begin, commit, undo = "SAVEPOINT lull_migrate", "RELEASE lull_migrate", "ROLLBACK TO lull_migrate; RELEASE lull_migrate"
	}
	version, err := conn.Integer("PRAGMA user_version")
	if err == nil && version == int64(len(all)) {
		return 0, false
	}
	wait := sqlite.Patience{Left: q.d.opts.timeout}
	for err == nil {
		if err = conn.Exec(begin); !wait.Again(ctx, err) {
			break
		}
		err = nil
	}
	if err != nil {
		q.err = err
		return 0, false
	}
	version, err = conn.Integer("PRAGMA user_version") // another process may have done it meanwhile
	switch n := int64(len(all)); {
	case err != nil:
	case version > n || version < 0:
		err = interp.Errorf(interp.KindError, "migrate: %s: the database has the version %d, and the list has %s: a newer program has migrated it", q.d.path, version, plural(int(n), "statement"))
	case version < n:
		at = int(version) + 1
		q.text = all[version]
		if q.exec(ctx); q.err != nil {
			err = q.err
			if e := (*sqlite.Error)(nil); errors.As(err, &e) {
				err = &sqlite.Error{Code: e.Code, Message: fmt.Sprintf("statement %d: %s", at, e.Message), Offset: e.Offset}
			}
		}
		if err == nil && !conn.InTransaction() {
			err = interp.Errorf(interp.KindError, "migrate: %s: statement %d ends the transaction that it is run in", q.d.path, at)
		}
		if err == nil {
			err = conn.Exec(fmt.Sprintf("PRAGMA user_version=%d", at))
		}
	}
	if err == nil {
		err = conn.Exec(commit)
	}
	if err != nil {
		q.err = err
		if conn.InTransaction() {
			_ = conn.Exec(undo) // the reason is the error to tell
		}
		return 0, false
	}
	return at, at > 0 && at < len(all)
}
