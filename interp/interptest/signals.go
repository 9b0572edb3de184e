package interptest

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/lull-lua/lull/interp"
)

// Signals lets scripts watch those signals of the test's process that every system has: HUP, INT and TERM. Where nobody watches one, it
// does what it does to any process.
func Signals() interp.Option {
	return interp.WithSignals(func(name string, told func()) (stop func(), err error) {
		sig, ok := map[string]os.Signal{"HUP": syscall.Signal(1), // WebAssembly has no name for it
			"INT": os.Interrupt, "TERM": syscall.SIGTERM}[name]
		if !ok {
			return nil, errors.New("a test does not have it")
		}
		come, over, ended := make(chan os.Signal, 1), make(chan struct{}), make(chan struct{})
		signal.Notify(come, sig)
		go func() {
			defer close(ended)
			for {
				select {
				case <-come:
					told()
				case <-over:
					return
				}
			}
		}()
		return func() {
			signal.Stop(come)
			close(over)
			<-ended
		}, nil
	})
}
