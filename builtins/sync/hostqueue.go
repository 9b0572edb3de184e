package sync

import (
	"context"

	"github.com/lull-lua/lull/interp"
)

// NewQueue makes a queue between the host and the scripts of a runtime, which must have the builtins of [Std]. Give it to a
// script as an argument or the result of a function; there it is as if sync.queue had made it. It holds at most limit
// items; 0 stands for as many as are put.
//
// Until it is closed, here or by a script, no wait in the runtime is a deadlock: the host may yet come. A queue that a
// script has made does not do that; see [interp.Runtime.Hold].
func NewQueue(rt *interp.Runtime, limit int) *Queue {
	q := newQueue(rt, identity{}, max(limit, 0))
	q.release = rt.Hold()
	return q
}

// Runtime is the runtime that the queue was made for: to scripts of another one it cannot be given.
func (q *Queue) Runtime() *interp.Runtime { return q.rt }

// Put puts a Go value, converted as the result of a function is (see [interp.WithFunc]), and waits while the queue is full.
// Where it is closed, or is while Put waits, the error is [interp.ErrClosed]; when ctx ends, interp.ErrCancelled or
// ErrTimeout: then nothing was put. It may be called from any goroutine but the loop's.
func (q *Queue) Put(ctx context.Context, v any) error {
	_, err := q.rt.RunFunc(ctx, "put", func(c *interp.Call) error { return put(c, q) }, v)
	return err
}

// Get takes the first item out, and waits while there is none. From a closed queue it takes what is left, then the error is
// [interp.ErrClosed]. When ctx ends it is interp.ErrCancelled or ErrTimeout, and nothing was taken. It may be called from
// any goroutine but the loop's. An item that is a table stays one of the script's: to have it as a Go value use GetInto.
func (q *Queue) Get(ctx context.Context) (interp.Value, error) {
	vals, err := q.rt.RunFunc(ctx, "get", func(c *interp.Call) error { return get(c, q, interp.Forever) })
	if err == nil && vals.Get(1).IsNil() {
		err = q.errClosed("get")
	}
	return vals.Get(1), err
}

// GetInto is Get that stores the item in what out points to, as [interp.Value.Into] does, while no script can change it.
// An item that does not fit is taken out, too.
func (q *Queue) GetInto(ctx context.Context, out any) error {
	_, err := q.rt.RunFunc(ctx, "get", func(c *interp.Call) error {
		if err := c.Checkpoint(); err != nil {
			return err
		}
		into := func(_ *interp.Call, it item) error {
			v := q.received(it)
			if v.IsNil() {
				return q.errClosed("get")
			}
			return v.Into(out)
		}
		if q.size() > 0 || q.closed {
			return into(c, item{})
		}
		return q.getters.Wait(c, item{}, into)
	})
	return err
}

// Close ends the putting, as q:close() does. It may be called from any goroutine, and returns at once; what is put by the
// same goroutine after it is refused.
func (q *Queue) Close() { q.rt.Post(q.close) }
