package builtins

import (
	"math"

	"github.com/lull-lua/lull/interp"
)

// crew is a call of task.each or q:drain under way: it takes items from a source, one whenever it has a place free, and starts a
// task for each. It keeps nothing of those that have ended.
//
// The caller's task takes the items. It is in step then, or in a call that has the crew, or one of its methods, as what comes After.
type crew struct {
	work
	n       interp.Nursery
	limit   float64
	started int
	running int

	// The source is one of these.
	items []interp.Value // from next on
	next  int
	iter  interp.Value // a function, as for `for` ...
	last  interp.Value // ... and its last value
	queue *Queue
	drain bool // ends when the queue is empty and no task runs, instead of when it is closed

	taken   map[*interp.Task]item    // from the queue, for those that run
	got     item                     // from the queue
	get     interp.Value             // a builtin that waits for an item
	rest    interp.Value             // a builtin that waits until a task has ended
	waiting interp.Waiters[struct{}] // in rest
	scope   *interp.Scope            // of a get that is to end when no task runs any more
}

// defaultCrew is how many tasks run at once without a limit.
const defaultCrew = 16

// task.each(source, fn [, opts]) calls fn(item) in a task of its own for each item of a list, an iterator or a queue, at most
// opts.limit (16) at once. It takes the next item when a place is free, and keeps no results. It fails as task.map does.
func taskEach(c *interp.Call) error {
	w := &crew{}
	var err error
	switch source := c.Arg(1); {
	case source.IsFunction():
		w.iter = source
	default:
		if q, ok := source.Object().(*Queue); ok {
			w.queue = q
			break
		}
		if _, ok := source.Table(); !ok {
			return c.TypeError(1, "list, iterator or queue")
		}
		if w.items, err = c.List(1, nil); err != nil {
			return err
		}
	}
	return w.begin(c, 2)
}

// q:drain(fn [, opts]) calls fn(item) in a task of its own for each item of the queue, at most opts.limit (16) at once. These may
// put more: it returns when the queue is empty and none of them runs. It fails as task.map does.
func queueDrain(c *interp.Call) error {
	w := &crew{queue: interp.Self[*Queue](c), drain: true}
	return w.begin(c, 1)
}

// begin reads the function, which is the i-th argument, and the options after it, and starts.
func (w *crew) begin(c *interp.Call, i int) error {
	var err error
	if w.fn, err = c.Function(i); err != nil {
		return err
	}
	w.limit = defaultCrew
	if err := c.Options(i+1, map[string]any{"limit": &w.limit, "name": &w.name}); err != nil {
		return err
	}
	if err := checkLimit(c, i+1, w.limit); err != nil {
		return err
	}
	if err := w.prepare(c, i+1); err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	w.rest = c.NewFunction(w.builtin, func(c *interp.Call) error { return w.waiting.Wait(c, struct{}{}, nil) })
	if w.queue != nil {
		w.taken = map[*interp.Task]item{}
		w.get = c.NewFunction(w.builtin, w.receive)
	}
	w.n = interp.Nursery{CancelledFails: true, Contents: w}
	c.OpenNursery(&w.n, w.ended)
	return w.step(c)
}

// checkLimit checks the option limit of the i-th argument.
func checkLimit(c *interp.Call, i int, limit float64) error {
	if !(limit >= 1) || limit != math.Trunc(limit) {
		return c.ArgError(i, "option 'limit': a whole number from 1 on expected, got "+number(limit))
	}
	return nil
}

// step starts what can be started, and waits, as the builtin's last act, for what comes next.
func (w *crew) step(c *interp.Call) error {
	for float64(w.running) < w.limit {
		var v interp.Value
		switch {
		case w.queue != nil && w.queue.size() > 0:
			w.got = w.queue.takeItem()
			v = w.got.value
		case w.queue != nil && w.drain && w.running == 0:
			return w.end(c, nil)
		case w.queue != nil && w.queue.closed && w.drain:
			return c.ProtectReturn(w.rest, w) // its tasks cannot put any more
		case w.queue != nil && w.queue.closed:
			return w.end(c, nil)
		case w.queue != nil:
			return w.waitForItem(c)
		case w.iter.IsFunction():
			return c.ProtectReturn(w.iter, interp.AfterFunc(w.iterated), interp.Value{}, w.last)
		case w.next == len(w.items):
			return w.end(c, nil)
		default:
			v = w.items[w.next]
			w.items[w.next] = interp.Value{}
			w.next++
		}
		if err := w.startOn(v); err != nil {
			return w.end(c, err)
		}
	}
	return c.ProtectReturn(w.rest, w)
}

// After implements interp.After: a task has ended.
func (w *crew) After(c *interp.Call, err error) error {
	if err != nil {
		return w.end(c, err)
	}
	return w.step(c)
}

// iterated goes on when the iterator has been called.
func (w *crew) iterated(c *interp.Call, err error) error {
	w.last = c.Results().Get(1)
	if err == nil && !w.last.IsNil() {
		if err = w.startOn(w.last); err == nil {
			return w.step(c)
		}
	}
	return w.end(c, err)
}

// waitForItem waits for an item of the queue.
func (w *crew) waitForItem(c *interp.Call) error {
	if w.drain {
		w.scope = &interp.Scope{}
		if err := c.OpenScope(w.scope); err != nil {
			return w.end(c, err)
		}
	}
	return c.ProtectReturn(w.get, interp.AfterFunc(w.received))
}

// receive is the builtin that waits for an item.
func (w *crew) receive(c *interp.Call) error {
	w.got = item{}
	return w.queue.getters.Wait(c, item{}, func(_ *interp.Call, it item) error {
		w.got = it
		return nil
	})
}

// received goes on when there is an item, the queue was closed, or the last task has ended.
func (w *crew) received(c *interp.Call, err error) error {
	if w.scope != nil {
		err = c.CloseScope(w.scope, err)
		w.scope = nil
	}
	if err == nil && !w.got.value.IsNil() {
		err = w.startOn(w.got.value)
	}
	if err != nil {
		return w.end(c, err)
	}
	return w.step(c)
}

// startOn starts the task of an item.
func (w *crew) startOn(v interp.Value) error {
	w.started++
	t, err := w.start(&w.n, v, w.started)
	if err != nil {
		return err
	}
	w.running++
	if w.queue != nil {
		w.taken[t], w.got = w.got, item{}
	}
	return nil
}

// ended is told of each task that has ended, and reports whether the rest are to be cancelled. An item whose task never started
// goes back to the queue.
func (w *crew) ended(t *interp.Task) bool {
	w.running--
	if w.queue != nil {
		if !t.Started() {
			w.queue.giveBack(w.taken[t])
		}
		delete(w.taken, t)
	}
	if w.running == 0 && w.scope != nil {
		w.scope.Cancel("nothing is left")
	}
	w.waiting.Wake(struct{}{})
	return t.Failed() || t.Cancelled()
}

// end waits for the tasks that run.
func (w *crew) end(c *interp.Call, err error) error {
	return c.CloseNursery(&w.n, err, interp.AfterFunc(func(c *interp.Call, err error) error {
		c.Results()
		return err
	}))
}

// Contents implements interp.Container.
func (w *crew) Contents(yield func(interp.Value)) {
	for _, v := range w.items[w.next:] {
		yield(v)
	}
	yield(w.last)
	yield(w.got.value)
}
