package main

import (
	"os"
	"os/signal"
	"syscall"
)

// watchSignals returns a channel of the signals that end a run. SIGTERM is what Go makes of a console window that is
// closed and of a session that ends.
func watchSignals() chan os.Signal {
	c := make(chan os.Signal, 2)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	return c
}

// signalStatus is the exit status of a run that s has ended: the same as elsewhere.
func signalStatus(s os.Signal) int {
	if s == syscall.SIGTERM {
		return 143
	}
	return 130
}
