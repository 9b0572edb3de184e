package interp_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// panicker is code of a host's in every shape in which the runtime calls some; boom is what it does.
type panicker struct{ boom func() }

func (p panicker) Abort(interp.Waker, any, bool)             { p.boom() }
func (p panicker) TaskEnded(*interp.Task)                    { p.boom() }
func (p panicker) Contents(func(interp.Value))               { p.boom() }
func (p panicker) Continue(*interp.Call, error) error        { p.boom(); return nil }
func (p panicker) Enabled(context.Context, slog.Level) bool  { return true }
func (p panicker) Handle(context.Context, slog.Record) error { p.boom(); return nil }
func (p panicker) WithAttrs([]slog.Attr) slog.Handler        { return p }
func (p panicker) WithGroup(string) slog.Handler             { return p }
func (p panicker) Read([]byte) (int, error)                  { p.boom(); return 0, io.EOF }
func (p panicker) Write(b []byte) (int, error)               { p.boom(); return len(b), nil }
func (p panicker) WaitedFor() (what interp.WaitObject, holder *interp.Task) {
	p.boom()
	return what, holder
}
func (p panicker) Load(context.Context, string) (*interp.Program, error) {
	p.boom()
	return nil, fs.ErrNotExist
}

// badError is an error whose message panics.
type badError struct{ panicker }

func (e badError) Error() string { e.boom(); return "text" }

// faultyTracer panics at one of the events.
type faultyTracer struct {
	panicker
	at string
}

func (t faultyTracer) tell(at string) {
	if at == t.at {
		t.boom()
	}
}
func (t faultyTracer) Spawn(*interp.Task)  { t.tell("spawn") }
func (t faultyTracer) Switch(*interp.Task) { t.tell("switch") }
func (t faultyTracer) Park(*interp.Task)   { t.tell("park") }
func (t faultyTracer) Wake(*interp.Task)   { t.tell("wake") }
func (t faultyTracer) End(*interp.Task)    { t.tell("end") }

// dueReader is a reader with deadlines, of which the one to end a read panics.
type dueReader struct {
	panicker
	at      string
	due     chan struct{}
	waiting atomic.Bool
}

func (r *dueReader) Read([]byte) (int, error) {
	if r.at == "read" {
		r.boom()
	}
	r.waiting.Store(true)
	<-r.due
	return 0, io.EOF
}

func (r *dueReader) SetReadDeadline(t time.Time) error {
	if !t.IsZero() && r.at == "deadline" && r.due != nil {
		close(r.due)
		r.boom()
	}
	if r.due == nil {
		r.due = make(chan struct{})
	}
	return nil
}

// ownObject is a Go object that asks for its runtime.
type ownObject struct{ rt *interp.Runtime }

func (o *ownObject) Runtime() *interp.Runtime { return o.rt }

// faultyFS panics in one of the methods of its files.
type faultyFS struct {
	panicker
	at string
}

func (f faultyFS) tell(at string) {
	if f.at == at {
		f.boom()
	}
}

func (f faultyFS) Open(name string) (fs.File, error) {
	f.tell("open")
	file, err := fstest.MapFS{"f": {Data: []byte("one\ntwo\n")}, "m.lua": {Data: []byte("return 1")}}.Open(name)
	return &faultyFile{file, f}, err
}

type faultyFile struct {
	fs.File
	in faultyFS
}

func (f *faultyFile) Read(p []byte) (int, error) { f.in.tell("read"); return f.File.Read(p) }
func (f *faultyFile) Close() error               { f.in.tell("close"); return f.File.Close() }
func (f *faultyFile) Seek(at int64, whence int) (int64, error) {
	f.in.tell("seek")
	return f.File.(io.Seeker).Seek(at, whence)
}
func (f *faultyFile) Stat() (fs.FileInfo, error) {
	f.in.tell("stat")
	st, err := f.File.Stat()
	return faultyInfo{st, f.in}, err
}

type faultyInfo struct {
	fs.FileInfo
	in faultyFS
}

func (i faultyInfo) Mode() fs.FileMode { i.in.tell("mode"); return i.FileInfo.Mode() }
func (i faultyInfo) Size() int64       { i.in.tell("size"); return i.FileInfo.Size() }

