package task

import (
	"math"

	"github.com/lull-lua/lull/builtins/internal/bar"
	"github.com/lull-lua/lull/builtins/internal/crew"
	"github.com/lull-lua/lull/interp"
)

// task.map(items, fn [, opts]) calls fn(item, index) for each item in a task of its own, at most opts.limit at once, and
// returns a list (with n) of the first values, in order. It fails, and takes return_exceptions, as gather does.
func taskMap(c *interp.Call) error {
	items, err := c.List(1, nil)
	if err != nil {
		return err
	}
	limit := math.Inf(1)
	m := mapping{items: items, Work: crew.Work{Numbered: true}}
	if m.Fn, err = c.Function(2); err != nil {
		return err
	}
	var progress interp.Value
	err = c.Options(3, map[string]any{"limit": &limit, "return_exceptions": &m.exceptions, "name": &m.Name, "progress": &progress})
	if err != nil {
		return err
	}
	if err := bar.CheckCounted(c, 3, progress); err != nil {
		return err
	}
	if err := crew.CheckLimit(c, 3, limit); err != nil {
		return err
	}
	if err := m.Prepare(c, 3); err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if m.told, err = bar.Option(c, 3, progress, "", ""); err != nil {
		return err
	}
	m.told.Count(0, float64(len(items)))
	m.index = map[*interp.Task]int{}
	m.results, m.errors = c.NewTable(len(items)), c.NewTable(0)
	m.n = interp.Nursery{Collect: m.exceptions, CancelledFails: true, Contents: &m, Of: len(items)}
	return c.NurseryReturn(&m.n, m.ended, func() error {
		for float64(len(m.index)) < limit && m.next < len(items) {
			if err := m.startNext(); err != nil {
				return err
			}
		}
		return nil
	}, interp.ContinuationFunc(m.over))
}

// over makes the results.
func (m *mapping) over(c *interp.Call, err error) error {
	m.told.Close()
	if err == nil {
		err = m.err
	}
	if err != nil {
		return err
	}
	m.results.SetField("n", interp.Number(float64(len(m.items))))
	m.results.MarkList()
	if m.exceptions {
		return c.Return(m.results, m.errors)
	}
	return c.Return(m.results)
}

// mapping is a call of task.map under way.
type mapping struct {
	crew.Work
	items           []interp.Value // that have not been started are still in it
	next            int            // how many have been
	n               interp.Nursery
	exceptions      bool
	index           map[*interp.Task]int // of the tasks that run
	results, errors interp.Table
	err             error
	told            *bar.Reporter
	done            int // how many have ended
}

// Contents implements interp.Container.
func (m *mapping) Contents(yield func(interp.Value)) {
	yield(m.results.Value())
	yield(m.errors.Value())
	for _, v := range m.items[m.next:] {
		yield(v)
	}
}

// startNext starts the task of the next item.
func (m *mapping) startNext() error {
	i := m.next
	m.next++
	t, err := m.Start(&m.n, m.items[i], i+1)
	if err != nil {
		return err
	}
	m.items[i] = interp.Value{}
	m.index[t] = i + 1
	return nil
}

// ended is told of each task that has ended, and starts the next one: the caller sleeps meanwhile. It reports whether the
// rest are to be cancelled.
func (m *mapping) ended(t *interp.Task) bool {
	i := m.index[t]
	delete(m.index, t)
	m.done++
	m.told.Count(float64(m.done), float64(len(m.items)))
	vals, err := t.Result()
	first := vals.Get(1)
	if err != nil {
		if !m.exceptions {
			return true
		}
		first = m.n.ErrorValue(err)
		m.errors.SetIndex(i, first)
	}
	m.results.SetIndex(i, first)
	if m.next < len(m.items) && !m.n.Cancelled() {
		if m.err = m.startNext(); m.err != nil {
			return true
		}
	}
	return false
}
