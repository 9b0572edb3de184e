package task

import "github.com/lull-lua/lull/interp"

// members are the awaitables given to gather or race, as arguments or as one list.
type members struct {
	list       []interp.Awaitable
	inTable    bool
	exceptions bool // return_exceptions
}

// noOptions says that a list has none beside it.
var noOptions = map[string]any{}

// read reads them, with the options that the form of a list may carry.
func (m *members) read(c *interp.Call, options map[string]any) error {
	if _, ok := c.Arg(1).Table(); ok && c.Len() == 1 {
		m.inTable = true
		return m.readList(c, options)
	}
	for i := 1; i <= c.Len(); i++ {
		x, err := c.Awaitable(i)
		if err != nil {
			return err
		}
		m.list = append(m.list, x)
	}
	return nil
}

// readList reads them from a list in the first argument.
func (m *members) readList(c *interp.Call, options map[string]any) (err error) {
	m.list, err = c.Awaitables(1, options)
	return err
}

// held are the tasks whose results a builtin keeps until the last has ended.
type held []*interp.Task

// start starts a task for each item of a list, and keeps it. One without a name, as a function has none, is called after its place:
// "gather[2]".
func (h *held) start(c *interp.Call, n *interp.Nursery, list []interp.Awaitable) error {
	n.Grow(len(list))
	for i, x := range list {
		t, err := n.Start(x)
		if err != nil {
			return err
		}
		if x.Task() == nil {
			t.NameAfter(c.Name(), interp.Value{}, i+1)
		}
		*h = append(*h, t)
	}
	return nil
}

// Contents implements interp.Container.
func (h *held) Contents(yield func(interp.Value)) {
	for _, t := range *h {
		if t != nil && t.HasEnded() {
			yield(t.Value())
		}
	}
}

// gather(...) or gather{...} runs awaitables concurrently, and returns the first value of each in argument order: as
// several values, or as a list with n. The first error cancels the others, waits until they have unwound, and is raised
// with theirs as err.others. With return_exceptions = true nothing is cancelled, error values stand in the places of
// those that failed, and a second table has these alone.
func gather(c *interp.Call) error {
	var m members
	if err := m.read(c, map[string]any{"return_exceptions": &m.exceptions}); err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	tasks := make(held, 0, len(m.list))
	n := interp.Nursery{Collect: m.exceptions, CancelledFails: true, Contents: &tasks, Of: len(m.list)}
	stop := func(t *interp.Task) bool { return !m.exceptions && (t.Failed() || t.Cancelled()) }
	return c.NurseryReturn(&n, stop, func() error { return tasks.start(c, &n, m.list) }, interp.ContinuationFunc(func(c *interp.Call, err error) error {
		if err != nil {
			return err
		}
		return m.gathered(c, tasks)
	}))
}

// gathered makes the results of gather.
func (m *members) gathered(c *interp.Call, tasks []*interp.Task) error {
	results, errs := c.NewTable(len(tasks)), c.NewTable(0)
	var out interp.Values
	for i, t := range tasks {
		vals, err := t.Result()
		first := vals.Get(1)
		if err != nil {
			first = c.ErrorValue(err)
			errs.SetIndex(i+1, first)
		}
		if m.inTable {
			results.SetIndex(i+1, first)
		} else {
			out = append(out, first)
		}
	}
	if !m.inTable {
		return c.ReturnValues(out)
	}
	results.SetField("n", interp.Number(float64(len(tasks))))
	results.MarkList()
	if m.exceptions {
		return c.Return(results, errs)
	}
	return c.Return(results)
}

// race(...) or race{...}: the first to end decides. Its first value and its index are returned, or its error is raised;
// the others are cancelled and have unwound first.
func race(c *interp.Call) error {
	var m members
	if err := m.read(c, noOptions); err != nil {
		return err
	}
	if len(m.list) == 0 {
		return c.ArgError(1, "at least one awaitable expected")
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	var winner *interp.Task
	tasks := make(held, 0, len(m.list))
	n := interp.Nursery{Contents: &tasks, Of: len(m.list)}
	stop := func(t *interp.Task) bool {
		if winner == nil {
			winner = t
		}
		return true
	}
	return c.NurseryReturn(&n, stop, func() error { return tasks.start(c, &n, m.list) }, interp.ContinuationFunc(func(c *interp.Call, err error) error {
		if err != nil {
			return err
		}
		return won(c, winner, tasks)
	}))
}

// won returns the first value of the task that has won, and its index.
func won(c *interp.Call, winner *interp.Task, tasks []*interp.Task) error {
	vals, err := winner.Result()
	if err != nil {
		return err
	}
	for i, t := range tasks {
		if t == winner {
			return c.Return(vals.Get(1), i+1)
		}
	}
	return nil
}
