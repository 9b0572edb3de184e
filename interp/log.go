package interp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// WithLogger sends to a logger what the runtime has to tell its host beside what runs return. Without one, warnings are
// lines on standard error ("lull: task 'sync' failed: ..."), and the rest is dropped.
//
// At level Warn: "task failed" (task, error, traceback) when a task has failed while nothing awaits it, a daemon for one; and
// what builtins say with [Call.Warn] (task), such as a lock that a task left held. At level Debug: "run began" (main), "run ended" (main, took, error), and "blocking call abandoned" (builtin, task), of work
// on a goroutine of its own that goes on though its task was cancelled.
//
// Records carry the context of their run. The handler is called on the loop, where it must not block for long.
func WithLogger(logger *slog.Logger) Option {
	return func(c *config) error {
		if logger == nil {
			return errors.New("WithLogger: the logger is nil")
		}
		c.logger = logger
		return nil
	}
}

// warn tells the host something: the logger as msg and attributes, standard error as one line.
func (rt *Runtime) warn(ctx context.Context, line, msg string, attrs ...slog.Attr) {
	if rt.spender != nil && rt.spender.written(len(line)) != nil {
		return // the run is over
	}
	if rt.cfg.logger != nil {
		rt.cfg.logger.LogAttrs(ctx, slog.LevelWarn, msg, attrs...)
		return
	}
	fmt.Fprintf(rt.stderr(), "lull: %s\n", line)
}

// debugs reports whether debug is of use, so that nothing is made up for it otherwise.
func (rt *Runtime) debugs(ctx context.Context) bool {
	return rt.cfg.logger != nil && rt.cfg.logger.Enabled(ctx, slog.LevelDebug)
}

func (rt *Runtime) debug(ctx context.Context, msg string, attrs ...slog.Attr) {
	rt.cfg.logger.LogAttrs(ctx, slog.LevelDebug, msg, attrs...)
}
