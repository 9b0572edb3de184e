package db

import (
	"cmp"
	"context"
	"errors"
	"math"
	"strconv"

	"github.com/lull-lua/lull/builtins/internal/sqlite"
	"github.com/lull-lua/lull/interp"
)

// pieceSize is how much is read before the loop has it.
const pieceSize = 64 << 10

// query is a call's statement, and how far it is.
type query struct {
	d    *database
	op   string
	text string
	args *arguments
	one  bool // the first row is all that is wanted

	stmt     *sqlite.Stmt // under way; nil: not begun, or over
	row      bool         // the statement is at a row that was not read yet
	approved int          // the size of a row that there is room for
	wants    int          // there is none yet for a row of that size
	piece    piece
	err      error
	later    error // what the next reading ends with: rows came before it

	changes, last int64

	nested bool // its job is inside a transaction
	j      job  // of its own
	whole  job  // that, with what is to be done before and behind it: it is made once
}

// recycle gives back a query that is over: the next call of the database takes it.
func (q *query) recycle() {
	clear(q.args.list)
	*q.args = arguments{list: q.args.list[:0]}
	p := q.piece
	p.clear()
	p.columns = nil
	*q = query{d: q.d, args: q.args, piece: p, whole: q.whole}
	q.d.spare = q
}

// newQuery reads the arguments of a method: a statement and its parameters.
func newQuery(c *interp.Call) (*query, error) {
	text, err := c.Text(1)
	if err != nil {
		return nil, err
	}
	d := interp.Self[*database](c)
	q := d.spare
	if d.spare = nil; q == nil {
		q = &query{d: d, args: &arguments{}}
	}
	q.op, q.text = c.Name(), text
	if err := q.args.read(c, 2); err != nil {
		return nil, err
	}
	return q, nil
}

// do has a job done for the query in the task's turn. An error of the task's, or of the job's, is returned.
func (q *query) do(c *interp.Call, j job) error {
	d := q.d
	q.nested, q.j = len(d.frames) > 1, j
	if q.whole == nil {
		q.whole = func(ctx context.Context) {
			d.ready()
			q.j(ctx)
			if err := d.conn.Moved(); err != nil {
				q.fail(err)
			}
			d.settle(ctx, q.nested, q)
		}
	}
	err := d.alone(c, q)
	if err == nil {
		err = d.do(c, q.whole)
	}
	if q.nested && !d.inside && !d.isClosed() {
		d.undo(q, err)
	}
	if err == nil {
		err = q.err
	}
	if errors.Is(err, sqlite.Interrupted) && d.isClosed() {
		return closedError(q.op, d.path)
	}
	if w, ok := err.(*wrongArgument); ok {
		return c.ArgError(w.i, w.msg)
	}
	return failed(q.op, d.path, q.text, err)
}

// settle looks after the transaction behind a job: outside of d:transaction there is none, and inside one whose statement was cancelled
// all is undone. The goroutine does it.
func (d *database) settle(ctx context.Context, nested bool, q *query) {
	d.inside = d.conn.InTransaction()
	switch {
	case nested && d.inside && ctx.Err() != nil:
	case !nested && d.inside:
		if q.err == nil && ctx.Err() == nil {
			q.err = interp.Errorf(interp.KindError, "%s: %s: the statements begin a transaction and do not end it: d:transaction(fn) is for that", q.op, d.path)
		}
	default:
		return
	}
	q.end()
	_ = d.conn.Exec("ROLLBACK") // where it fails, SQLite has done it already
	d.inside = false
}

// undo is told that SQLite has undone the transaction, with all that is inside of it: err is why.
func (d *database) undo(q *query, cancelled error) {
	var why error
	switch {
	case cancelled != nil:
		why = sqliteError(q.op, d.path, q.text, interrupted)
	case q.err != nil || q.later != nil:
		why = failed(q.op, d.path, q.text, cmp.Or(q.err, q.later))
	default:
		why = interp.Errorf(kind, "%s: %s: the statement has ended the transaction of d:transaction", q.op, d.path).With("code", "SQLITE_ABORT_ROLLBACK").With("path", d.path).With("sql", q.text)
		q.err = why
	}
	for _, f := range d.frames[1:] {
		if f.undone == nil {
			f.undone = why
		}
	}
}

