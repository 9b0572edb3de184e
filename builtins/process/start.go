package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/lull-lua/lull/interp"
)

// started is a command that scripts talk with: what process.start returns, and stands behind the iterator of process.lines. Nothing that
// lives as long as the command leads to it: the streams of one that scripts have dropped are the collector's.
type started struct {
	r       *running
	streams [3]interp.Value // nil where something else was wanted
}

// Resource is what the runtime knows a command by that is returned by a task; see [interp.Resource.For].
func (s *started) Resource() *interp.Resource { return s.r.res }

// Contents implements interp.Container.
func (s *started) Contents(yield func(interp.Value)) {
	for _, v := range s.streams {
		yield(v)
	}
}

var startedType = interp.Type{
	Name: "process.started",
	Of:   (*started)(nil),
	Methods: []interp.Def{
		{Name: "wait", Fn: waitEnd, Outside: true},
		{Name: "kill", Fn: killGroup, Outside: true},
		{Name: "done", Fn: isDone},
		{Name: "close", Fn: closeNow, Outside: true},
	},
	Field: func(v any, name string) any {
		s := v.(*started)
		switch name {
		case "pid":
			return s.r.proc.Pid()
		case "stdin":
			return s.streams[0]
		case "stdout":
			return s.streams[1]
		case "stderr":
			return s.streams[2]
		}
		return nil
	},
	String: func(v any) string { return "process " + shorten(v.(*started).r.command.line()) },
}

