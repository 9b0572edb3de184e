package main

import (
	"os"
	"os/signal"
)

// watchSignals is which signals end a run.
func watchSignals(c chan<- os.Signal) { signal.Notify(c, os.Interrupt) }

func ignoreSIGPIPE() {}

// signalStatus is the exit status of a run that s has ended.
func signalStatus(os.Signal) int { return 130 }
