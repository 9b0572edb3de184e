package command

import (
	"os"
	"os/signal"
	"syscall"
)

// endingSignals are those that end a run.
var endingSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}

// watchable are the signals that scripts may watch, by their names.
var watchable = map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM}

// watchSignals begins to watch the signals that end a run. SIGTERM is what Go makes of a console window that is closed and of a
// session that ends.
func watchSignals() *signals {
	s := &signals{ends: make(chan os.Signal, 2)}
	signal.Notify(s.ends, endingSignals...)
	return s
}

// stopped is never called: nothing stops a process here.
func (s *signals) stopped() {}

// signalStatus is the exit status of a run that s has ended: the same as elsewhere.
func signalStatus(s os.Signal) int {
	if s == syscall.SIGTERM {
		return 143
	}
	return 130
}
