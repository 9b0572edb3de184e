package command

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"
)

// signals are those of the process. Nobody else in the command watches any.
type signals struct {
	ends chan os.Signal // those that end a run
	stop chan os.Signal // Ctrl-Z
	quit chan os.Signal // SIGQUIT, or Ctrl-Break: see dumps

	dump    func()    // prints what all tasks do; nil: there are none
	dumped  time.Time // when that was over
	mu      sync.Mutex
	told    map[os.Signal]map[*func()]struct{} // of those that end a run: whom a script has tell it instead
	last    os.Signal                          // the last one that a script was told, or that has cancelled the run
	at      time.Time                          // when that was
	decided bool                               // the run is cancelled: nobody is told any more
}

// insistTime is how soon after one that a script was told a second SIGTERM or Ctrl-C cancels the run all the same.
var insistTime = 2 * time.Second

// watch has told called each time that the signal of that name comes, until stop is called: it is interp.WithSignals' function.
func (s *signals) watch(name string, told func()) (stop func(), err error) {
	sig, ok := watchable[name]
	if !ok {
		return nil, errors.New("this system does not have it")
	}
	if !slices.Contains(endingSignals, sig) {
		return watchOther(sig, told), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.told == nil {
		s.told = map[os.Signal]map[*func()]struct{}{}
	}
	if s.told[sig] == nil {
		s.told[sig] = map[*func()]struct{}{}
	}
	s.told[sig][&told] = struct{}{}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.told[sig], &told)
	}, nil
}

// watchOther is watch for a signal that is left to the system where no script watches it.
func watchOther(sig os.Signal, told func()) (stop func()) {
	comes, over := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(comes, sig)
	go func() {
		for {
			select {
			case <-comes:
				told()
			case <-over:
				return
			}
		}
	}()
	return func() {
		signal.Stop(comes)
		close(over)
	}
}

// tell tells scripts of a signal that would end the run, and reports whether that is all that it does.
func (s *signals) tell(sig os.Signal) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.decided {
		return false
	}
	now := time.Now()
	if insists(sig) && s.last != nil && now.Sub(s.at) < insistTime {
		return s.isEcho(sig)
	}
	if len(s.told[sig]) == 0 {
		return false
	}
	for told := range s.told[sig] {
		(*told)()
	}
	if insists(sig) {
		s.last, s.at = sig, now
	}
	return true
}

// decide is called when a signal cancels the run: from then on they are the command's alone.
func (s *signals) decide(sig os.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.decided, s.last, s.at = true, sig, time.Now()
}

// insists reports whether somebody who sends it twice wants the end.
func insists(sig os.Signal) bool { return sig == os.Interrupt || sig == syscall.SIGTERM }

// echoTime is how long the same SIGTERM or SIGHUP once more is taken for the same request.
var echoTime = 100 * time.Millisecond

// echoes reports whether a signal is the same request as the one before: timeout(1) signals the process, then its group. A person who
// presses Ctrl-C twice means it.
func (s *signals) echoes(sig os.Signal) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.isEcho(sig)
}

// isEcho is echoes for who holds mu.
func (s *signals) isEcho(sig os.Signal) bool {
	return sig == s.last && sig != os.Interrupt && time.Since(s.at) < echoTime
}

// quitAgain is how soon after one that printed the tasks a second SIGQUIT ends everything at once.
var quitAgain = time.Second

// quits is told of SIGQUIT: it prints what all tasks do, or reports that it is the second.
func (s *signals) quits() (again bool) {
	if again = !s.dumped.IsZero() && time.Since(s.dumped) < quitAgain; again || s.dump == nil {
		return true
	}
	s.dump()
	s.dumped = time.Now() // a tree of many tasks takes its time, which is not that of whoever reads it
	return false
}

// pressQuit is told of a Ctrl-\ that the terminal hands on as a key: it is SIGQUIT.
func (s *signals) pressQuit() {
	select {
	case s.quit <- syscall.SIGQUIT:
	default: // one is on its way
	}
}

// epoch is the time of day in seconds.
func epoch() float64 { return float64(time.Now().UnixMicro()) / 1e6 }

// wait waits for a signal that ends a run, and that no script watches, or until done is closed: then it returns nil. Ctrl-Z meanwhile
// stops the process, together with what each of pauses pauses; SIGQUIT prints the tasks, and is returned when it comes once more.
func (s *signals) wait(done <-chan struct{}, pauses ...func() (resume func())) os.Signal {
	for {
		select {
		case <-done:
			return nil
		case sig := <-s.ends:
			if !s.tell(sig) {
				return sig
			}
		case sig := <-s.quit:
			if s.quits() {
				return sig
			}
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

// during calls fn, which computes, and returns nil when it has returned; or a signal that wait returns, as soon as that comes.
func (s *signals) during(fn func()) os.Signal {
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	return s.wait(done)
}

// leave gives the signals their usual meaning back.
func (s *signals) leave() {
	signal.Stop(s.ends)
	if s.quit != nil {
		signal.Stop(s.quit)
	}
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
