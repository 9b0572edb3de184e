package command

import (
	"errors"
	"io"
	"syscall"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/report"
)

// reporter prints what went wrong on standard error: on a terminal in colour, if the user wants that.
type reporter struct {
	w       io.Writer
	paint   painter
	printer report.Printer
	session bool // of a REPL: that it was ended from outside is no news
}

func newReporter(stderr io.Writer, s *script) *reporter {
	r := &reporter{w: stderr, printer: report.Printer{Title: "lull: ", Quiet: true, Text: report.Sources(s.name(), s.src)}}
	if isTerminal(stderr) {
		r.paint = newPainter(stderr)
		r.printer.Paint, r.printer.Width = r.paint.part, columns(stderr)
	}
	return r
}

// syntax prints why the script does not compile.
func (r *reporter) syntax(err error) { _ = r.printer.Syntax(r.w, err) } // nobody is left to be told

// result prints the errors of a run that may have been cancelled by cause, and returns the exit status: what the script
// asked for, else the signal's or the time-out's, else whether it failed.
func (r *reporter) result(cause error, errs ...error) int {
	errs = report.Each(errors.Join(errs...))
	r.printAll(errs, cause)
	status := 0
	for _, err := range errs {
		exit := interp.ExitError{}
		switch {
		case errors.As(err, &exit):
			return exit.Code
		case cause != nil && cancellation(err, cause):
			status = statusOf(cause)
		case cancellation(err, syscall.EPIPE): // nobody reads the output any more, which is said to nobody
			status = statusPipeGone
		case status == 0:
			status = statusFailed
		}
	}
	return status
}

// statusOf is the exit status of a run that cause has cancelled.
func statusOf(cause error) int {
	var sig signalled
	var late timedOut
	switch {
	case errors.As(cause, &sig):
		return signalStatus(sig.s)
	case errors.As(cause, &late):
		return statusTimeout
	}
	return statusFailed
}

// printAll prints the errors.
func (r *reporter) printAll(errs []error, cause error) {
	for _, err := range errs {
		ended := cause != nil && cancellation(err, cause)
		if exit := (interp.ExitError{}); errors.As(err, &exit) || ended && r.session || cancellation(err, syscall.EPIPE) {
			continue
		}
		p := r.printer
		if ended {
			p.Message = func(*interp.Error) string { return cause.Error() }
		}
		_ = p.Error(r.w, err)
	}
}

// cancellation reports whether err says no more than that the run was ended by cause: nobody has raised it.
func cancellation(err, cause error) bool {
	var e *interp.Error
	return errors.As(err, &e) && (len(e.Frames) == 0 || e.Where() != nil) && errors.Is(err, cause)
}
