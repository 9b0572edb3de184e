package interp

import (
	"slices"

	"github.com/lull-lua/lull/interp/internal/sched"
)

// carriage is a failed task whose error nobody will come to know, as whoever would have told it unwinds because of by. An error
// that is made of that has it among the others.
type carriage struct {
	cancellation *sched.Cancelled
	failed       *Task
}

// carries notes what the task takes along while it unwinds.
func (t *Task) carries(by *sched.Cancelled, failed []*Task) *sched.Cancelled {
	for _, f := range failed {
		t.rarely().carried = append(t.rare.carried, carriage{by, f})
	}
	return by
}

// carried takes what the task has taken along because of by; nil: because of anything.
func (t *Task) carried(by *sched.Cancelled) (failed []*Task) {
	if t.rare == nil {
		return nil
	}
	t.rare.carried = slices.DeleteFunc(t.rare.carried, func(c carriage) bool {
		if by != nil && c.cancellation != by {
			return false
		}
		failed = append(failed, c.failed)
		return true
	})
	return failed
}

// errorsOf is what tasks have raised, which somebody has then.
func errorsOf(failed []*Task) []*Error {
	var errs []*Error
	for _, t := range failed {
		t.awaited = true
		errs = append(errs, t.err)
	}
	return errs
}

// left is told of failed tasks whose errors nobody has: unless somebody takes them, they are told when the run ends.
func left(failed []*Task) []*Task {
	for _, t := range failed {
		t.awaited = false
		t.run.fail(t)
	}
	return failed
}

// untold is told of failed tasks whose errors nobody has, nor is going to ask for.
func untold(failed []*Task) {
	for _, t := range failed {
		t.awaited = false
		t.run.unawaited(t)
	}
}

// leaves tells what the task, which nobody owns, has taken along to its end.
func (t *Task) leaves() {
	switch {
	case t.rare == nil:
	case t.awaiting == 0:
		untold(t.carried(nil))
	default:
		for _, c := range t.rare.carried {
			left([]*Task{c.failed})
		}
	}
}
