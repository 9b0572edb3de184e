package interp

import (
	"errors"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// WithSignals lets scripts watch signals of the process (process.signals). watch is called on the loop, once for each watcher and
// signal, with the signal's name, such as "HUP". From then on the host calls told each time that the signal comes, from any goroutine,
// and does nothing else about it, until stop is called, on whatever goroutine. An error is the script's: of a signal that the system does
// not have, or that the host keeps to itself. Neither watch nor stop may block. Without this option there is nothing to watch.
func WithSignals(watch func(name string, told func()) (stop func(), err error)) Option {
	return func(c *config) error {
		c.signals = watch
		return nil
	}
}

// WatchSignal has fn called on the loop each time that a signal comes to the process, until stop is called, from any goroutine. name is
// without SIG. It fails with kind denied where the host has granted no signals.
func (c *Call) WatchSignal(name string, fn func()) (stop func(), err error) {
	c.outside("WatchSignal")
	rt, r := c.rt, c.task.run
	if rt.cfg.signals == nil {
		return nil, Errorf(KindDenied, "the host lets scripts watch no signals")
	}
	told := func() {
		rt.loop.Post(func() { rt.guard(r, "the function that was given to WatchSignal", fn) })
	}
	var end func()
	if p := vm.Guard("the function of WithSignals", func() { end, err = rt.cfg.signals(name, told) }); p != nil {
		return nil, p
	}
	switch {
	case err != nil:
		return nil, err
	case end == nil:
		return nil, errors.New("interp: the function of WithSignals has returned no function that stops")
	}
	return func() {
		if p := vm.Guard("the stop of WithSignals", end); p != nil {
			rt.loop.Post(func() { rt.broken(r, newError(p)) })
		}
	}, nil
}