// start is process.start(cmd).
func start(c *interp.Call) error {
	k, err := parse(c, false)
	if err != nil {
		return err
	}
	r, err := prepare(c, k, true)
	if err != nil {
		return err
	}
	if k.detach {
		return detach(c, r)
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	s, err := r.talk(c)
	if err != nil {
		return err
	}
	r.res.For(s)
	return c.Return(s)
}

// detach starts a command that nobody ends. Its output goes to files, or nowhere.
func detach(c *interp.Call, r *running) error {
	for _, o := range r.out[1:] {
		switch {
		case o.pipe:
			*o = output{to: o.to, null: true}
		case !o.null && !o.same && o.path == "" || len(o.sinks) > 0 || o.capture || o.inherit:
			return c.ArgError(1, "option 'detach': the output of what survives the script can only go to a file, or nowhere")
		}
	}
	if r.text != nil || r.source != nil || r.ours {
		return c.ArgError(1, "option 'detach': what survives the script has no input from it")
	}
	r.piped = false
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if err := r.start(c); err != nil {
		return err
	}
	return c.Return(r.proc.Pid())
}

// talk starts the command, and makes streams of what the caller reads and writes.
func (r *running) talk(c *interp.Call) (*started, error) {
	if err := r.start(c); err != nil {
		return nil, err
	}
	s := &started{r: r}
	if err := s.open(c); err != nil {
		r.end()
		c.Close(r.res)
		return nil, err
	}
	rt := c.Runtime()
	r.feeding.Go(func() { // it notes the end, by which the streams come to theirs
		if r.proc.Wait(r.ctx) {
			r.exited()
			rt.Post(r.unfed)
		}
	})
	if k := r.command; k.timeout > 0 {
		timer := c.NewTimer(func(time.Duration) {
			late := !r.proc.Ended() || !r.taken() || r.reading.Load() > 0
			r.timed.Store(true)
			if late {
				r.late.Store(true)
			}
			r.feeding.Go(func() {
				if late {
					r.proc.Terminate(context.Background(), k.killSignal, k.killAfter)
				}
				r.cutOff()
			})
		})
		timer.Set(k.timeout)
	}
	return s, nil
}

// open makes the streams, and starts what serves the others.
func (s *started) open(c *interp.Call) (err error) {
	r, rt := s.r, c.Runtime()
	name := func(what string) string { return "standard " + what + " of " + shorten(r.command.line()) }
	if w := r.stdin; w != nil {
		r.stdin = nil
		if s.streams[0], err = c.NewStream(interp.Stream{Name: name("input"), Writer: w, Part: r.res, Close: func(context.Context) error { return w.Close() }}); err != nil {
			return err
		}
	}
	for _, p := range r.copies {
		if !p.o.pipe {
			continue
		}
		p.streamed = true
		what := []string{1: "output", 2: "error"}[p.o.to]
		if s.streams[p.o.to], err = c.NewStream(interp.Stream{Name: name(what), Reader: talking{p}, Part: r.res, Passive: r.command.passive, Close: func(ctx context.Context) error {
			if r.op == "process.lines" { // nobody reads it any more
				r.abandon(ctx, rt)
			}
			return p.r.Close()
		}}); err != nil {
			return err
		}
	}
	return r.begin(c, func(fn interp.Func, name string) error {
		x, _ := interp.AwaitableOf(c.NewFunction(name, fn))
		r.feeder, err = c.Spawn(x) // the last one, where there is a source
		return err
	})
}

// abandon ends a command whose output nobody reads any more, if nothing else has.
func (r *running) abandon(ctx context.Context, rt *interp.Runtime) {
	r.end()
	r.proc.Terminate(ctx, r.command.killSignal, r.command.killAfter)
	r.exited()
	r.cutOff()
	rt.Post(func() { r.res.Release() })
}

// unfed ends the task of a source that has nothing to say any more, for its command has ended.
func (r *running) unfed() {
	if r.source != nil && r.feeder != nil && !r.feeder.HasEnded() {
		r.feeder.Cancel("the process has ended")
	}
}

// talking reads what a command prints, and comes to the end soon when that was ended.
type talking struct{ p *copying }

// Read implements io.Reader.
func (t talking) Read(b []byte) (int, error) {
	r := t.p.run
	r.reading.Add(1)
	n, err := t.p.read(b)
	r.reading.Add(-1)
	if n == 0 && r.timed.Load() && errors.Is(err, os.ErrDeadlineExceeded) {
		r.late.Store(true) // there may have been more
	}
	if n == 0 && (errors.Is(err, os.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded)) {
		err = io.EOF
	}
	return n, err
}

// wait is p:wait().
func waitEnd(c *interp.Call) error {
	s := interp.Self[*started](c)
	if err := c.Checkpoint(); err != nil {
		return err
	}
	t, err := s.ended(c)
	if err != nil {
		return err
	}
	return c.Return(t)
}

// ended waits for the end, and says how that was.
func (s *started) ended(c *interp.Call) (t interp.Table, err error) {
	r := s.r
	err = r.await(c)
	if err == nil && r.shared != nil { // what was not taken is back before the script reads on
		r.unfed()
		err = c.Join(r.feeder)
	}
	if r.failed() != nil {
		c.Close(r.res)
	}
	if err != nil {
		return t, r.worded(c, err)
	}
	return r.result(c, r.late.Load())
}

// kill is p:kill([signal]).
func killGroup(c *interp.Call) error {
	s := interp.Self[*started](c)
	name, err := signalArg(c, 1)
	if err != nil {
		return err
	}
	s.r.kill.Store(true)
	return signalled(c, s.r.proc.Signal(name))
}

// done is p:done().
func isDone(c *interp.Call) error {
	return c.Return(interp.Self[*started](c).r.proc.Ended())
}

// close is p:close(): it ends the command now.
func closeNow(c *interp.Call) error {
	s := interp.Self[*started](c)
	if err := c.Checkpoint(); err != nil {
		return err
	}
	c.Close(s.r.res)
	return nil
}

// lines is process.lines(cmd [, fmt]).
func lines(c *interp.Call) error {
	format := c.Arg(2)
	if format.IsNil() {
		format, _ = c.Value("*l")
	}
	r, err := ready(c, false, func(k *command) error {
		if !k.stdout.IsNil() {
			return c.ArgError(1, "option 'stdout': what the command prints is what process.lines returns; process.run has the option")
		}
		return nil
	})
	if err != nil {
		return err
	}
	*r.out[1] = output{to: 1, pipe: true}
	if r.command.stderr.IsNil() {
		r.out[2].tail = readTail
	}
	s, err := r.talk(c)
	if err != nil {
		return err
	}
	held, err := c.Value(s)
	if err != nil {
		return err
	}
	out := s.streams[1]
	read, _ := out.Method("read")
	over := false
	next := c.NewFunction("process.lines", func(c *interp.Call) error {
		if over {
			return c.Return(nil)
		}
		select {
		case <-r.ended:
			return interp.Errorf(interp.KindClosed, "process.lines: %s: it was closed, or its task has ended", shorten(r.command.line()))
		default:
		}
		vals, err := c.Call(read, out, format)
		if err != nil {
			return err
		}
		if !vals.Get(1).IsNil() {
			return c.ReturnValues(vals)
		}
		over = true
		if _, err := s.ended(c); err != nil {
			return err
		}
		c.Close(r.res)
		return c.Return(nil)
	}, held, out)
	return c.Return(next, held)
}

// signalArg is the i-th argument as the name of a signal; TERM, if there is none.
func signalArg(c *interp.Call, i int) (string, error) {
	if c.Arg(i).IsNil() {
		return "TERM", nil
	}
	name, err := c.Text(i)
	if err != nil {
		return "", err
	}
	if _, ok := interp.SignalName(name); !ok {
		return "", c.ArgError(i, fmt.Sprintf("there is no signal '%.40s' here", name))
	}
	return name, nil
}

// signalled returns true, or false where there was nobody to get a signal.
func signalled(c *interp.Call, err error) error {
	switch {
	case errors.Is(err, os.ErrProcessDone):
		return c.Return(false)
	case err != nil:
		return interp.Errorf(interp.KindIO, "process.kill: %w", err)
	}
	return c.Return(true)
}
