package main

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/lull-lua/lull/interp"
)

// report prints what went wrong, and returns the exit status: the first error decides it.
func report(w io.Writer, errs ...error) int {
	status := -1
	for _, err := range flatten(errs) {
		if s := reportOne(w, err); status < 0 {
			status = s
		}
	}
	return max(status, 0)
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

func reportOne(w io.Writer, err error) int {
	var (
		exit   interp.ExitError
		sig    signalled
		late   timedOut
		script *interp.Error
	)
	switch {
	case errors.As(err, &exit):
		return exit.Code
	case errors.As(err, &sig):
		return signalStatus(sig.s)
	case errors.As(err, &late):
		fmt.Fprintln(w, "lull:", late)
		return statusTimeout
	case errors.Is(err, syscall.EPIPE):
		return statusPipeGone // whoever read the output has had enough
	case errors.As(err, &script):
		printError(w, script)
	default:
		fmt.Fprintln(w, "lull:", err)
	}
	return statusFailed
}

// printError prints an error with its traceback, then those that were raised with it.
func printError(w io.Writer, e *interp.Error) {
	fmt.Fprintln(w, "lull:", e)
	if e.Kind != interp.KindDeadlock && len(e.Frames) > 0 {
		fmt.Fprintln(w, e.Traceback())
	}
	for _, o := range e.Others {
		printError(w, o)
	}
}
