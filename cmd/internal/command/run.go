package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/test"
)

// signalled is the cause of a run that a signal has cancelled.
type signalled struct{ s os.Signal }

func (e signalled) Error() string {
	if e.s == os.Interrupt {
		return "interrupted"
	}
	return e.s.String()
}

// flushLimit is how long a second signal waits for what was printed to be written.
const flushLimit = 200 * time.Millisecond

// execute runs the script and returns the exit status. The first signal cancels it; at a second one execute kills the
// processes that the script has started, returns, and leaves whatever still runs to the end of the process.
func execute(prog *interp.Program, s *script, o *options, rep *reporter, signals *signals, stdin io.Reader, stdout, stderr io.Writer) int {
	stats := startStats()
	tr, err := startTracing(o, s)
	if err != nil {
		fmt.Fprintln(stderr, "lull:", err)
		return statusUsage
	}
	see, err := startWatching(o)
	if err != nil {
		fmt.Fprintln(stderr, "lull:", err)
		return statusUsage
	}
	steps, status, ok := o.journal.open(s, stderr)
	if !ok {
		return status
	}
	rt, err := newRuntime(o, s, signals, stdin, stdout, stderr, tr.option(), see.option(), steps.option())
	if err == nil {
		err = see.begin(rt)
	}
	if err != nil {
		fmt.Fprintln(stderr, "lull:", err)
		return statusFailed
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	limit := startLimit(o.timeout, cancel)
	defer limit.stop()

	var run, closing error // for the goroutine until done is closed
	done := make(chan struct{})
	go func() {
		defer close(done)
		run = runScript(ctx, rt, prog, o.modules, s.args)
		closing = rt.Close()
		o.with.ended()
	}()
	shown := showTasks(signals, rt, s, stderr, tr, o.with)
	var first os.Signal
	for {
		switch sig := signals.wait(done, limit.pause, rt.Suspend); {
		case sig == nil:
			shown.stop()
			if o.stats {
				stats.print(stderr, rt.Stats(), o.virtual)
			}
			status := rep.result(context.Cause(ctx), run, closing)
			if status != 0 && o.chaos != nil {
				fmt.Fprintln(stderr, "lull: repeat with --chaos", test.ChaosText(*o.chaos))
			}
			return see.ends(stderr, tr.ends(stderr, steps.ends(stderr, status)))
		case first == nil && sig != syscall.SIGQUIT:
			first = sig
			signals.decide(sig)
			cancel(signalled{sig})
		case sig != syscall.SIGQUIT && signals.echoes(sig):
		default:
			limit, stop := context.WithTimeout(context.Background(), flushLimit)
			defer stop()
			_ = rt.Flush(limit) // nobody is left to be told
			rt.KillProcesses()
			return signalStatus(sig)
		}
	}
}

// runScript requires the modules and runs the script, in one main task.
func runScript(ctx context.Context, rt *interp.Runtime, prog *interp.Program, modules, args []string) error {
	vals := make([]any, len(args))
	for i, a := range args {
		vals[i] = a
	}
	if len(modules) == 0 {
		_, err := rt.Run(ctx, prog, vals...)
		return err
	}
	_, err := rt.RunFunc(ctx, "lull", func(c *interp.Call) error {
		for _, name := range modules {
			module, err := c.Value(name)
			if err == nil {
				_, err = c.Call(c.Globals().Field("require"), module)
			}
			if err != nil {
				return err
			}
		}
		main, err := c.Value(prog)
		if err != nil {
			return err
		}
		_, err = c.Call(main, c.Rest(1)...)
		return err
	}, vals...)
	return err
}

// newRuntime is a runtime for a script as the command runs it.
func newRuntime(o *options, s *script, signals *signals, stdin io.Reader, stdout, stderr io.Writer, more ...interp.Option) (*interp.Runtime, error) {
	opts, err := o.grantOptions(s, signals)
	if err != nil {
		return nil, err
	}
	theirs, err := o.with.runs(o, s, signals)
	if err != nil {
		return nil, err
	}
	opts = append(append(opts, theirs...), interp.WithStdio(stdin, stdout, stderr), argTable(s))
	if o.cores > 0 {
		opts = append(opts, interp.WithCores(o.cores))
	}
	switch {
	case o.chaos != nil:
		opts = append(opts, interp.WithChaos(*o.chaos))
	case o.virtual:
		opts = append(opts, interp.WithVirtualTime())
	}
	return interp.New(append(opts, more...)...)
}

// argTable is the global arg, as the stand-alone lua has it: the script at 0, its arguments behind it, what stands before
// it at -1 and down to the command.
func argTable(s *script) interp.Option {
	arg := map[int]string{0: s.arg0}
	for i, a := range s.args {
		arg[i+1] = a
	}
	for i, word := range s.before {
		arg[i-len(s.before)] = word
	}
	return interp.Concurrent(interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "arg", Value: arg}}}))
}
