package lualib

import (
	"errors"
	"fmt"
	"time"
)

// On Windows a file that somebody has open may not be replaced. Programs that look through all files (indexers, scanners for viruses) hold
// one for a moment only, so a rename is tried again.
const (
	busyTries = 40
	busyPause = 50 * time.Millisecond
)

// whileBusy calls rename until its error is none that busy tells of, or it was so for two seconds: then the error says so.
func whileBusy(rename func() error, busy func(error) bool, pause time.Duration) error {
	var err error
	for range busyTries {
		if err = rename(); err == nil || !busy(err) {
			return err
		}
		again := time.NewTimer(pause)
		<-again.C
	}
	return &busyError{err}
}

// busyError is the error of a rename that was tried again in vain.
type busyError struct{ err error }

func (e *busyError) Error() string {
	return fmt.Sprintf("%v: for %v somebody has had the file open, or may not be asked to let go of it", e.err, busyTries*busyPause)
}

func (e *busyError) Unwrap() error { return errors.Unwrap(e.err) }
