package command

import (
	"context"
	"os"
	"os/signal"
	"time"
)

// signals are those of the process. Nobody else in the command watches any.
type signals struct {
	ends chan os.Signal // those that end a run
	stop chan os.Signal // Ctrl-Z
}

// wait waits for a signal that ends a run, or until done is closed: then it returns nil. Ctrl-Z meanwhile stops the process, together
// with what each of pauses pauses.
func (s *signals) wait(done <-chan struct{}, pauses ...func() (resume func())) os.Signal {
	for {
		select {
		case <-done:
			return nil
		case sig := <-s.ends:
			return sig
		case <-s.stop:
			var resume []func()
			for _, pause := range pauses {
				resume = append(resume, pause())
			}
			s.stopped()
			for _, fn := range resume {
				fn()
			}
		}
	}
}

// leave gives the signals their usual meaning back.
func (s *signals) leave() {
	signal.Stop(s.ends)
	if s.stop != nil {
		signal.Stop(s.stop)
	}
}

// timeLimit is --timeout. The time for which the process is stopped does not count.
type timeLimit struct {
	timer *time.Timer // nil: there is none
	until time.Time
}

// timedOut is the cause of a run that --timeout has cancelled.
type timedOut struct{ after time.Duration }

func (e timedOut) Error() string { return "timed out after " + e.after.String() + " (--timeout)" }

// Is makes it the end of a deadline, which is none of a context's here.
func (e timedOut) Is(target error) bool { return target == context.DeadlineExceeded }

// startLimit calls cancel after d, unless that is zero.
func startLimit(d time.Duration, cancel context.CancelCauseFunc) *timeLimit {
	l := &timeLimit{}
	if d > 0 {
		l.until = time.Now().Add(d)
		l.timer = time.AfterFunc(d, func() { cancel(timedOut{d}) })
	}
	return l
}

func (l *timeLimit) stop() {
	if l.timer != nil {
		l.timer.Stop()
	}
}

// pause has the time not count until resume is called.
func (l *timeLimit) pause() (resume func()) {
	if l.timer == nil || !l.timer.Stop() {
		return func() {}
	}
	left := time.Until(l.until)
	return func() {
		l.until = time.Now().Add(left)
		l.timer.Reset(left)
	}
}
