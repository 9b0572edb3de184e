package progress

import (
	"sync/atomic"

	"github.com/lull-lua/lull/builtins/internal/bar"
	"github.com/lull-lua/lull/interp"
)

// Counter is the option progress of a host's builtin, as task.map has it: it counts on a bar how many of so many things have ended. A nil Counter counts on none.
type Counter struct {
	rt     *interp.Runtime
	to     *bar.Reporter
	total  int
	done   atomic.Int64
	posted atomic.Bool
}

// NewCounter reads the option from the i-th argument, where v is its value: a bar, true for one that Close ends, or nil and false for none, which is a nil Counter.
// There are total things.
func NewCounter(c *interp.Call, i int, v interp.Value, total int) (*Counter, error) {
	if err := bar.CheckCounted(c, i, v); err != nil {
		return nil, err
	}
	to, err := bar.Option(c, i, v, "", "")
	if err != nil || to == nil {
		return nil, err
	}
	to.Count(0, float64(total))
	return &Counter{rt: c.Runtime(), to: to, total: total}, nil
}

// Count says that so many of them have ended by now. It may be called from any goroutine.
func (k *Counter) Count(done int) {
	if k == nil {
		return
	}
	k.done.Store(int64(done))
	if !k.posted.Swap(true) {
		k.rt.Post(func() {
			k.posted.Store(false)
			k.shows()
		})
	}
}

func (k *Counter) shows() { k.to.Count(float64(k.done.Load()), float64(k.total)) }

// Close shows the last count, and ends a bar of the call's own. It is for builtins, as all of the runtime's side is.
func (k *Counter) Close() {
	if k != nil {
		k.shows()
		k.to.Close()
	}
}
