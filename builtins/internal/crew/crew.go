package crew

import (
	"math"

	"github.com/lull-lua/lull/interp"
)

// Crew is a call under way that takes items from where they come, one whenever it has a place free, and starts a task for each. It
// keeps nothing of those that have ended.
//
// The caller's task takes the items. It is in step then, or in a call that has the crew, or one of its methods, as its Continuation.
type Crew struct {
	Work
	n       interp.Nursery
	limit   float64
	started int
	running int

	// The items come from one of these.
	items  []interp.Value // from next on
	next   int
	iter   interp.Value // a function, as for `for` ...
	last   interp.Value // ... and its last value
	source Source
	drain  bool // ends when the source is empty and no task runs, instead of when it is closed

	taken   map[*interp.Task]Item    // from the source, for those that run
	got     Item                     // from the source
	get     interp.Value             // a builtin that waits for an item
	rest    interp.Value             // a builtin that waits until a task has ended
	waiting interp.Waiters[struct{}] // in rest
	scope   *interp.Scope            // of a get that is to end when no task runs any more
}

// OfList is a crew for the items of a list, which it changes.
func OfList(items []interp.Value) *Crew { return &Crew{items: items} }

// OfIterator is a crew for what a function returns until that is nil.
func OfIterator(next interp.Value) *Crew { return &Crew{iter: next} }

// Of is a crew for what a source has until it is closed.
func Of(s Source) *Crew { return &Crew{source: s} }

// Drain is a crew for what a source has until it is empty and no task of the crew runs, which may put more into it.
func Drain(s Source) *Crew { return &Crew{source: s, drain: true} }

// defaultLimit is how many tasks run at once without a limit.
const defaultLimit = 16

// Run reads the function, which is the i-th argument, and the options after it, and works, as the builtin's last act, until the items
// have ended.
func (w *Crew) Run(c *interp.Call, i int) error {
	var err error
	if w.Fn, err = c.Function(i); err != nil {
		return err
	}
	w.limit = defaultLimit
	if err := c.Options(i+1, map[string]any{"limit": &w.limit, "name": &w.Name}); err != nil {
		return err
	}
	if err := CheckLimit(c, i+1, w.limit); err != nil {
		return err
	}
	if err := w.Prepare(c, i+1); err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	w.rest = c.NewFunction(w.builtin, func(c *interp.Call) error { return w.waiting.Wait(c, struct{}{}, nil) })
	if w.source != nil {
		w.taken = map[*interp.Task]Item{}
		w.get = c.NewFunction(w.builtin, w.receive)
	}
	w.n = interp.Nursery{CancelledFails: true, Contents: w}
	c.OpenNursery(&w.n, w.ended)
	return w.step(c)
}

// CheckLimit checks the option limit of the i-th argument.
func CheckLimit(c *interp.Call, i int, limit float64) error {
	if !(limit >= 1) || limit != math.Trunc(limit) {
		return c.ArgError(i, "option 'limit': a whole number from 1 on expected, got "+interp.Number(limit).String())
	}
	return nil
}

// step starts what can be started, and waits, as the builtin's last act, for what comes next.
func (w *Crew) step(c *interp.Call) error {
	for float64(w.running) < w.limit {
		var v interp.Value
		switch {
		case w.source != nil && w.source.Size() > 0:
			w.got = w.source.Take()
			v = w.got.Value
		case w.source != nil && w.drain && w.running == 0:
			return w.end(c, nil)
		case w.source != nil && w.source.Closed() && w.drain:
			return c.ProtectReturn(w.rest, w) // its tasks cannot put any more
		case w.source != nil && w.source.Closed():
			return w.end(c, nil)
		case w.source != nil:
			return w.waitForItem(c)
		case w.iter.IsFunction():
			return c.ProtectReturn(w.iter, interp.ContinuationFunc(w.iterated), interp.Value{}, w.last)
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

// Continue implements interp.Continuation: a task has ended.
func (w *Crew) Continue(c *interp.Call, err error) error {
	if err != nil {
		return w.end(c, err)
	}
	return w.step(c)
}

// iterated goes on when the iterator has been called.
func (w *Crew) iterated(c *interp.Call, err error) error {
	w.last = c.Results().Get(1)
	if err == nil && !w.last.IsNil() {
		if err = w.startOn(w.last); err == nil {
			return w.step(c)
		}
	}
	return w.end(c, err)
}

// waitForItem waits for an item of the queue.
func (w *Crew) waitForItem(c *interp.Call) error {
	if w.drain {
		w.scope = &interp.Scope{}
		if err := c.OpenScope(w.scope); err != nil {
			return w.end(c, err)
		}
	}
	return c.ProtectReturn(w.get, interp.ContinuationFunc(w.received))
}

// receive is the builtin that waits for an item.
func (w *Crew) receive(c *interp.Call) error {
	w.got = Item{}
	return w.source.Wait(c, func(it Item) { w.got = it })
}

// received goes on when there is an item, the queue was closed, or the last task has ended.
func (w *Crew) received(c *interp.Call, err error) error {
	if w.scope != nil {
		err = c.CloseScope(w.scope, err)
		w.scope = nil
	}
	if err == nil && !w.got.Value.IsNil() {
		err = w.startOn(w.got.Value)
	}
	if err != nil {
		return w.end(c, err)
	}
	return w.step(c)
}

// startOn starts the task of an item.
func (w *Crew) startOn(v interp.Value) error {
	w.started++
	t, err := w.Start(&w.n, v, w.started)
	if err != nil {
		return err
	}
	w.running++
	if w.source != nil {
		w.taken[t], w.got = w.got, Item{}
	}
	return nil
}

// ended is told of each task that has ended, and reports whether the rest are to be cancelled. An item whose task never started
// goes back to the queue.
func (w *Crew) ended(t *interp.Task) bool {
	w.running--
	if w.source != nil {
		if !t.Started() {
			w.source.Back(w.taken[t])
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
func (w *Crew) end(c *interp.Call, err error) error {
	return c.CloseNursery(&w.n, err, interp.ContinuationFunc(func(c *interp.Call, err error) error {
		c.Results()
		return err
	}))
}

// Contents implements interp.Container.
func (w *Crew) Contents(yield func(interp.Value)) {
	for _, v := range w.items[w.next:] {
		yield(v)
	}
	yield(w.last)
	yield(w.got.Value)
}
