package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/lull-lua/lull/interp"
)

// reporter prints what went wrong on standard error: with the line of a script that does not compile, and on a terminal also
// that of other errors, in colour if the user wants that.
type reporter struct {
	w        io.Writer
	terminal bool
	paint    painter
	sources  *sources
	columns  int // of the terminal; 0: unknown
}

func newReporter(stderr io.Writer, s *script) *reporter {
	r := &reporter{w: stderr, sources: &sources{main: s}}
	if r.terminal = isTerminal(stderr); r.terminal {
		r.paint, r.columns = newPainter(stderr), columns(stderr)
	}
	return r
}

// syntax prints why the script does not compile.
func (r *reporter) syntax(err error) {
	var b strings.Builder
	b.WriteString(r.paint.title("lull: ") + err.Error() + "\n")
	if se := (*interp.SyntaxError)(nil); errors.As(err, &se) {
		r.excerpt(&b, se.Name, se.ShowLine, se.ShowColumn, se.Msg)
	}
	io.WriteString(r.w, b.String())
}

// result prints the errors of a run that may have been cancelled by cause, and returns the exit status: what the script
// asked for, else the signal's or the time-out's, else whether it failed.
func (r *reporter) result(cause error, errs ...error) int {
	errs = flatten(errs)
	status := 0
	for _, err := range errs {
		if exit := (interp.ExitError{}); errors.As(err, &exit) {
			return r.printAll(errs, cause, exit.Code)
		}
	}
	if len(errs) > 0 {
		status = statusFailed
		var sig signalled
		var late timedOut
		switch {
		case errors.As(cause, &sig):
			status = signalStatus(sig.s)
		case errors.As(cause, &late):
			status = statusTimeout
			fmt.Fprintf(r.w, "%s%v (--timeout)\n", r.paint.title("lull: "), late)
		case pipeGone(errs):
			status = statusPipeGone
		}
	}
	return r.printAll(errs, cause, status)
}

// pipeGone reports whether the run was ended because nobody reads its output any more, which is said to nobody.
func pipeGone(errs []error) bool {
	for _, err := range errs {
		if cancellation(err, syscall.EPIPE) {
			return true
		}
	}
	return false
}

// printAll prints the errors and returns status.
func (r *reporter) printAll(errs []error, cause error, status int) int {
	for _, err := range errs {
		var exit interp.ExitError
		if errors.As(err, &exit) || cause != nil && cancellation(err, cause) || cancellation(err, syscall.EPIPE) {
			continue
		}
		var b strings.Builder
		if script := (*interp.Error)(nil); errors.As(err, &script) {
			r.script(&b, "lull: ", script)
		} else {
			b.WriteString(r.paint.title("lull: ") + err.Error() + "\n")
		}
		io.WriteString(r.w, b.String())
	}
	return status
}

// cancellation reports whether err says no more than that the run was ended by cause: nobody has raised it.
func cancellation(err, cause error) bool {
	var e *interp.Error
	return errors.As(err, &e) && len(e.Frames) == 0 && errors.Is(err, cause)
}

// maxErrors is how many errors are printed of one that has as many attached.
const maxErrors = 1000

// script prints an error with its line and traceback, what it was caused by, and those that were raised with it: each once.
func (r *reporter) script(b *strings.Builder, title string, e *interp.Error) {
	n := 0
	for e, cause := range e.Attached {
		if n++; n > maxErrors {
			fmt.Fprintf(b, "%smore than %d errors come with this one: the others are not shown\n", r.paint.title(title), maxErrors)
			return
		}
		if cause {
			r.one(b, "caused by: ", e)
		} else {
			r.one(b, title, e)
		}
	}
}

func (r *reporter) one(b *strings.Builder, title string, e *interp.Error) {
	source, line := e.Place()
	b.WriteString(r.paint.title(title) + e.Error())
	if hint := e.Hint(func() []string { return interp.LocalsAt(r.sources.text(source), line) }); hint != "" {
		b.WriteString("; " + hint)
	}
	b.WriteString("\n")
	if r.terminal {
		r.excerpt(b, source, line, 0, e.Msg)
	}
	if len(e.Frames) > 0 {
		b.WriteString(r.paint.dim(e.Traceback()) + "\n")
	}
}

// flatten takes joined errors apart.
func flatten(errs []error) []error {
	var out []error
	for _, err := range errs {
		if err == nil {
			continue
		}
		if _, one := err.(*interp.Error); !one {
			if joined, ok := err.(interface{ Unwrap() []error }); ok {
				out = append(out, flatten(joined.Unwrap())...)
				continue
			}
		}
		out = append(out, err)
	}
	return out
}
