package builtins

import "github.com/lull-lua/lull/interp"

// work is what a builtin does with each of many items, in a task of its own that is named after the item.
type work struct {
	builtin  string
	fn, name interp.Value // name is the option of that name: what the tasks are called
	numbered bool         // fn is given the item's number as well
	body     interp.Awaitable
}

// prepare is called once, before the first start. The options are the i-th argument.
func (w *work) prepare(c *interp.Call, i int) error {
	w.builtin = c.Name()
	body := w.fn
	if !w.name.IsNil() {
		if !w.name.IsFunction() {
			return c.ArgError(i, "option 'name': function expected, got "+w.name.Type())
		}
		body = c.NewFunction(w.builtin, w.named, w.fn, w.name)
	}
	w.body, _ = interp.AwaitableOf(body)
	return nil
}

// start starts the task of an item, the i-th.
func (w *work) start(n *interp.Nursery, item interp.Value, i int) (*interp.Task, error) {
	args := []interp.Value{item, interp.Number(float64(i))}
	if w.name.IsNil() {
		args = takes(w.fn, w.numbered, args)
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
func (w *work) named(c *interp.Call) error {
	return c.ProtectReturn(w.name, interp.AfterFunc(func(c *interp.Call, err error) error {
		if err != nil {
			return err
		}
		name := c.Results().Get(1)
		text, ok := name.Text()
		switch {
		case ok:
			c.Task().SetName(text)
		case !name.IsNil():
			return interp.Errorf(interp.KindError, "%s: option 'name' must return a string, not a %s", w.builtin, name.Type())
		}
		return c.ProtectReturn(w.fn, asItIs, takes(w.fn, w.numbered, c.Rest(1))...)
	}), takes(w.name, true, c.Rest(1))...)
}
