package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/lull-lua/lull/builtins/internal/sqlite"
	"github.com/lull-lua/lull/interp"
)

// memory is the path of a database in memory.
const memory = ":memory:"

// database is what db.open returns.
//
// A call of a task has its turn, in which alone something is done with the connection: by the database's goroutine, one job at a time.
// Transactions are a stack of frames: the calls of a task come in turn in the innermost frame that it belongs to, and only when no
// other is inside of that.
type database struct {
	path    string // as a script has given it
	file    string // the absolute name; "" for one in memory
	opts    settings
	opened  *interp.Resource
	uncount func()

	jobs   sync.Mutex // guards closed, and that nothing comes behind the last job
	closed bool
	todo   chan job
	done   chan struct{} // a value for each job that has ended
	gone   chan struct{} // closed with the goroutine

	closing chan struct{} // closed when the last job begins
	failure error         // of that; to be read when the goroutine is gone

	// The goroutine's, while a job is under way, and else the turn's.
	conn     *sqlite.Conn
	reads    *cursor // whose statement is under way; nil: none's
	inside   bool    // a transaction is open
	ended    bool    // it is closed
	panicked any     // of the last job; nil: none
	limited  bool    // memory is bounded
	takes    int     // bytes that the connection has taken, where memory is bounded
	left     bool    // a transaction is to be undone whose task is no more

	// The loop's.
	ctx    context.Context // of jobs
	cancel context.CancelFunc
	spare  *query   // for the next call
	frames []*frame // the outermost has no task
	busy   bool     // somebody has the turn
}

// job is something that is done with the connection. ctx ends when the task that wants it is cancelled; then what runs is interrupted.
type job func(ctx context.Context)

// frame is a transaction, or what is outside of all.
//
// Invariant: where tasks wait in the innermost frame, somebody has the turn.
type frame struct {
	d       *database
	task    *interp.Task // whose it is; nil: the outermost
	waiters interp.Waiters[struct{}]
	undone  error // why SQLite has undone it; nil: it has not
}

var databaseType = interp.Type{
	Name:   "db.database",
	Of:     (*database)(nil),
	String: func(v any) string { return "db.database '" + v.(*database).path + "'" },
	Methods: []interp.Def{
		{Name: "exec", Fn: exec, Outside: true},
		{Name: "first", Fn: first, Outside: true},
		{Name: "value", Fn: value, Outside: true},
		{Name: "all", Fn: all, Outside: true},
		{Name: "rows", Fn: rows, Outside: true},
		{Name: "transaction", Fn: transaction, Outside: true},
		{Name: "migrate", Fn: migrate, Outside: true},
		{Name: "backup", Fn: backup, Outside: true},
		{Name: "close", Fn: closeDatabase, Outside: true},
	},
}

func newDatabase(path string, s settings) *database {
	d := &database{path: path, opts: s, todo: make(chan job, 2), done: make(chan struct{}, 1), gone: make(chan struct{}), closing: make(chan struct{})}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	d.push(nil)
	return d
}

// connect opens the connection, and begins the goroutine. It is called off the loop.
func (d *database) connect(ctx context.Context) error {
	name := d.file
	if name == "" {
		name = memory
	}
	open := sqlite.Open
	if d.opts.readonly {
		open = sqlite.OpenToRead
	}
	c, err := open(name, sqlite.Options{MaxLength: d.opts.maxSize})
	if err != nil {
		return err
	}
	setup := []string{"PRAGMA foreign_keys=1", "PRAGMA trusted_schema=0"}
	switch {
	case d.opts.readonly: // looks at the file
		setup = append(setup, "PRAGMA schema_version")
	case d.file != "":
		setup = append(setup, "PRAGMA journal_mode=WAL")
	}
	setup = append(setup, "PRAGMA synchronous="+d.opts.sync)
	wait := sqlite.Patience{Left: d.opts.timeout}
	for _, text := range setup {
		err := c.Exec(text)
		for wait.Again(ctx, err) {
			err = c.Exec(text)
		}
		if err != nil {
			return errors.Join(err, c.Close())
		}
	}
	d.conn = c
	go d.work()
	return nil
}

// work does the jobs, one after the other, and ends with the last, which closes the connection.
func (d *database) work() {
	defer close(d.gone)
	for j := range d.todo {
		d.perform(j)
		if d.ended {
			return
		}
		d.done <- struct{}{}
	}
}