// Wherever the runtime calls code of the host's, a panic there is an error of kind panic of the run that it belongs to, or of
// Close where that is over; and so is a runtime.Goexit. The runtime goes on.
func TestHostPanics(t *testing.T) {
	boom := func() { panic("boom") }
	bad := panicker{boom}
	var cancelRun context.CancelCauseFunc
	reader := &dueReader{panicker: bad, at: "deadline"}
	def := func(name string, fn interp.Func) interp.Option {
		return interp.WithModule(interp.Module{Name: "host", Defs: []interp.Def{{Name: name, Fn: fn}}})
	}
	logger := func(level slog.Level) interp.Option { return interp.WithLogger(slog.New(bad)) }
	fsys := func(at string) interp.Option { return interp.WithFS(faultyFS{bad, at}) }
	for _, tt := range []struct {
		name    string
		opts    []interp.Option
		src     string
		args    []any
		cause   error  // of the context, which has ended
		printed string // what a script is told of it, and then the run is well
		late    bool   // Close returns it
	}{
		{name: "a timer", opts: []interp.Option{def("timer", func(c *interp.Call) error {
			c.NewTimer(func(time.Duration) { boom() }).Set(time.Second)
			return nil
		})}, src: `host.timer() sleep(math.huge)`},
		{name: "Post", opts: []interp.Option{def("post", func(c *interp.Call) error {
			c.Runtime().Post(boom)
			return nil
		})}, src: `host.post() sleep(math.huge)`},
		{name: "an Aborter at a deadline", opts: []interp.Option{def("park", func(c *interp.Call) error {
			_, err := c.Park(bad)
			return err
		})}, src: `pcall(wait_for, host.park, 1) sleep(math.huge)`},
		{name: "an Aborter of a task that is cancelled", opts: []interp.Option{def("park", func(c *interp.Call) error { return c.ParkReturn(bad, nil) })},
			src: `local t = spawn(host.park) sleep(1) t:cancel() sleep(math.huge)`},
		{name: "the regain of a firm wait", opts: []interp.Option{def("wait", func(c *interp.Call) error {
			l := &interp.Waiters[int]{}
			return l.WaitFirm(c, 0, nil, func(int, bool) *interp.Waiters[int] { boom(); return l })
		})}, src: `pcall(wait_for, host.wait, 1) sleep(math.huge)`},
		{name: "a Left at the end of a wait's time", opts: []interp.Option{def("wait", func(c *interp.Call) error {
			l := &interp.Waiters[int]{Left: func(int, bool) { boom() }}
			return l.WaitFor(c, time.Second, 0, nil, nil)
		})}, src: `host.wait() sleep(math.huge)`},
		{name: "a Left of a task that is cancelled", opts: []interp.Option{def("wait", func(c *interp.Call) error {
			l := &interp.Waiters[int]{Left: func(int, bool) { boom() }}
			return l.Wait(c, 0, nil)
		})}, src: `pcall(wait_for, host.wait, 1) sleep(math.huge)`},
		{name: "what a deadlock says is waited for", opts: []interp.Option{def("wait", func(c *interp.Call) error {
			l := &interp.Waiters[int]{Of: bad}
			return l.Wait(c, 0, nil)
		})}, src: `host.wait()`},
		{name: "an EndWatcher", opts: []interp.Option{def("watch", func(c *interp.Call) error {
			t, _ := interp.AwaitableOf(c.Arg(1))
			t.Task().Watch(bad)
			return nil
		})}, src: `host.watch(spawn(sleep, 1)) sleep(math.huge)`},
		{name: "a nursery's stop", opts: []interp.Option{def("all", func(c *interp.Call) error {
			n := &interp.Nursery{}
			return c.Nursery(n, func(*interp.Task) bool { boom(); return false }, func() error {
				for i := range c.Len() {
					x, err := c.Awaitable(i + 1)
					if err != nil {
						return err
					}
					if _, err := n.Start(x); err != nil {
						return err
					}
				}
				return nil
			})
		})}, src: `host.all(function() sleep(1) end, function() sleep(math.huge) end)`},
		{name: "a logger at a task's end", opts: []interp.Option{logger(slog.LevelWarn)}, src: `local t = spawn(error, "x") sleep(1) pcall(await, t) sleep(math.huge)`},
		{name: "a logger at the end", opts: []interp.Option{logger(slog.LevelDebug)}, src: `async(print)()`},
		{name: "a writer", opts: []interp.Option{interp.WithStdio(nil, bad, nil)}, src: `print(1) sleep(1)`},
		{name: "standard error", opts: []interp.Option{interp.WithStdio(nil, nil, bad)}, src: `spawn(error, "x") sleep(math.huge)`},
		{name: "a reader", opts: []interp.Option{interp.WithStdio(bad, nil, nil)}, src: `io.read()`},
		{name: "a reader that a script is told of", opts: []interp.Option{interp.WithStdio(bad, nil, nil)}, src: `return select(2, pcall(io.read, "*a")).kind`, printed: "panic"},
		{name: "lines of a reader", opts: []interp.Option{interp.WithStdio(bad, nil, nil)}, src: `for l in io.lines() do end`},
		{name: "a chunk of a reader", opts: []interp.Option{interp.WithStdio(bad, nil, nil)}, src: `dofile()`},
		{name: "a reader with deadlines", opts: []interp.Option{interp.WithStdio(&dueReader{panicker: bad, at: "read"}, nil, nil)}, src: `io.read()`},
		{name: "a reader's deadline", opts: []interp.Option{interp.WithStdio(reader, nil, nil), interp.WithFunc("waiting", reader.waiting.Load)},
			src: `local t = spawn(io.read) repeat sleep(0) until waiting() t:cancel() while true do sleep(0) end`},
		{name: "a loader", opts: []interp.Option{interp.WithLoader(bad.Load)}, src: `require "m"`},
		{name: "a Tracer's Spawn", opts: []interp.Option{interp.WithTracer(faultyTracer{bad, "spawn"})}, src: `sleep(math.huge)`},
		{name: "a Tracer's Switch", opts: []interp.Option{interp.WithTracer(faultyTracer{bad, "switch"})}, src: `sleep(math.huge)`},
		{name: "a Tracer's Park", opts: []interp.Option{interp.WithTracer(faultyTracer{bad, "park"})}, src: `sleep(math.huge)`},
		{name: "a Tracer's Wake", opts: []interp.Option{interp.WithTracer(faultyTracer{bad, "wake"})}, src: `sleep(1) sleep(math.huge)`},
		{name: "a Tracer's End", opts: []interp.Option{interp.WithTracer(faultyTracer{bad, "end"})}, src: `spawn(sleep, 1) sleep(math.huge)`},
		{name: "a Tracer's last End", opts: []interp.Option{interp.WithTracer(faultyTracer{bad, "end"})}, src: ``},
		{name: "an object's String", opts: []interp.Option{interp.WithModule(interp.Module{Types: []interp.Type{{Name: "p", Of: (*panicker)(nil), String: func(any) string { boom(); return "" }}}})},
			src: `tostring(...)`, args: []any{&bad}},
		{name: "a Container", opts: []interp.Option{interp.WithLimits(interp.Limits{Memory: 1 << 20}), interp.WithModule(interp.Module{Types: []interp.Type{{Name: "p", Of: (*panicker)(nil)}}})},
			src: `held = ... while true do local t = {} for i = 1, 5000 do t[i] = {} end sleep(0) end`, args: []any{&bad}},
		{name: "an error's Error", opts: []interp.Option{def("fail", func(*interp.Call) error { return badError{bad} })}, src: `host.fail()`},
		{name: "an error's Error off the loop", opts: []interp.Option{interp.WithAsync("fail", func(context.Context) error { return badError{bad} })}, src: `fail()`},
		{name: "an error that is an argument", src: `return (...).kind`, args: []any{badError{bad}}, printed: "panic"},
		{name: "an object that is an argument", opts: []interp.Option{interp.WithModule(interp.Module{Types: []interp.Type{{Name: "o", Of: (*ownObject)(nil)}}}),
			def("own", func(c *interp.Call) error { return c.Return(&ownObject{}) })}, src: `return pcall(host.own)`, printed: "false"},
		{name: "a context's cause", opts: []interp.Option{interp.WithFunc("cancel", func() { cancelRun(badError{bad}) })}, src: `cancel() while true do sleep(0) end`},
		{name: "the cause of a context that has ended", src: `sleep(math.huge)`, cause: badError{bad}},
		{name: "a Continuation that is dropped", opts: []interp.Option{def("call", func(c *interp.Call) error { return c.ProtectReturn(c.Arg(1), bad) })},
			src: `local co = coroutine.create(function() host.call(coroutine.yield) end) coroutine.resume(co) co = nil collectgarbage() collectgarbage() while true do sleep(0) collectgarbage() coroutine.wrap(now)() end`},
		{name: "a defer of a builtin that is dropped", opts: []interp.Option{def("call", func(c *interp.Call) error {
			defer boom()
			_, err := c.Call(c.Arg(1))
			return err
		})}, src: `local co = coroutine.create(function() host.call(coroutine.yield) end) coroutine.resume(co) co = nil while true do sleep(0) collectgarbage() coroutine.wrap(now)() end`},
		{name: "opening a file", opts: []interp.Option{fsys("open")}, src: `io.open("f")`},
		{name: "a file's Stat", opts: []interp.Option{fsys("stat")}, src: `io.lines("f")`},
		{name: "a file's Mode", opts: []interp.Option{fsys("mode")}, src: `read("f")`},
		{name: "a file's Size", opts: []interp.Option{fsys("size")}, src: `read("f")`},
		{name: "a file's Read", opts: []interp.Option{fsys("read")}, src: `io.open("f"):read()`},
		{name: "a file's Read by read", opts: []interp.Option{fsys("read")}, src: `read("f")`},
		{name: "a module's Read", opts: []interp.Option{fsys("read")}, src: `require "m"`},
		{name: "a chunk's Read", opts: []interp.Option{fsys("read")}, src: `dofile("m.lua")`},
		{name: "a file's Seek", opts: []interp.Option{fsys("seek")}, src: `io.open("f"):seek("set", 1)`},
		{name: "a file's Close", opts: []interp.Option{fsys("close")}, src: `io.open("f"):close()`},
		{name: "the Close of a file that was dropped", opts: []interp.Option{fsys("close")}, src: `io.open("f") while true do collectgarbage() sleep(0) end`},
		{name: "the Close of a file that is left open", opts: []interp.Option{fsys("close")}, src: `kept = io.open("f")`, late: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opts := append([]interp.Option{builtins.Std(), interp.WithVirtualTime()}, tt.opts...)
			rt, err := interp.New(opts...)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			ctx, cancelRun = context.WithCancelCause(ctx)
			defer cancelRun(nil)
			if tt.cause != nil {
				cancelRun(tt.cause)
			}
			vals, err := rt.RunString(ctx, "=t", tt.src, tt.args...)
			var isPanic func(err error) bool
			isPanic = func(err error) bool {
				if all, ok := err.(interface{ Unwrap() []error }); ok && slices.ContainsFunc(all.Unwrap(), isPanic) {
					return true
				}
				e, ok := err.(*interp.Error)
				return ok && e.Kind == interp.KindPanic && strings.Contains(err.Error(), "boom") && strings.Contains(e.Traceback(), "panic_test.go")
			}
			switch {
			case tt.printed != "":
				if got := vals.Get(1).String(); err != nil || got != tt.printed {
					t.Errorf("got %s, %v", got, err)
				}
			case tt.late:
				if err != nil {
					t.Error(err)
				}
			case !isPanic(err):
				t.Errorf("got %v", err)
			}
			if n := rt.Stats().Live; n != 0 {
				t.Errorf("%d tasks are left", n)
			}
			if err := rt.Close(); !isPanic(err) && (tt.late || err != nil) {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

// A panic when no run is under way is an error of Close.
func TestHostPanicsBetweenRuns(t *testing.T) {
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		rt.Post(func() { panic("boom") })
	}
	e := (*interp.Error)(nil)
	if err := rt.Close(); !errors.As(err, &e) || e.Kind != interp.KindPanic || strings.Count(err.Error(), "boom") > 100 {
		t.Errorf("got %v", err)
	}
}

// A Goexit cannot be stopped, but it is told of, and ends nobody but the task that it was in.
func TestHostGoexits(t *testing.T) {
	for _, src := range []string{`host.timer() sleep(10)`, `local t = spawn(function() table.sort({ 3, 2, 1 }, function(a, b) sleep(5) return a < b end) end) host.timer() t:join() sleep(10)`} {
		rt := newRuntime(t, builtins.Std(), interp.WithVirtualTime(), interp.WithModule(interp.Module{Name: "host", Defs: []interp.Def{{Name: "timer", Fn: interp.Func(func(c *interp.Call) error {
			c.NewTimer(func(time.Duration) { runtime.Goexit() }).Set(time.Second)
			return nil
		})}}}))
		_, err := rt.RunString(context.Background(), "=t", src)
		if err == nil || !strings.Contains(err.Error(), "the function of a Timer called runtime.Goexit") {
			t.Errorf("got %v", err)
		}
		if vals, err := rt.RunString(context.Background(), "=t", `sleep(1) return 1`); err != nil || len(vals) != 1 {
			t.Errorf("the next run: %v, %v", vals, err)
		}
	}
}
