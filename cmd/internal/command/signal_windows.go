package command

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/windows"
)

// endingSignals are those that end a run.
var endingSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}

// watchable are the signals that scripts may watch, by their names.
var watchable = map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM}

// watchSignals begins to watch the signals that end a run. SIGTERM is what Go makes of a console window that is closed and of a
// session that ends.
func watchSignals() *signals {
	s := &signals{ends: make(chan os.Signal, 2), quit: make(chan os.Signal, 1)}
	signal.Notify(s.ends, endingSignals...)
	watchBreak(s.quit)
	return s
}

// setConsoleCtrlHandler calls the newest handler first: Go's own, which makes an interrupt of Ctrl-Break, does not hear of it then.
var setConsoleCtrlHandler = windows.NewLazySystemDLL("kernel32.dll").NewProc("SetConsoleCtrlHandler")

// watchBreak has Ctrl-Break do what SIGQUIT does elsewhere. Where that cannot be had it is an interrupt.
func watchBreak(quit chan<- os.Signal) {
	handler := windows.NewCallback(func(event uintptr) uintptr {
		if event != windows.CTRL_BREAK_EVENT {
			return 0 // the next handler's
		}
		select {
		case quit <- syscall.SIGQUIT:
		default:
		}
		return 1
	})
	_, _, _ = setConsoleCtrlHandler.Call(handler, 1)
}

// stopped is never called: nothing stops a process here.
func (s *signals) stopped() {}

// signalStatus is the exit status of a run that s has ended: the same as elsewhere.
func signalStatus(s os.Signal) int {
	switch s {
	case syscall.SIGTERM:
		return 143
	case syscall.SIGQUIT:
		return 131
	}
	return 130
}
