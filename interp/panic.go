package interp

import (
	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Code of the host's may panic, wherever the runtime calls it. A panic in what a script has called, a builtin and all that runs
// for it, is caught by the machine: the script sees an error of kind panic. A call for which no script waits goes through guard:
//
//	on the loop           timers, Post, Aborter, Left and regain of Waiters, EndWatcher, OnCancel, a Continuation that is told ErrDropped, Tracer, the
//	                      logger's handler, Container, what is looked at of an argument of Run (errors, objects, contexts)
//	by the library        the reader and the writers of WithStdio, the file system of WithFS and its files
//	on other goroutines   what Block and BlockFirm run, functions of WithAsync, loaders: the task that waits has the error
//	anywhere              methods of errors, see newError
//
// The stop of a nursery is the nursery's failure.

// guard calls code of the host's on the loop. A panic in it is an error of r, or, where r is nil, of every run under way.
func (rt *Runtime) guard(r *run, who string, fn func()) {
	done := false
	defer func() {
		if !done { // no defer can stop it
			rt.broken(r, &Error{Kind: KindPanic, Msg: who + " called runtime.Goexit"})
		}
	}()
	if p := vm.Guard(who, fn); p != nil {
		rt.broken(r, newError(p))
	}
	done = true
}

// abandon is sched.Config.Abandon.
func (rt *Runtime) abandon(on any, w sched.Waker, v any, woken bool) (kept bool) {
	rt.guard(taskOf(w.Task()).run, "an Aborter", func() {
		if a, ok := on.(Aborter); ok {
			a.Abort(Waker{w}, v, woken)
		} else {
			kept = sched.Abandon(on, w, v, woken)
		}
	})
	return kept
}

// maxLate bounds the errors that are kept for Close.
const maxLate = 100

// leave keeps an error for Close to return: no run is there for it.
func (rt *Runtime) leave(err error) {
	if len(rt.late) < maxLate {
		rt.late = append(rt.late, err)
	}
}

// broken cancels the run in which code of the host's has panicked, and has it return e. Where that is over, Close does.
func (rt *Runtime) broken(r *run, e *Error) {
	switch {
	case r == nil && len(rt.runs) > 0:
		for r := range rt.runs {
			rt.broken(r, e)
		}
	case r == nil || r.hasReturned():
		rt.leave(e)
	case r.panicked == nil:
		r.panicked = e
		r.cancel(e)
	}
}
