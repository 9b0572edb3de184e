package builtins

import "github.com/lull-lua/lull/interp"

// completion hands tasks out in the order in which they end. Those that have ended wait in a queue, which is closed
// after the last: so several tasks may iterate, and whoever is cancelled passes its task on.
type completion struct {
	ended *Queue
	left  int // that have not ended
}

// task.as_completed(list) starts them all, in tasks that nobody owns, and returns an iterator over the tasks in the order
// in which they end. Being handed out counts as being awaited.
func taskAsCompleted(c *interp.Call) error {
	list, err := listOfAwaitables(c)
	if err != nil {
		return err
	}
	k := &completion{ended: newQueue(c.Runtime(), 0), left: len(list)}
	for _, x := range list {
		t, err := c.Spawn(x)
		if err != nil {
			return err
		}
		if t.Done() {
			k.TaskEnded(t)
			continue
		}
		t.Expect()
		t.Watch(k)
	}
	if len(list) == 0 {
		k.ended.close()
	}
	ended, err := c.Value(k.ended)
	if err != nil {
		return err
	}
	next, err := c.NewFunction("as_completed", k.next, ended)
	if err != nil {
		return err
	}
	return c.Return(next)
}

// TaskEnded implements interp.EndWatcher.
func (k *completion) TaskEnded(t *interp.Task) {
	k.ended.add(t.Value())
	if k.left--; k.left == 0 {
		k.ended.close()
	}
}

func (k *completion) next(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	q := k.ended
	switch {
	case q.size() > 0:
		return handedOut(c, q.take())
	case q.closed:
		return c.Return(nil)
	}
	return c.ParkReturn(q.getters.add(c), completed)
}

// completed ends a next that waited.
func completed(c *interp.Call, v any) error { return handedOut(c, received(v)) }

func handedOut(c *interp.Call, v interp.Value) error {
	if t, ok := v.Object().(*interp.Task); ok {
		_, _ = t.Await() // had: its error is the script's now
	}
	return c.ReturnValues(interp.Values{v})
}
