package builtins

import (
	"fmt"

	"github.com/lull-lua/lull/interp"
)

// members are the awaitables given to gather or race, as arguments or as one list.
type members struct {
	list       []interp.Awaitable
	inTable    bool
	exceptions bool // return_exceptions
}

// membersOf reads them. names says which options the list form may carry.
func membersOf(c *interp.Call, exceptions bool) (members, error) {
	var m members
	t, ok := c.Arg(1).Table()
	if !ok || c.Len() != 1 {
		for i := 1; i <= c.Len(); i++ {
			x, err := c.Awaitable(i)
			if err != nil {
				return m, err
			}
			m.list = append(m.list, x)
		}
		return m, nil
	}
	m.inTable = true
	last := t.Len()
	var err error
	t.Fields(func(k, v interp.Value) {
		if err != nil {
			return
		}
		if n, ok := k.Number(); ok {
			if i := int(n); float64(i) == n && i > 0 {
				last = max(last, i)
				return
			}
		}
		switch name := k.String(); {
		case name == "n": // a list with its length, as gather, task.map and table.pack return one
			if n, ok := v.Number(); ok && n == float64(int(n)) {
				last = max(last, int(n))
			}
		case name == "return_exceptions" && exceptions:
			m.exceptions = v.Truth()
		case exceptions:
			err = c.ArgError(1, fmt.Sprintf("unknown option '%s'; there is: return_exceptions", name))
		default:
			err = c.ArgError(1, fmt.Sprintf("unknown option '%s'; there is none", name))
		}
	})
	if err != nil {
		return m, err
	}
	m.list = make([]interp.Awaitable, 0, t.Len())
	for i := 1; i <= last; i++ {
		v := t.Index(i)
		x, ok := interp.AwaitableOf(v)
		switch {
		case v.IsNil():
			return m, c.ArgError(1, fmt.Sprintf("the list has a hole: item %d is nil", i))
		case !ok:
			return m, c.NotAwaitable(1, i, v)
		}
		m.list = append(m.list, x)
	}
	return m, nil
}

// held are the tasks whose results a builtin keeps until the last has ended.
type held []*interp.Task

// Held implements interp.Holder.
func (h *held) Held(yield func(interp.Value)) {
	for _, t := range *h {
		if t != nil && t.Done() {
			yield(t.Value())
		}
	}
}

// gather(...) or gather{...} runs awaitables concurrently, and returns the first value of each in argument order: as
// several values, or as a list with n. The first error cancels the others, waits until they have unwound, and is raised
// with theirs as err.others. With return_exceptions = true nothing is cancelled, error values stand in the places of
// those that failed, and a second table has these alone.
func gather(c *interp.Call) error {
	m, err := membersOf(c, true)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	tasks := make(held, len(m.list))
	n := interp.Nursery{Collect: m.exceptions, CancelledFails: true, Holds: &tasks}
	stop := func(t *interp.Task) bool { return !m.exceptions && (t.Failed() || t.Cancelled()) }
	return c.NurseryReturn(&n, stop, func() error {
		n.Grow(len(m.list))
		for i, x := range m.list {
			t, err := n.Start(x)
			if err != nil {
				return err
			}
			tasks[i] = t
		}
		return nil
	}, interp.AfterFunc(func(c *interp.Call, err error) error {
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
		vals, err := t.Await()
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
	m, err := membersOf(c, false)
	if err != nil {
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
	n := interp.Nursery{Holds: &tasks}
	stop := func(t *interp.Task) bool {
		if winner == nil {
			winner = t
		}
		return true
	}
	return c.NurseryReturn(&n, stop, func() error {
		for _, x := range m.list {
			t, err := n.Start(x)
			if err != nil {
				return err
			}
			tasks = append(tasks, t)
		}
		return nil
	}, interp.AfterFunc(func(c *interp.Call, err error) error {
		if err != nil {
			return err
		}
		return won(c, winner, tasks)
	}))
}

// won returns the first value of the task that has won, and its index.
func won(c *interp.Call, winner *interp.Task, tasks []*interp.Task) error {
	vals, err := winner.Await()
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