var interrupted = &sqlite.Error{Code: int(sqlite.Interrupted), Message: "interrupted"}

// exec is d:exec(sql, ...).
func exec(c *interp.Call) error {
	q, err := newQuery(c)
	if err != nil {
		return err
	}
	return q.d.turn(c, func(c *interp.Call) error {
		if err := q.do(c, q.exec); err != nil {
			return err
		}
		changes, last := float64(q.changes), number(q.last)
		q.recycle()
		return c.Return(changes, last)
	})
}

// number is an integer as scripts have it.
func number(n int64) any {
	if n > 1<<53 || n < -1<<53 {
		return strconv.FormatInt(n, 10)
	}
	return float64(n)
}

// exec runs the statements.
func (q *query) exec(ctx context.Context) {
	conn := q.d.conn
	x, err := conn.Script(q.text)
	if err != nil {
		q.err = err
		return
	}
	defer x.Close()
	for first := true; ; first = false {
		s, err := q.next(ctx, x)
		if s == nil || err != nil {
			q.err = err
			break
		}
		if !q.args.none() && (!first || hasMore(x)) {
			s.Done()
			q.err = &wrongArgument{1, "with parameters it is to be one statement"}
			return
		}
		before := conn.TotalChanges()
		values, err := q.args.values(s.Params())
		if err == nil {
			err = s.Bind(values)
		}
		if err == nil {
			err = q.step(ctx, s)
		}
		if err == nil && conn.TotalChanges() != before {
			q.changes += conn.Changes()
		}
		s.Done()
		if err != nil {
			q.err = err
			return
		}
	}
	q.last = conn.LastID()
}

// hasMore reports whether a text has another statement, or what is meant to be one.
func hasMore(x *sqlite.Script) bool {
	s, err := x.Next()
	if s != nil {
		s.Done()
	}
	return s != nil || err != nil
}

// next reads the next statement of a text.
func (q *query) next(ctx context.Context, x *sqlite.Script) (s *sqlite.Stmt, err error) {
	wait := sqlite.Patience{Left: q.d.opts.timeout}
	for {
		s, err = x.Next()
		if err == nil || !wait.Again(ctx, err) {
			return s, err
		}
	}
}

// step runs a statement to its end.
func (q *query) step(ctx context.Context, s *sqlite.Stmt) error {
	more, err := q.begin(ctx, s)
	if err != nil {
		return err
	}
	return finish(ctx, s, more)
}

// begin runs a statement to its first row. A lock that somebody else has is waited for.
func (q *query) begin(ctx context.Context, s *sqlite.Stmt) (bool, error) {
	wait := sqlite.Patience{Left: q.d.opts.timeout}
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		more, err := s.Step()
		if err == nil || !wait.Again(ctx, err) {
			return more, err
		}
		s.Again()
	}
}

// end gives the statement back.
func (q *query) end() {
	if q.stmt != nil {
		q.stmt.Done()
		q.stmt = nil
	}
}

// read reads rows, as many as make a piece, and begins the statement if that was not done. The next call goes on with the
// next piece; at the end the statement is over.
func (q *query) read(ctx context.Context, p *piece) {
	p.clear()
	q.wants = 0
	if q.later != nil {
		q.err, q.later = q.later, nil
		return
	}
	more := q.row
	if q.stmt == nil {
		if more = q.start(ctx); q.err != nil {
			return
		}
	}
	s := q.stmt
	p.columns = s.Columns()
	for more {
		size := 0
		for i := range p.columns {
			if k := s.ColumnKind(i); k == sqlite.Text || k == sqlite.Blob {
				size += s.Size(i)
			}
		}
		switch {
		case !p.empty() && p.size()+size > pieceSize:
			q.row = true
			return
		case size > max(pieceSize, q.approved):
			q.row, q.wants = true, size
			return
		}
		q.row = false
		p.read(s)
		if q.one && s.ReadOnly() {
			break
		}
		var err error
		if q.one { // what writes has to come to its end
			more, err = false, finish(ctx, s, true)
		} else if err = ctx.Err(); err == nil {
			more, err = s.Step()
		}
		switch {
		case err != nil && q.one:
			q.fail(err)
			return
		case err != nil:
			q.end()
			q.later = err
			return
		}
	}
	q.end()
}

