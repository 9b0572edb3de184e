package task

import (
	"github.com/lull-lua/lull/builtins/internal/crew"
	"github.com/lull-lua/lull/interp"
)

// task.each(source, fn [, opts]) calls fn(item) in a task of its own for each item of a list, an iterator or a queue, at most
// opts.limit (16) at once. It takes the next item when a place is free, and keeps no results. It fails as task.map does.
func taskEach(c *interp.Call) error {
	from := c.Arg(1)
	if from.IsFunction() {
		return crew.OfIterator(from).Run(c, 2)
	}
	if s, ok := crew.SourceOf(from.Object()); ok {
		return crew.Of(s).Run(c, 2)
	}
	if _, ok := from.Table(); !ok {
		return c.TypeError(1, "list, iterator or queue")
	}
	items, err := c.List(1, nil)
	if err != nil {
		return err
	}
	return crew.OfList(items).Run(c, 2)
}
