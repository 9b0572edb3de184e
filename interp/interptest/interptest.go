// Package interptest tests builtins: yours, in the way in which Lull's own are tested.
//
//	func TestPing(t *testing.T) {
//		rt := interptest.New(t, builtins.Std(), interp.WithModule(ping.Module))
//		rt.Check(`sleep(3600) print(ping.send("host"), now())`, "pong\t3600\n")
//	}
//
// A [Runtime] is one in virtual time, so that a test with hours in it takes no time and has one outcome. Its output is
// kept. At the end of the test it is closed, and must leave neither an error nor a goroutine behind.
//
// Where the test itself is part of the story, [Runtime.Start] a script, let it come as far as it gets with
// [Runtime.WaitBlocked], do from outside what it waits for, and ask for its result in the end.
package interptest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/lull-lua/lull/interp"
)

// patience is how long on the machine's clock a script may take: one that needs longer hangs.
const patience = time.Minute

// Runtime is a runtime for the length of a test.
type Runtime struct {
	*interp.Runtime
	Clock *interp.ManualClock // of NewManual; nil: virtual time

	t           testing.TB
	out, stderr buffer
}

// New makes a runtime with the options, in virtual time. It grants nothing else: add builtins.Std() or what the test needs.
// Standard output and standard error are the test's; see [Runtime.Output].
//
// The test must not run in parallel with others: their goroutines would count as its own.
func New(t testing.TB, opts ...interp.Option) *Runtime {
	t.Helper()
	return newRuntime(t, nil, interp.WithVirtualTime(), opts)
}

// NewManual is New on a clock that the test moves: rt.Clock.Advance(time.Second).
func NewManual(t testing.TB, opts ...interp.Option) *Runtime {
	t.Helper()
	clock := interp.NewManualClock()
	return newRuntime(t, clock, interp.WithClock(clock), opts)
}

func newRuntime(t testing.TB, clock *interp.ManualClock, time interp.Option, opts []interp.Option) *Runtime {
	t.Helper()
	before := goleak.IgnoreCurrent()
	rt := &Runtime{t: t, Clock: clock}
	opts = append([]interp.Option{time, interp.WithStdio(nil, &rt.out, &rt.stderr)}, opts...)
	var err error
	if rt.Runtime, err = interp.New(opts...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.close(); err != nil {
			t.Errorf("closing the runtime: %v", err)
		}
		goleak.VerifyNone(t, before)
	})
	return rt
}

// close closes the runtime, on a manual clock with time for cleanups.
func (rt *Runtime) close() error {
	closed := make(chan error, 1)
	go func() { closed <- rt.Close() }()
	for rt.Clock != nil {
		select {
		case err := <-closed:
			return err
		default:
			rt.Clock.Advance(time.Second)
			runtime.Gosched()
		}
	}
	return <-closed
}

// Once is a script that is run once, in a runtime of its own.
type Once struct {
	Name  string    // of the script, in messages; "": test
	Stdin io.Reader // nil: there is none
	Real  bool      // on the machine's clock, for builtins that wait for the system; else in virtual time
}

