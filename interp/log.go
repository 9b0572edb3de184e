package interp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// WithLogger sends to a logger what the runtime has to tell its host beside what runs return. Without one, warnings are
// lines on standard error ("lull: task 'sync' failed: ..."), and the rest is dropped.
//
// At level Warn: "task failed" (error, traceback) when a task has failed while nothing awaits it, a daemon for one; and what builtins say
// with [Call.Warn] and [Call.WarnTraced], such as a lock that a task left held. At level Debug: "run began" (run, main), "run ended" (run, main, took, error), and
// "blocking call abandoned" (builtin), of work on a goroutine of its own that goes on though its task was cancelled. A record about a task
// has [Task.LogAttrs] as well, and so have those of the table log.
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

// warn tells the host something about a run, or nil: the logger as msg and attributes, standard error as one line.
func (rt *Runtime) warn(r *run, line, msg string, attrs ...slog.Attr) {
	if rt.spender != nil && rt.spender.Write(len(line)) != nil {
		return // the run is over
	}
	if rt.cfg.logger != nil {
		rt.log(r, slog.LevelWarn, msg, attrs...)
		return
	}
	fmt.Fprintf(rt.stderr(r), "lull: %s\n", line)
}

// debugs reports whether debug is of use, so that nothing is made up for it otherwise.
func (rt *Runtime) debugs(r *run) (is bool) {
	if rt.cfg.logger != nil {
		rt.guard(r, "the logger's handler", func() { is = rt.cfg.logger.Enabled(r.ctx, slog.LevelDebug) })
	}
	return is
}

func (rt *Runtime) debug(r *run, msg string, attrs ...slog.Attr) {
	rt.log(r, slog.LevelDebug, msg, attrs...)
}

func (rt *Runtime) log(r *run, level slog.Level, msg string, attrs ...slog.Attr) {
	ctx := context.Background()
	if r != nil {
		ctx = r.ctx
	}
	rt.guard(r, "the logger's handler", func() { rt.cfg.logger.LogAttrs(ctx, level, msg, attrs...) })
}

// Warn tells the host something, as [Call.Warn] does.
func (t *Task) Warn(format string, args ...any) {
	t.warn(plainLines(fmt.Sprintf(format, args...))) // names are among it
}

func (t *Task) warn(text string) { t.run.rt.warn(t.run, text, text, t.LogAttrs()...) }

// LogAttrs is what records of a logger say of the task: the group task (id, name), the number of its run, and spawned_at, a place, which a
// main task does not have. It is for the loop's side.
func (t *Task) LogAttrs() []slog.Attr {
	attrs := []slog.Attr{slog.Group("task", slog.Uint64("id", t.ID()), slog.String("name", t.Name())), slog.Uint64("run", t.Run())}
	if at := t.SpawnSite().Place(); at != "" {
		attrs = append(attrs, slog.String("spawned_at", at))
	}
	return attrs
}

// Warn tells the host something: a record of the logger, or without one a line on standard error, after what was printed
// before it.
func (c *Call) Warn(format string, args ...any) { c.task.Warn(format, args...) }

// WarnTraced is Warn, in one line, with the traceback of e behind it, if it has one: at most so many bytes of that, which keeps its lines.
func (c *Call) WarnTraced(e *Error, most int, format string, args ...any) {
	text, traceback := plainText(fmt.Sprintf(format, args...)), ""
	if len(e.Frames) > 0 {
		traceback = e.Traceback()
	}
	traceback = traceback[:min(len(traceback), most)]
	for line := range strings.SplitSeq(traceback, "\n") {
		if rest, ok := strings.CutPrefix(line, "\t"); ok {
			text += "\n\t" + plainText(rest)
		} else if line != "" {
			text += "\n" + plainText(line)
		}
	}
	c.task.warn(text)
}