// over reports whether all rows were read.
func (q *query) over() bool { return q.stmt == nil && q.later == nil }

// start begins the statement, and reports whether there is a row.
func (q *query) start(ctx context.Context) (more bool) {
	x, err := q.d.conn.Script(q.text)
	if err != nil {
		q.err = err
		return false
	}
	defer x.Close()
	s, err := q.next(ctx, x)
	switch {
	case err != nil:
		q.err = err
		return false
	case s == nil:
		q.err = &wrongArgument{1, "there is no statement in it"}
		return false
	}
	q.stmt = s
	if hasMore(x) {
		q.fail(&wrongArgument{1, "it is to be one statement; d:exec runs several"})
		return false
	}
	values, err := q.args.values(s.Params())
	if err == nil {
		err = s.Bind(values)
	}
	if err == nil {
		more, err = q.begin(ctx, s)
	}
	if err != nil {
		q.fail(err)
		return false
	}
	return more
}

// finish runs a statement that has begun to its end; more says that it is not there yet.
func finish(ctx context.Context, s *sqlite.Stmt, more bool) error {
	for more {
		err := ctx.Err()
		if err == nil {
			more, err = s.Step()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (q *query) fail(err error) {
	q.end()
	q.err = err
}

// fetch has the next piece read, in the task's turn.
func (q *query) fetch(c *interp.Call) error {
	for {
		if err := q.do(c, func(ctx context.Context) { q.read(ctx, &q.piece) }); err != nil {
			return err
		}
		if q.wants == 0 {
			return nil
		}
		if err := c.Room(q.wants); err != nil {
			return errors.Join(err, q.drop(c))
		}
		q.approved = q.wants
	}
}

// drop ends the statement before its end.
func (q *query) drop(c *interp.Call) error {
	if q.stmt == nil {
		return nil
	}
	return q.d.finish(c, func(context.Context) { q.end() })
}

// first is d:first(sql, ...).
func first(c *interp.Call) error {
	return one(c, func(q *query, w *interp.Work) any { return q.piece.row(w) })
}

// value is d:value(sql, ...).
func value(c *interp.Call) error {
	return one(c, func(q *query, w *interp.Work) any { return q.piece.value(w) })
}

func one(c *interp.Call, of func(q *query, w *interp.Work) any) error {
	q, err := newQuery(c)
	if err != nil {
		return err
	}
	q.one = true
	return q.d.turn(c, func(c *interp.Call) error {
		if err := q.fetch(c); err != nil {
			return err
		}
		if q.piece.empty() {
			return c.Return(nil)
		}
		if err := c.Spend(q.piece.size()); err != nil {
			return err
		}
		w := c.InPlace()
		v := of(q, &w)
		q.recycle()
		return c.Return(v)
	})
}

// all is d:all(sql, ...).
func all(c *interp.Call) error {
	q, err := newQuery(c)
	if err != nil {
		return err
	}
	return q.d.turn(c, func(c *interp.Call) error {
		var l list
		held := interp.Scope{Contents: &l}
		if err := c.Scope(&held, func() error { return q.all(c, &l) }); err != nil {
			return err
		}
		w := c.InPlace()
		return c.Return(w.List(l))
	})
}

// list is rows that are being read.
type list []interp.Value

// Contents implements interp.Container.
func (l *list) Contents(yield func(v interp.Value)) {
	for _, v := range *l {
		yield(v)
	}
}

func (q *query) all(c *interp.Call, l *list) error {
	size := 0
	for more := true; more; more = !q.over() {
		if err := q.fetch(c); err != nil {
			return err
		}
		n := q.piece.size()
		size += n
		err := c.Compute(n, math.MaxInt, func(w *interp.Work) error {
			for !q.piece.empty() {
				at := q.piece.at
				*l = append(*l, q.piece.row(w).Value())
				if err := w.Did(64 + q.piece.at - at); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil && size > q.d.opts.maxSize {
			err = interp.Errorf(interp.KindLimit, "all: %s: the rows take more than %d bytes; d:rows gives one after the other, the option max_size of db.open is the bound", q.d.path, q.d.opts.maxSize)
		}
		if err != nil {
			return errors.Join(err, q.drop(c))
		}
	}
	return nil
}
