//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// watchSignals returns a channel of the signals that end a run. SIGHUP is left alone where it was ignored at the start,
// as under nohup. SIGPIPE goes nowhere: a write to a closed pipe fails, so that
// cleanups run, where it would end the process. It is not ignored, which the processes that scripts start would inherit.
func watchSignals() chan os.Signal {
	c := make(chan os.Signal, 2)
	signal.Notify(c, syscall.SIGINT, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(c, syscall.SIGHUP)
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return c
}

// signalStatus is the exit status of a run that s has ended.
func signalStatus(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return statusFailed
}
