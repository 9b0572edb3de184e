package sync

import (
	"time"

	"github.com/lull-lua/lull/interp"
)

// event is a flag that tasks wait for.
type event struct {
	identity
	set     bool
	waiters interp.Waiters[struct{}]
}

var eventType = interp.Type{
	Name: "event",
	Of:   (*event)(nil),
	String: func(v any) string {
		e := v.(*event)
		if e.set {
			return label("event", e.name) + ": set"
		}
		return label("event", e.name) + ": not set"
	},
	Methods: []interp.Def{
		{Name: "wait", Fn: eventWait, Quick: eventWaitQuick},
		{Name: "set", Fn: eventSet},
		{Name: "clear", Fn: eventClear},
		{Name: "is_set", Fn: eventIsSet},
	},
}

// WaitedFor says what the tasks in the list wait for.
func (e *event) WaitedFor() (what interp.WaitObject, holder *interp.Task) {
	return e.object("event"), nil
}

// sync.event() makes an event that is not set.
func syncEvent(c *interp.Call) error {
	m, err := newMaker(c)
	if err != nil {
		return err
	}
	e := &event{identity: m.identity()}
	e.waiters.Of = e
	return c.Return(e)
}

// e:wait([timeout]) waits until the event is set, and returns true; false when the time is over. A task that set has woken goes
// on, even if clear comes first.
func eventWait(c *interp.Call) error {
	e := interp.Self[*event](c)
	limit, err := timeLimit(c, 1)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if e.set || limit <= 0 {
		return c.Return(e.set)
	}
	return e.waiters.WaitFor(c, limit, struct{}{}, eventSeen, eventMissed)
}

func eventWaitQuick(c *interp.QuickCall, self any) bool {
	e, ok := self.(*event)
	if !ok || !e.set || c.Len() > 0 || !c.Checkpoint() {
		return false
	}
	c.ReturnBool(true)
	return true
}

func eventSeen(c *interp.Call, _ struct{}) error   { return c.Return(true) }
func eventMissed(c *interp.Call, _ struct{}) error { return c.Return(false) }

// timeLimit is the i-th argument in seconds; nil is no limit.
func timeLimit(c *interp.Call, i int) (time.Duration, error) {
	if c.Arg(i).IsNil() {
		return interp.Forever, nil
	}
	return c.Seconds(i)
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
