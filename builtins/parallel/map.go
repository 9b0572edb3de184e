package parallel

import (
	"cmp"
	"fmt"
	"math"

	"github.com/lull-lua/lull/builtins/internal/bar"
	"github.com/lull-lua/lull/builtins/internal/crew"
	"github.com/lull-lua/lull/interp"
)

// parallel.map(items, fn [, opts]) calls fn(item, index) for each item in an isolate of its own, at most opts.limit at once, and returns
// a list (with n) of the first values, in order.
func parallelMap(c *interp.Call) error {
	items, err := c.List(1, nil)
	if err != nil {
		return err
	}
	fn, err := c.Function(2)
	if err != nil {
		return err
	}
	limit := float64(c.Cores())
	if c.VirtualTime() {
		limit = math.Inf(1)
	}
	m := &mapping{n: len(items), builtin: fn.IsGoFunction()}
	var progress, setup, name interp.Value
	if err := c.Options(3, map[string]any{"limit": &limit, "return_exceptions": &m.exceptions, "name": &name, "progress": &progress, "setup": &setup}); err != nil {
		return err
	}
	if err := bar.CheckCounted(c, 3, progress); err != nil {
		return err
	}
	if err := crew.CheckLimit(c, 3, limit); err != nil {
		return err
	}
	pack := c.NewPacker()
	for i, v := range items {
		if err := pack.Add(c, v, fmt.Sprintf("item %d", i+1)); err != nil {
			return c.ArgError(1, err.Error())
		}
	}
	if err := pack.AddArg(c, 2); err != nil {
		return c.ArgError(2, err.Error())
	}
	for _, o := range []struct {
		option string
		v      interp.Value
		at     *int
	}{{"setup", setup, &m.setup}, {"name", name, &m.name}} {
		if o.v.IsNil() {
			continue
		}
		if !o.v.IsFunction() {
			return c.ArgError(3, fmt.Sprintf("option '%s': function expected, got %s", o.option, o.v.Type()))
		}
		if err := pack.Add(c, o.v, fmt.Sprintf("option '%s'", o.option)); err != nil {
			return c.ArgError(3, err.Error())
		}
		*o.at = pack.Packed().Len()
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if m.told, err = bar.Option(c, 3, progress, "", ""); err != nil {
		return err
	}
	m.told.Count(0, float64(m.n))
	m.packed, m.limit, m.crowd = pack.Packed(), int(min(limit, float64(max(m.n, 1)))), newCrowd(c)
	m.isolates.Holds(m.packed.Size())
	m.failedAt, m.failed, m.back = m.n, make([]*interp.IsolateError, m.n+1), make([]*interp.Packed, m.n)
	m.proceed = m.startMore
	m.startMore()
	return m.wait(c, m.over)
}

// mapping is a call of parallel.map under way. In packed are the items, then the function and, where they were given, setup and name.
type mapping struct {
	*crowd
	packed      *interp.Packed
	n, limit    int
	setup, name int  // where these are in packed; 0: they were not given
	builtin     bool // the function is in Go: it gets the item alone
	exceptions  bool

	next     int // how many items have been begun
	done     int
	failedAt int                    // the first that has failed, from 0; n: none has
	failed   []*interp.IsolateError // by item; the last is of what is no item's
	back     []*interp.Packed       // what was returned, by item
	err      error                  // no isolate could be made
	told     *bar.Reporter
}

// wanted reports whether there is an item to be begun.
func (m *mapping) wanted() bool {
	return m.next < m.failedAt && !m.cancelled && m.err == nil && m.failed[m.n] == nil
}

// startMore begins items as long as there is room.
func (m *mapping) startMore() {
	for m.wanted() && len(m.members) < m.limit {
		name := fmt.Sprintf("isolate of 'map', item %d", m.next+1)
		if m.setup != 0 {
			name = "isolate of 'map'"
		}
		w, err := m.add(name, m.closed)
		if err != nil {
			m.err = err
			m.cut("no isolate could be made")
			return
		}
		if m.setup == 0 {
			m.begin(w)
			continue
		}
		w.item = -1
		w.isolate.Start("map", 0, func(c *interp.Call) error { return m.prepare(c, w) }, func(f *interp.IsolateError) {
			w.item = 0
			if f != nil {
				m.failed[m.n] = f
				m.cut("setup failed")
			}
			m.goOn(w)
		})
	}
}

// goOn has a member begin the next item, or close.
func (m *mapping) goOn(w *member) {
	if m.setup != 0 && m.wanted() {
		m.begin(w)
	} else {
		w.close()
	}
}

// begin has a member begin the next item.
func (m *mapping) begin(w *member) {
	m.next++
	i := m.next
	w.item = i
	w.isolate.SetName(fmt.Sprintf("isolate of 'map', item %d", i))
	w.isolate.Start("map", i, func(c *interp.Call) error { return m.call(c, w, i) }, func(f *interp.IsolateError) {
		w.item = 0
		m.done++
		m.keeps(m.back[i-1])
		m.told.Count(float64(m.done), float64(m.n))
		if f != nil {
			m.fail(i, f)
		}
		m.goOn(w)
	})
}

// closed is told of each member's end.
func (m *mapping) closed(w *member, err error) {
	if err != nil {
		m.failed[m.n] = &interp.IsolateError{Err: err}
	}
}

// fail keeps what went wrong with an item, and cancels those behind it.
func (m *mapping) fail(i int, f *interp.IsolateError) {
	m.failed[i-1] = f
	if m.exceptions || f.Cancelled || i > m.failedAt {
		return
	}
	m.failedAt = i - 1
	for w := range m.members {
		if w.item > i {
			w.isolate.Cancel(fmt.Sprintf("item %d failed", i))
		}
	}
}

// prepare runs setup in a member's isolate.
func (m *mapping) prepare(c *interp.Call, w *member) error {
	w.u = interp.NewUnpacker(m.packed)
	for _, at := range []int{m.n + 1, m.name} {
		if _, err := w.u.Value(c, at); err != nil {
			return err
		}
	}
	setup, err := w.u.Value(c, m.setup)
	if err != nil {
		return err
	}
	w.u.Keep()
	return c.ProtectReturn(setup, interp.ContinuationFunc(func(c *interp.Call, err error) error {
		w.ctx = c.Results().Get(1)
		return err
	}))
}

// call calls the function with an item, the i-th, in a member's isolate.
func (m *mapping) call(c *interp.Call, w *member, i int) error {
	if w.u == nil {
		w.u = interp.NewUnpacker(m.packed)
	} else {
		w.u.Forget()
	}
	item, err := w.u.Value(c, i)
	if err != nil {
		return err
	}
	fn, err := w.u.Value(c, m.n+1)
	if err != nil {
		return err
	}
	c.Task().NameAfter("map", item, i)
	index := interp.Number(float64(i))
	if m.name != 0 {
		name, err := w.u.Value(c, m.name)
		if err != nil {
			return err
		}
		vals, err := c.Call(name, item, index)
		if err != nil {
			return err
		}
		if err := crew.SetName(c, "map", vals.Get(1)); err != nil {
			return err
		}
	}
	args := []interp.Value{item, index}
	switch {
	case m.builtin:
		args = args[:1]
	case m.setup != 0:
		args = append(args, w.ctx)
	}
	return c.ProtectReturn(fn, interp.ContinuationFunc(func(c *interp.Call, err error) error {
		vals := c.Results()
		if err == nil {
			m.back[i-1], err = results(c, []interp.Value{vals.Get(1)})
		}
		return err
	}), args...)
}

// over makes the results.
func (m *mapping) over(c *interp.Call, err error) error {
	m.told.Close()
	failed := m.failed
	if m.exceptions && err == nil {
		failed = failed[m.n:]
	}
	for i := m.failedAt + 1; i < m.n && !m.exceptions; i++ {
		if f := failed[i]; f != nil && f.Own {
			failed[i] = nil // a loop would not have come to it, whatever the cores have
		}
	}
	if raised := raise(c, failed); raised != nil || err != nil || m.err != nil {
		return cmp.Or(raised, err, m.err)
	}
	list, errs := c.NewTable(m.n), c.NewTable(0)
	for i := range m.n {
		var v interp.Value
		if f := m.failed[i]; f != nil {
			v = c.ErrorValue(c.Raises(f))
			errs.SetIndex(i+1, v)
		} else if p := m.back[i]; p != nil {
			vals, err := c.Unpack(p)
			if err != nil {
				return err
			}
			v = vals.Get(1)
			m.back[i] = nil
		}
		list.SetIndex(i+1, v)
	}
	list.SetField("n", interp.Number(float64(m.n)))
	list.MarkList()
	if m.exceptions {
		return c.Return(list, errs)
	}
	return c.Return(list)
}
