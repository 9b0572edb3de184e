package process

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// watchable are the signals that a script may watch: those that people and programs send. The others are faults of the process itself,
// cannot be caught, or mean something already: QUIT shows the tasks, TSTP stops us with our children.
var watchable = []string{"HUP", "INT", "TERM", "USR1", "USR2", "ALRM", "CONT", "WINCH"}

// signalWatcher is what process.signals returns. It is for the loop's side.
type signalWatcher struct {
	names   []string
	pending []string // that have come and nobody has got: each once, as the system has it
	closed  bool
	waiters interp.Waiters[string] // "" tells the end
	res     *interp.Resource
}

// WaitedFor says what the tasks in the list wait for.
func (w *signalWatcher) WaitedFor() (what interp.WaitObject, holder *interp.Task) {
	return interp.WaitObject{Kind: "signals", Name: strings.Join(w.names, ", ")}, nil
}

// String shows it.
func (w *signalWatcher) String() string { return "signals " + strings.Join(w.names, ", ") }

var signalsType = interp.Type{
	Name: "process.signals",
	Of:   (*signalWatcher)(nil),
	Methods: []interp.Def{
		{Name: "get", Fn: getSignal},
		{Name: "items", Fn: signalItems},
		{Name: "close", Fn: closeSignals, Outside: true},
	},
	String: func(v any) string { return v.(*signalWatcher).String() },
}

// watchSignals is process.signals(list).
func watchSignals(c *interp.Call) error {
	t, ok := c.Arg(1).Table()
	if !ok {
		return c.TypeError(1, "list")
	}
	w := &signalWatcher{}
	w.waiters.Passive, w.waiters.Of = true, w
	w.waiters.Left = func(name string, handed bool) {
		if handed && name != "" {
			w.come(name)
		}
	}
	for i := 1; i <= t.Len(); i++ {
		name, ok := t.Index(i).Text()
		if !ok {
			return c.ArgError(1, fmt.Sprintf("item %d of the list: the name of a signal expected, got %s", i, data.TypeOf(t.Index(i))))
		}
		short, known := interp.SignalName(name)
		switch {
		case !slices.Contains(watchable, short) && known:
			return c.ArgError(1, fmt.Sprintf("SIG%s cannot be watched; these can: %s", short, strings.Join(watchable, ", ")))
		case !slices.Contains(watchable, short):
			return c.ArgError(1, fmt.Sprintf("item %d of the list: there is no signal '%.40s'; these can be watched: %s", i, name, strings.Join(watchable, ", ")))
		case !slices.Contains(w.names, short):
			w.names = append(w.names, short)
		}
	}
	if len(w.names) == 0 {
		return c.ArgError(1, "the list names no signal")
	}
	var stops []func()
	stop := func() {
		for _, fn := range stops {
			fn()
		}
	}
	for _, name := range w.names {
		fn, err := c.WatchSignal(name, func() { w.come(name) })
		if err != nil {
			stop()
			kind := interp.KindError
			if e := (*interp.Error)(nil); errors.As(err, &e) {
				kind = e.Kind
			}
			return interp.Errorf(kind, "process.signals: SIG%s: %w", name, err)
		}
		stops = append(stops, fn)
	}
	rt := c.Runtime()
	w.res = c.Defer("process.signals", w, func(context.Context) error {
		stop()
		rt.Post(w.over)
		return nil
	})
	return c.Return(w)
}

// come is called when a signal has come.
func (w *signalWatcher) come(name string) {
	if w.closed || slices.Contains(w.pending, name) || w.waiters.Wake(name) != nil {
		return
	}
	w.pending = append(w.pending, name)
}

// over is called when it is closed.
func (w *signalWatcher) over() {
	w.closed, w.pending = true, nil
	for w.waiters.Wake("") != nil {
	}
}

// getSignal is signals:get().
func getSignal(c *interp.Call) error { return interp.Self[*signalWatcher](c).get(c) }

func (w *signalWatcher) get(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if len(w.pending) > 0 {
		name := w.pending[0]
		w.pending = w.pending[1:]
		return c.Return(name)
	}
	if w.closed {
		return c.Return(nil)
	}
	return w.waiters.Wait(c, "", func(c *interp.Call, name string) error {
		if name == "" {
			return c.Return(nil)
		}
		return c.Return(name)
	})
}

// signalItems is signals:items().
func signalItems(c *interp.Call) error {
	w := interp.Self[*signalWatcher](c)
	v, err := c.Value(w)
	if err != nil {
		return err
	}
	return c.Return(c.NewFunction("process.signals", w.get, v))
}

// closeSignals is signals:close().
func closeSignals(c *interp.Call) error {
	w := interp.Self[*signalWatcher](c)
	if err := c.Checkpoint(); err != nil {
		return err
	}
	c.Close(w.res)
	return nil
}