// perform does a job. A panic in it is the caller's, see do: nobody would see it here, and it would take the process down.
func (d *database) perform(j job) {
	defer func() {
		if p := recover(); p != nil {
			d.panicked = fmt.Sprintf("%v\n%s", p, debug.Stack())
		}
	}()
	j(d.ctx)
	if d.limited && !d.ended {
		d.takes = d.conn.Memory()
	}
}

// submit gives the goroutine a job; it reports false if the database is closed.
func (d *database) submit(j job) bool {
	d.jobs.Lock()
	defer d.jobs.Unlock()
	if d.closed {
		return false
	}
	d.todo <- j // there is room for one, and the last
	return true
}

// close closes the database, whoever uses it: it interrupts what runs, and waits until the connection is closed. It is called off the
// loop.
func (d *database) close(ctx context.Context) error {
	d.jobs.Lock()
	if !d.closed {
		d.closed = true
		d.todo <- func(context.Context) {
			close(d.closing)
			d.ended = true
			d.uncount()
			d.failure = d.conn.Close()
		}
	}
	d.jobs.Unlock()
	d.conn.InterruptUntil(ctx, d.closing, nil)
	select {
	case <-d.gone:
		return failed("close", d.path, "", d.failure)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// spins is how often a task looks whether its job has ended before it waits: most take some microseconds, to wait takes as long. Each
// look lets other goroutines run.
const spins = 100

// do has a job done in the caller's turn, and waits for it. If the task is cancelled, what runs is interrupted, and waited for.
func (d *database) do(c *interp.Call, j job) error {
	left := c.MemoryLeft()
	whole := j
	if d.limited = left != math.MaxInt; d.limited {
		whole = func(ctx context.Context) {
			d.conn.Bound(d.takes + left)
			j(ctx)
		}
	}
	if !d.submit(whole) {
		return closedError(c.Name(), d.path)
	}
	err := d.await(c)
	if d.isClosed() {
		return err
	}
	if p := d.panicked; p != nil {
		d.panicked = nil
		panic(p)
	}
	if d.limited {
		n := d.conn.Exceeded()
		over := d.opened.Takes(max(d.takes, n))
		_ = d.opened.Takes(d.takes) // what a statement has taken that was ended is gone by now
		if err = cmp.Or(over, err); err == nil && n > 0 {
			err = interp.Errorf(interp.KindLimit, "%s: %s: the database would take %d bytes of memory, and there are %d", c.Name(), d.path, n, left)
		}
	}
	return err
}

// await waits for the job that is under way.
func (d *database) await(c *interp.Call) error {
	for range spins {
		select {
		case <-d.done:
			return nil
		default:
			runtime.Gosched()
		}
	}
	over := false
	err := c.BlockFirm(func(ctx context.Context) error {
		defer func() { over = true }()
		select {
		case <-d.done:
			return nil
		case <-d.gone:
			return errGone
		case <-ctx.Done():
			d.stop()
			return ctx.Err()
		}
	})
	if err != nil && !over { // cancelled before it began
		shield := interp.Scope{Shield: true, Grace: interp.Forever}
		serr := c.Scope(&shield, func() error {
			return c.BlockFirm(func(context.Context) error {
				d.stop()
				return nil
			})
		})
		if serr != nil && err == nil {
			err = serr
		}
	}
	if d.ctx.Err() != nil {
		d.ctx, d.cancel = context.WithCancel(context.Background())
	}
	if errors.Is(err, errGone) {
		return closedError(c.Name(), d.path)
	}
	return err
}

// errGone says that the database was closed before the job was done.
var errGone = errors.New("closed")

// stop ends the job that is under way.
func (d *database) stop() {
	d.cancel()
	d.conn.InterruptUntil(context.Background(), d.done, d.gone)
}

// finish has a job done that no cancellation ends: one that comes meanwhile waits.
func (d *database) finish(c *interp.Call, j job) error {
	shield := interp.Scope{Shield: true, Grace: interp.Forever}
	return c.Scope(&shield, func() error { return d.do(c, j) })
}

func (d *database) top() *frame { return d.frames[len(d.frames)-1] }

func (d *database) push(t *interp.Task) *frame {
	f := &frame{d: d, task: t}
	f.waiters.Left = func(_ struct{}, handed bool) {
		if handed {
			d.leave()
		}
	}
	f.waiters.Of = f
	f.waiters.Awaited = f.awaited
	d.frames = append(d.frames, f)
	return f
}

// pop ends a frame, and those inside of it, which tasks have left that are no more.
func (d *database) pop(f *frame) {
	for i, of := range d.frames {
		if of != f {
			continue
		}
		for _, gone := range d.frames[i:] {
			for gone.waiters.Move(struct{}{}, &d.frames[i-1].waiters) {
			}
		}
		clear(d.frames[i:])
		d.frames = d.frames[:i]
		return
	}
}

// WaitedFor says what the tasks in the list wait for: the innermost transaction.
func (f *frame) WaitedFor() (what interp.WaitObject, holder *interp.Task) {
	what = interp.WaitObject{Kind: "database", Name: f.d.path}
	if top := f.d.top(); top != f {
		return what, top.task
	}
	return what, nil
}

// frameOf is the innermost frame that a task belongs to: its own, or that of a task which owns it.
func (d *database) frameOf(t *interp.Task) *frame {
	for i := len(d.frames) - 1; i > 0; i-- {
		if belongs(t, d.frames[i].task) {
			return d.frames[i]
		}
	}
	return d.frames[0]
}

func belongs(t, to *interp.Task) bool {
	for ; t != nil; t = t.Owner() {
		if t == to {
			return true
		}
	}
	return false
}

// turn calls fn when it is the task's turn, as a builtin's last act.
func (d *database) turn(c *interp.Call, fn func(c *interp.Call) error) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	f := d.frameOf(c.Task())
	if f == d.top() && !d.busy {
		d.busy = true
		return d.turned(c, f, fn)
	}
	if err := d.cycle(c); err != nil {
		return err
	}
	return f.waiters.Wait(c, struct{}{}, func(c *interp.Call, _ struct{}) error { return d.turned(c, f, fn) })
}

// turned calls fn in the task's turn.
func (d *database) turned(c *interp.Call, f *frame, fn func(c *interp.Call) error) error {
	defer d.leave()
	if f.undone != nil {
		return undoneAgain(c.Name(), f.undone)
	}
	return fn(c)
}

// leave ends a turn: the next in the innermost frame has it, or nobody.
func (d *database) leave() {
	d.busy = d.top().waiters.Wake(struct{}{}) != nil
}

// awaited is an error if a task of the innermost transaction waits for one that waits for the end of that.
func (f *frame) awaited(by *interp.Task) error {
	holder := f.d.top().task
	if holder == nil || f.d.top() == f || !belongs(by, holder) {
		return nil
	}
	return interp.Errorf(interp.KindError, "%s: the transaction of task '%s' is to wait for a task that waits for its end: what is to belong to a transaction is owned by its task, as in gather or group", f.d.path, holder.Name())
}

// maxChain bounds how far it is looked who waits for whom.
const maxChain = 64

// cycle is an error if the task would wait for a transaction of which a task waits for it.
func (d *database) cycle(c *interp.Call) error {
	holder, t := d.top().task, c.Task()
	if holder == nil || belongs(t, holder) {
		return nil
	}
	for _, x := range c.Tasks() {
		if !belongs(x, holder) {
			continue
		}
		for range maxChain {
			if _, x = x.WaitsFor(); x == nil {
				break
			}
			if x == t {
				return interp.Errorf(interp.KindError, "%s: %s: this task would wait for the transaction of task '%s' to end, and that waits for this task: what is to belong to a transaction is owned by its task, as in gather or group", c.Name(), d.path, holder.Name())
			}
		}
	}
	return nil
}

// closeDatabase is d:close().
func closeDatabase(c *interp.Call) error {
	d := interp.Self[*database](c)
	if d.isClosed() {
		return c.Checkpoint()
	}
	return d.turn(c, func(c *interp.Call) error {
		if len(d.frames) > 1 {
			return interp.Errorf(interp.KindError, "close: %s: a transaction is open", d.path)
		}
		if !d.opened.Release() {
			return nil
		}
		var failure error
		shield := interp.Scope{Shield: true, Grace: interp.Forever}
		err := c.Scope(&shield, func() error {
			return c.BlockFirm(func(context.Context) error {
				failure = d.close(context.Background())
				return nil
			})
		})
		if err != nil {
			return err
		}
		return failure
	})
}

func (d *database) isClosed() bool {
	d.jobs.Lock()
	defer d.jobs.Unlock()
	return d.closed
}
