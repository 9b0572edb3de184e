package builtins

import "github.com/lull-lua/lull/interp"

// event is a flag that tasks wait for.
type event struct {
	set     bool
	waiters interp.Waiters[struct{}]
}

var eventType = interp.Type{
	Name: "event",
	Of:   (*event)(nil),
	String: func(v any) string {
		if v.(*event).set {
			return "event: set"
		}
		return "event: not set"
	},
	Methods: []interp.Def{
		{Name: "wait", Sig: "e:wait()", Fn: eventWait},
		{Name: "set", Sig: "e:set()", Fn: eventSet},
		{Name: "clear", Sig: "e:clear()", Fn: eventClear},
		{Name: "is_set", Sig: "e:is_set()", Fn: eventIsSet},
	},
}

// sync.event() makes an event that is not set.
func syncEvent(c *interp.Call) error {
	return c.Return(&event{})
}

// e:wait() waits until the event is set. Who has been woken by set goes on, even if clear comes first.
func eventWait(c *interp.Call) error {
	e := interp.Self[*event](c)
	if err := c.Checkpoint(); err != nil || e.set {
		return err
	}
	return e.waiters.Wait(c, struct{}{}, nil)
}

// e:set() sets the event and wakes all who wait.
func eventSet(c *interp.Call) error {
	e := interp.Self[*event](c)
	e.set = true
	for e.waiters.Wake(struct{}{}) != nil {
	}
	return nil
}

// e:clear() takes set back: from now on wait waits.
func eventClear(c *interp.Call) error {
	interp.Self[*event](c).set = false
	return nil
}

// e:is_set() reports whether the event is set.
func eventIsSet(c *interp.Call) error { return c.Return(interp.Self[*event](c).set) }
