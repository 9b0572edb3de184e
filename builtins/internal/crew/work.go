// Package crew is what task.map, task.each and q:drain share: a task for each of many items, so many at once.
package crew

import "github.com/lull-lua/lull/interp"

// Work is what a builtin does with each of many items, in a task of its own that is named after the item.
type Work struct {
	Fn       interp.Value
	Name     interp.Value // the option of that name: what the tasks are called
	Numbered bool         // Fn is given the item's number as well

	builtin string
	body    interp.Awaitable
}

// Prepare is called once, before the first start. The options are the i-th argument.
func (w *Work) Prepare(c *interp.Call, i int) error {
	w.builtin = c.Name()
	body := w.Fn
	if !w.Name.IsNil() {
		if !w.Name.IsFunction() {
			return c.ArgError(i, "option 'name': function expected, got "+w.Name.Type())
		}
		body = c.NewFunction(w.builtin, w.named, w.Fn, w.Name)
	}
	w.body, _ = interp.AwaitableOf(body)
	return nil
}

// Start starts the task of an item, the i-th.
func (w *Work) Start(n *interp.Nursery, item interp.Value, i int) (*interp.Task, error) {
	args := []interp.Value{item, interp.Number(float64(i))}
	if w.Name.IsNil() {
		args = takes(w.Fn, w.Numbered, args)
	}
	t, err := n.Start(w.body, args...)
	if err == nil {
		t.NameAfter(w.builtin, item, i)
	}
	return t, err
}

// takes are the arguments that a function gets of an item and its number. One that is written in Go gets the item alone: its
// second parameter, where it has one, is for something else.
func takes(fn interp.Value, numbered bool, args []interp.Value) []interp.Value {
	if !numbered || fn.IsGoFunction() {
		return args[:1]
	}
	return args
}

// named asks in the task itself what it is called, and goes on with fn.
func (w *Work) named(c *interp.Call) error {
	return c.ProtectReturn(w.Name, interp.ContinuationFunc(func(c *interp.Call, err error) error {
		if err != nil {
			return err
		}
		if err := SetName(c, w.builtin, c.Results().Get(1)); err != nil {
			return err
		}
		return c.ProtectReturn(w.Fn, asItIs, takes(w.Fn, w.Numbered, c.Rest(1))...)
	}), takes(w.Name, true, c.Rest(1))...)
}

// SetName names the running task as the option name of a builtin has returned it; nil: it keeps its name.
func SetName(c *interp.Call, builtin string, name interp.Value) error {
	text, ok := name.Text()
	switch {
	case ok:
		c.Task().SetName(text)
	case !name.IsNil():
		return interp.Errorf(interp.KindError, "%s: option 'name' must return a string, not a %s", builtin, name.Type())
	}
	return nil
}

// asItIs goes on from a call that was all there was to do.
var asItIs = interp.ContinuationFunc(func(_ *interp.Call, err error) error { return err })
