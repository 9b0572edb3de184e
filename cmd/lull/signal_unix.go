//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// watchSignals is which signals end a run. SIGHUP is left alone where it was ignored at the start, as under nohup.
func watchSignals(c chan<- os.Signal) {
	signal.Notify(c, syscall.SIGINT, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(c, syscall.SIGHUP)
	}
}

// ignoreSIGPIPE lets a write to a closed pipe fail, so that cleanups run, where it would end the process.
func ignoreSIGPIPE() { signal.Ignore(syscall.SIGPIPE) }

// signalStatus is the exit status of a run that s has ended.
func signalStatus(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return 1
}
