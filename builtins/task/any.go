package task

import "github.com/lull-lua/lull/interp"

// task.any(list): the first to succeed decides. Its first value and its index are returned; the others are cancelled and
// have unwound first. If all fail, the first error is raised, with the others as err.others.
func taskAny(c *interp.Call) error {
	var m members
	if err := m.readList(c, noOptions); err != nil {
		return err
	}
	if len(m.list) == 0 {
		return c.ArgError(1, "at least one awaitable expected")
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	var winner *interp.Task
	var failures []error
	tasks := make(held, 0, len(m.list))
	n := interp.Nursery{Collect: true, Forgets: true, Contents: &tasks, Of: len(m.list)}
	stop := func(t *interp.Task) bool {
		if _, err := t.Result(); err != nil {
			failures = append(failures, err)
		} else if winner == nil && !n.Cancelled() {
			winner = t
		}
		return winner != nil
	}
	return c.NurseryReturn(&n, stop, func() error { return tasks.start(c, &n, m.list) }, interp.ContinuationFunc(func(c *interp.Call, err error) error {
		switch {
		case err != nil:
			return err
		case winner == nil:
			return c.WithOthers(failures[0], failures[1:]...)
		}
		return won(c, winner, tasks)
	}))
}