// Run runs the script, closes the runtime, which must leave no goroutine behind, and returns what was printed, what was written to
// standard error, and the errors of both, joined. The options are as for [New].
func (o Once) Run(t testing.TB, src string, opts ...interp.Option) (out, stderr string, err error) {
	t.Helper()
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	var outs, errs buffer
	base := []interp.Option{interp.WithStdio(o.Stdin, &outs, &errs)}
	if !o.Real {
		base = append(base, interp.WithVirtualTime())
	}
	rt, err := interp.New(append(base, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	if o.Name == "" {
		o.Name = "test"
	}
	_, err = rt.RunString(context.Background(), "="+o.Name, src)
	if closing := rt.Close(); closing != nil {
		err = errors.Join(err, closing)
	}
	return outs.take(), errs.take(), err
}

// Run runs a script, whose name in messages is "test".
func (rt *Runtime) Run(src string, args ...any) (interp.Values, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return rt.RunString(ctx, "=test", src, args...)
}

// Check runs a script, which must end without an error and print exactly what is wanted, and nothing on standard error.
func (rt *Runtime) Check(src, want string) {
	rt.t.Helper()
	_, err := rt.Run(src)
	rt.check(src, want, err)
}

func (rt *Runtime) check(name, want string, err error) {
	rt.t.Helper()
	out, stderr := rt.Output(), rt.Stderr()
	if out != want || stderr != "" || err != nil {
		rt.t.Errorf("%s\nprinted %q\nwant    %q", name, out, want)
		if stderr != "" {
			rt.t.Errorf("standard error: %q", stderr)
		}
		if err != nil {
			rt.t.Errorf("error: %v", err)
		}
	}
}

// CheckError runs a script, which must end with an error whose text holds want; it returns the error.
func (rt *Runtime) CheckError(src, want string) error {
	rt.t.Helper()
	_, err := rt.Run(src)
	if err == nil || !strings.Contains(err.Error(), want) {
		rt.t.Errorf("%s\nerror %v\nwant  %q in it", src, err, want)
	}
	return err
}

// Output is what was printed since it was asked for last.
func (rt *Runtime) Output() string {
	if err := rt.Flush(context.Background()); err != nil {
		rt.t.Errorf("writing out what was printed: %v", err)
	}
	return rt.out.take()
}

// Stderr is what was written to standard error since it was asked for last.
func (rt *Runtime) Stderr() string { return rt.stderr.take() }

// Script is a run under way.
type Script struct {
	release func()
	ctx     context.Context
	cancel  context.CancelFunc
	ended   chan struct{}
	vals    interp.Values
	err     error
}

// Start runs a script beside the test. Until its result is asked for no wait in the runtime is a deadlock, as the test may
// yet do something.
func (rt *Runtime) Start(src string, args ...any) *Script {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	s := &Script{release: rt.Hold(), ctx: ctx, cancel: cancel, ended: make(chan struct{})}
	before := rt.Stats().Runs
	go func() {
		defer close(s.ended)
		s.vals, s.err = rt.RunString(ctx, "=test", src, args...)
	}()
	rt.t.Cleanup(func() { // before the runtime is closed
		cancel()
		if rt.Clock == nil {
			<-s.ended
		}
		s.release()
	})
	for !s.Ended() && rt.Stats().Runs == before {
		runtime.Gosched()
	}
	return s
}

// Cancel cancels the script as its host would.
func (s *Script) Cancel() { s.cancel() }

// Ended reports whether the script has ended.
func (s *Script) Ended() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// Result waits until the script has ended. A test that has more to do for it does that before.
func (s *Script) Result() (interp.Values, error) {
	if s.ctx.Err() == nil {
		s.release()
	} // else its cancellation is on the way, and must not be overtaken by a deadlock
	<-s.ended
	s.release()
	s.cancel()
	return s.vals, s.err
}

// WaitBlocked waits until no script can go on by itself: every task waits, nothing is under way on another goroutine, and,
// in virtual time, no timer is set. On a manual clock timers may be: move it then.
func (rt *Runtime) WaitBlocked() {
	rt.t.Helper()
	limit, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		s := rt.Stats()
		if s.New == 0 && s.Runnable == 0 && s.Calls == 0 && (s.Timers == 0 || rt.Clock != nil) {
			return
		}
		if limit.Err() != nil {
			rt.t.Fatalf("the tasks do not come to wait: %+v", s)
		}
		runtime.Gosched()
	}
}

// Golden runs every script of a folder in a runtime of its own, as a subtest, and compares what it prints with the file of
// the same name that ends in .out. With UPDATE_GOLDEN=1 in the environment it writes those files instead.
func Golden(t *testing.T, dir string, opts ...interp.Option) {
	t.Helper()
	scripts, err := filepath.Glob(filepath.Join(dir, "*.lua"))
	if err != nil {
		t.Fatal(err)
	}
	if len(scripts) == 0 {
		t.Fatalf("no script in %s", dir)
	}
	for _, file := range scripts {
		golden := strings.TrimSuffix(file, ".lua") + ".out"
		t.Run(strings.TrimSuffix(filepath.Base(file), ".lua"), func(t *testing.T) {
			rt := New(t, opts...)
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			_, err := rt.RunFile(ctx, file)
			if os.Getenv("UPDATE_GOLDEN") == "1" {
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, []byte(rt.Output()), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, rerr := os.ReadFile(golden)
			if rerr != nil {
				t.Fatal(fmt.Errorf("%w; UPDATE_GOLDEN=1 writes it", rerr))
			}
			rt.check(file, strings.ReplaceAll(string(want), "\r\n", "\n"), err)
		})
	}
}

// buffer is a stream that the runtime writes and the test reads.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.b.String()
	b.b.Reset()
	return s
}
