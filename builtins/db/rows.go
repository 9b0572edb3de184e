package db

import (
	"context"
	"sync/atomic"

	"github.com/lull-lua/lull/interp"
)

// cursor is what a loop over d:rows goes on with, and its second value.
//
// A statement of rows is under way for as long as nobody else asks anything of the database: then the rest of the rows is read first.
// So a loop may change what it reads, no snapshot grows old under it, and one that was left early holds nothing up.
type cursor struct {
	q      *query
	opened *interp.Resource
	left   atomic.Bool // nobody goes on with it
	over   bool        // its last row was given, or it was closed

	// The turn's.
	rest []piece // what was read for somebody else's sake
	err  error   // in the place of what is behind that
}

var cursorType = interp.Type{
	Name:    "db.cursor",
	Of:      (*cursor)(nil),
	String:  func(v any) string { return "db.cursor of " + v.(*cursor).q.d.path },
	Methods: []interp.Def{{Name: "close", Fn: closeCursor, Outside: true}},
}

// MemorySize implements interp.Sized.
func (k *cursor) MemorySize() int {
	n := 200 + k.q.piece.size()
	for i := range k.rest {
		n += k.rest[i].size()
	}
	return n
}

// rows is d:rows(sql, ...).
func rows(c *interp.Call) error {
	q, err := newQuery(c)
	if err != nil {
		return err
	}
	return q.d.turn(c, func(c *interp.Call) error {
		k := &cursor{q: q}
		if err := k.fetch(c); err != nil {
			return err
		}
		k.opened = c.Defer("rows of "+q.d.path, k, func(context.Context) error {
			k.left.Store(true) // who comes next ends the statement
			return nil
		})
		v, err := c.Value(k)
		if err != nil {
			return err
		}
		return c.Return(c.NewFunction("db.rows", k.next, v), v)
	})
}

// fetch has the next piece read, and makes the cursor the one whose statement is under way.
func (k *cursor) fetch(c *interp.Call) error {
	q := k.q
	err := q.fetch(c)
	if q.stmt != nil && err == nil {
		q.d.reads = k
	} else if q.d.reads == k {
		q.d.reads = nil
	}
	return err
}

// next gives the next row.
func (k *cursor) next(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if !k.q.piece.empty() {
		return k.give(c)
	}
	switch {
	case k.over:
		return c.Return(nil)
	case k.left.Load():
		return interp.Errorf(interp.KindClosed, "rows: the loop was closed with the task that had begun it")
	}
	return k.q.d.turn(c, func(c *interp.Call) error {
		q := k.q
		switch {
		case k.over:
			return c.Return(nil)
		case !q.piece.empty(): // another task had it read
		case len(k.rest) > 0:
			q.piece, k.rest = k.rest[0], k.rest[1:]
		case k.err != nil:
			err := k.err
			k.leave()
			return failed("rows", q.d.path, q.text, err)
		case q.over():
			k.leave()
			return c.Return(nil)
		default:
			if err := k.fetch(c); err != nil {
				k.leave()
				return err
			}
			if q.piece.empty() {
				k.leave()
				return c.Return(nil)
			}
		}
		return k.give(c)
	})
}

// give returns the next row of the piece.
func (k *cursor) give(c *interp.Call) error {
	if err := c.Spend(64); err != nil {
		return err
	}
	w := c.InPlace()
	return c.Return(k.q.piece.row(&w))
}

// leave says that nobody goes on with it.
func (k *cursor) leave() {
	k.left.Store(true)
	k.over = true
	k.opened.Release()
	k.q.piece.clear()
	k.rest, k.err = nil, nil
}

// closeCursor is cursor:close().
func closeCursor(c *interp.Call) error {
	k := interp.Self[*cursor](c)
	if k.over || k.q.d.isClosed() {
		return c.Checkpoint()
	}
	return k.q.d.turn(c, func(c *interp.Call) error {
		k.leave()
		d := k.q.d
		if d.reads == k {
			d.reads = nil
		}
		return k.q.drop(c)
	})
}

// alone makes the statement of q, nil for another one, the only one that is under way. A cancellation waits meanwhile: the loop over the
// rows is another's.
func (d *database) alone(c *interp.Call, q *query) error {
	k := d.reads
	if k == nil || k.q == q {
		return nil
	}
	d.reads = nil
	return d.finish(c, func(context.Context) { k.detach() })
}

// ready makes the connection ready for a job: the goroutine does it.
func (d *database) ready() {
	if d.left {
		d.left = false
		_ = d.conn.Exec("ROLLBACK") // where it fails, SQLite has done it already
	}
}

// detach reads the rest of the rows, so that the statement is over.
func (k *cursor) detach() {
	q := k.q
	size := 0
	for !q.over() && !k.left.Load() && k.err == nil {
		var p piece
		q.read(context.Background(), &p)
		if q.approved = q.wants; !p.empty() {
			k.rest = append(k.rest, p)
		}
		if size += p.size(); size+q.wants > q.d.opts.maxSize {
			k.err = interp.Errorf(interp.KindLimit, "rows: %s: something else was asked of the database in the middle of the loop, and the rows that are left take more than %d bytes (the option max_size of db.open)", q.d.path, q.d.opts.maxSize)
		}
		if q.err != nil {
			k.err, q.err = q.err, nil
		}
	}
	q.end()
	q.later = nil
}
