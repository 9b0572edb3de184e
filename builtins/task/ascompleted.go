package task

import (
	"cmp"
	"slices"

	"github.com/lull-lua/lull/interp"
)

// completion hands tasks out in the order in which they end. Several tasks may iterate, and one that is cancelled passes its
// task on.
//
// Invariant: where tasks wait, every one that has ended was handed out.
type completion struct {
	left    int          // that have not ended
	n       int          // that have
	ended   []finished   // and were not handed out, in their order
	held    interp.Table // the same by their numbers: the iterator holds it, and so it is counted
	waiters interp.Waiters[finished]
}

// finished is the n-th task that has ended; the zero value says that there are no more.
type finished struct {
	task *interp.Task
	n    int
}

// task.as_completed(list) starts them all, in tasks that nobody owns, and returns an iterator over the tasks in the order
// in which they end. Being handed out counts as being awaited.
func taskAsCompleted(c *interp.Call) error {
	var m members
	if err := m.readList(c, noOptions); err != nil {
		return err
	}
	k := &completion{left: len(m.list), held: c.NewTable(0)}
	k.waiters.Left = func(f finished, handed bool) {
		if handed && f.task != nil {
			k.offer(f)
		}
	}
	for _, x := range m.list {
		t, err := c.Spawn(x)
		if err != nil {
			return err
		}
		if t.HasEnded() {
			k.TaskEnded(t)
			continue
		}
		t.WillBeAwaited()
		t.Watch(k)
	}
	return c.Return(c.NewFunction("as_completed", k.next, k.held.Value()))
}

// TaskEnded implements interp.EndWatcher.
func (k *completion) TaskEnded(t *interp.Task) {
	k.left--
	k.n++
	k.offer(finished{t, k.n})
	for k.left == 0 && k.waiters.Wake(finished{}) != nil {
	}
}

// offer hands a task to the first who waits, or keeps it where its number belongs.
func (k *completion) offer(f finished) {
	if k.waiters.Wake(f) != nil {
		return
	}
	i, _ := slices.BinarySearchFunc(k.ended, f, func(a, b finished) int { return cmp.Compare(a.n, b.n) })
	k.ended = slices.Insert(k.ended, i, f)
	k.held.SetIndex(f.n, f.task.Value())
}

// next is the iterator.
func (k *completion) next(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if len(k.ended) > 0 || k.left == 0 {
		return k.handOut(c, finished{})
	}
	return k.waiters.Wait(c, finished{}, k.handOut)
}

// handOut returns a task, or else the first that is there: also for one who was told that there are no more, as another may
// have been cancelled since.
func (k *completion) handOut(c *interp.Call, f finished) error {
	if f.task == nil {
		if len(k.ended) == 0 {
			return c.Return(nil)
		}
		f = k.ended[0]
		k.ended[0] = finished{}
		k.ended = k.ended[1:]
		k.held.SetIndex(f.n, interp.Value{})
	}
	_, _ = f.task.Result() // had: its error is the script's now
	return c.Return(f.task)
}
