package interp

import (
	"io"
	"log/slog"
	"reflect"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// Local is the runtime's own T, for a builtin that keeps something for all of a runtime's scripts, such as its settings: zero at
// first, and the same at each call. T is best a type that its package does not export: then no other builtin comes upon it. Where
// a *T is an io.Closer, it is closed once, when the runtime's last task has ended; Close of the runtime returns its error.
func Local[T any](c *Call) *T {
	of := reflect.TypeFor[T]()
	if v, ok := c.rt.locals[of].(*T); ok {
		return v
	}
	if c.rt.locals == nil {
		c.rt.locals = map[reflect.Type]any{}
	}
	v := new(T)
	c.rt.locals[of] = v
	return v
}

// closeLocals closes what builtins have kept for the runtime.
func (rt *Runtime) closeLocals() (errs []error) {
	for _, v := range rt.locals {
		c, ok := v.(io.Closer)
		if !ok {
			continue
		}
		var err error
		if p := vm.Guard("Close of a Local", func() { err = c.Close() }); p != nil {
			err = p
		}
		if err != nil {
			errs = append(errs, newError(err))
		}
	}
	return errs
}

// Stderr is the runtime's standard error, which is not buffered: what was printed before comes before it. Each write
// counts as Limits.Output; the error of what is too much is to be returned at once, any other may be dropped.
func (c *Call) Stderr() io.Writer {
	_ = c.rt.out.Flush() // an error is kept for the next print, or the end
	return counted{c.rt}
}

// Logger is what [WithLogger] was given; nil without it. Its handler is the host's: call it where a panic would be the builtin's own.
func (c *Call) Logger() *slog.Logger { return c.rt.cfg.logger }

// Env is a variable of the environment that [WithEnv] gave.
func (c *Call) Env(name string) (value string, ok bool) { return (&host{rt: c.rt}).Getenv(name) }
