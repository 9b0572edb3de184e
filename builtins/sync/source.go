package sync

import (
	"github.com/lull-lua/lull/builtins/internal/crew"
	"github.com/lull-lua/lull/interp"
)

// feed has task.each take queues.
type feed = crew.Feed

// source is a queue as q:drain and task.each see it.
type source Queue

func (s *source) Size() int { return (*Queue)(s).size() }

func (s *source) Closed() bool { return s.closed }

func (s *source) Take() crew.Item {
	it := (*Queue)(s).takeItem()
	return crew.Item{Value: it.value, Place: it.seq}
}

func (s *source) Back(it crew.Item) { (*Queue)(s).giveBack(item{it.Value, it.Place}) }

func (s *source) Wait(c *interp.Call, got func(it crew.Item)) error {
	return s.getters.Wait(c, item{}, func(_ *interp.Call, it item) error {
		got(crew.Item{Value: it.value, Place: it.seq})
		return nil
	})
}

// q:drain(fn [, opts]) calls fn(item) in a task of its own for each item of the queue, at most opts.limit (16) at once. These may
// put more: it returns when the queue is empty and none of them runs. It fails as task.map does.
func queueDrain(c *interp.Call) error {
	return crew.Drain((*source)(interp.Self[*Queue](c))).Run(c, 1)
}
