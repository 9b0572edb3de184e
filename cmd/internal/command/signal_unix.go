//go:build unix

package command

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// endingSignals are those that end a run.
var endingSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}

// watchable are the signals that scripts may watch, by their names.
var watchable = map[string]os.Signal{
	"HUP": syscall.SIGHUP, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2,
	"ALRM": syscall.SIGALRM, "CONT": syscall.SIGCONT, "WINCH": syscall.SIGWINCH,
}

// watchSignals begins to watch signals. Those that were ignored at the start stay ignored, as under nohup, or behind & in a script of
// sh; of SIGTERM Go does not let us know. SIGPIPE goes nowhere: a write to a closed pipe fails, so that cleanups run, where it would
// end the process. It is not ignored, which the processes that scripts start would inherit.
func watchSignals() *signals {
	s := &signals{ends: make(chan os.Signal, 2), stop: make(chan os.Signal, 1), quit: make(chan os.Signal, 1)}
	for _, sig := range endingSignals {
		if !signal.Ignored(sig) {
			signal.Notify(s.ends, sig)
		}
	}
	signal.Notify(s.stop, syscall.SIGTSTP)
	signal.Notify(s.quit, syscall.SIGQUIT) // also where it was ignored: whoever sends it wants to know
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return s
}

// stopTime is how long the process may take to be stopped.
const stopTime = time.Second

// stopped stops the process, and returns when it is continued. It uses SIGSTOP, as Go does not give SIGTSTP back its usual meaning,
// and does what that would: in a group that no shell watches, nothing.
func (s *signals) stopped() {
	if orphaned() {
		return
	}
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, syscall.SIGCONT)
	defer signal.Stop(continued)
	limit, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	select {
	case <-continued:
	case <-limit.Done():
	}
}

// orphaned reports whether nobody would continue a process of our group: it is that of the session's leader, or the parent
// is of another session, as is a process that takes on children whose parent has ended.
func orphaned() bool {
	session, err := unix.Getsid(0)
	if err != nil || session == syscall.Getpgrp() {
		return true
	}
	of, err := unix.Getsid(os.Getppid())
	return err != nil || of != session
}

// signalStatus is the exit status of a run that s has ended.
func signalStatus(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return statusFailed
}
