package sched

// actor is whose doing is what happens on the loop.
type actor uint8

const (
	turns   actor = iota // the task's whose turn it is, or that ends
	clock                // a timer's
	outside              // another goroutine's
)

// Cause is what has ended a wait.
type Cause struct {
	By        *Task      // the task whose doing it was, the waiting one itself where it only lets others run; nil: none's
	Timer     bool       // a timer's
	Outside   bool       // another goroutine's
	Cancelled *Cancelled // it is a cancellation
}

// Woken is what has ended the task's wait: for Config.Trace while that is told of Woken, and of Switched where a cancellation has come
// since, which alone is in it then.
func (t *Task) Woken() (c Cause) {
	l := t.loop
	if t.aborted && t.cancel != nil {
		c.Cancelled = t.cancel.by
	}
	if t.state != ready {
		return c
	}
	switch l.acts {
	case clock:
		c.Timer = true
	case outside:
		c.Outside = true
	default:
		if c.By = l.ending; c.By == nil {
			c.By = l.current
		}
	}
	return c
}
