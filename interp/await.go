package interp

// Join waits until other has ended, and is no awaiting: whatever other raises stays its own.
func (c *Call) Join(other *Task) error {
	if err := c.task.mayAwait(other); err != nil {
		return err
	}
	c.task.waits = c.def
	c.rt.passes(c.task)
	return c.task.s.Join(&other.s)
}

// JoinReturn is Join as a builtin's last act; see ParkReturn.
func (c *Call) JoinReturn(other *Task) error {
	if err := c.task.mayAwait(other); err != nil {
		return err
	}
	c.task.waits = c.def
	c.rt.passes(c.task)
	return c.endInWait(c.task.s.BeginJoin(&other.s), nil)
}

// Await waits until other has ended, and returns its values or its error. Cancelling the waiter leaves other alone. It is a
// checkpoint as it is.
func (c *Call) Await(other *Task) (Values, error) {
	if other == c.task {
		return nil, c.awaitsItself()
	}
	other.awaiting++
	err := c.Join(other)
	other.awaiting--
	if err != nil {
		return nil, err
	}
	return other.Result()
}

// AwaitReturn is Await as a builtin's last act; see ParkReturn.
func (c *Call) AwaitReturn(other *Task) error {
	if other == c.task {
		return c.awaitsItself()
	}
	if err := c.task.mayAwait(other); err != nil {
		return err
	}
	c.task.waits = c.def
	other.awaiting++
	c.rt.passes(c.task)
	return c.endInWait(c.task.s.BeginJoin(&other.s), (*joining)(other))
}

// maxAwaited bounds how far it is looked what the task waits for that another is about to wait for.
const maxAwaited = 64

// mayAwait is an error where t would wait for other, and that in turn, directly or by way of others, in a list whose owner says that
// nothing would end it; see [Waiters].
func (t *Task) mayAwait(other *Task) error {
	for range maxAwaited {
		if other == nil || !other.s.Parked() {
			return nil
		}
		if on, ok := other.s.WaitsFor().(interface{ awaited(by *Task) error }); ok {
			if err := on.awaited(t); err != nil {
				return err
			}
		}
		_, other = other.WaitsFor()
	}
	return nil
}

func (c *Call) awaitsItself() error {
	if by := c.task.s.Pending(); by != nil {
		return by
	}
	return Errorf(KindError, "a task cannot await itself")
}

// joining is a task whose result another waits for, as what makes the results of AwaitReturn. It counts among awaiting until that is over.
type joining Task

func (j *joining) results(c *Call, _ any) error {
	t := (*Task)(j)
	if err := t.result(); err != nil {
		return err
	}
	c.push(t.vals)
	return nil
}

func (*joining) quickly(*QuickCall, any) bool { return false }

// AwaitShielded is AwaitReturn that lets other go on for the grace period even where its run is cut short.
func (c *Call) AwaitShielded(other *Task) error {
	other.shielded = true
	return c.AwaitReturn(other)
}

// WillBeAwaited says that somebody is going to ask for the task's result: a failure is not reported at once, but at the run's end if
// nobody has asked by then.
func (t *Task) WillBeAwaited() { t.awaiting++ }

// Result marks the task's result as had by somebody, and returns it: its values, or its error. A cancelled task gives an error of
// kind cancelled, one that has not ended yet an error of kind error: Result does not wait.
func (t *Task) Result() (Values, error) {
	if err := t.result(); err != nil {
		return nil, err
	}
	return t.run.rt.luaValues(t.vals), nil
}

// result is the error that awaiting the task raises; its values are there if it is nil.
func (t *Task) result() error {
	t.awaited = true
	switch {
	case !t.s.Ended():
		return Errorf(KindError, "task '%s' has not ended", t.Name())
	case t.err != nil:
		return t.err
	case t.cancelled:
		return t.cancelledError()
	}
	t.hands()
	return nil
}

func (t *Task) cancelledError() *Error {
	e := &Error{rt: t.run.rt, unraised: true, Kind: KindCancelled, Msg: "task '" + t.Name() + "' was cancelled"}
	if c := t.s.CancelledBy(); c != nil {
		e.cause, e.Others = c, errorsOf(t.carried(nil))
		if c.Reason != "" {
			e.Msg += ": " + c.Reason
		}
	}
	return e
}
