package test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/report"
)

// maxScript is more than the compiler takes, so that it is the one to complain.
const maxScript = 64<<20 + 1

// ran is what has come of a script.
type ran struct {
	err  error
	took time.Duration // by its clock
	cut  bool          // it was cancelled on purpose; err is what is wrong with how it has ended
}

// runScript is test.run(path, ...): a script in a runtime of its own, with what the test has faked.
func runScript(c *interp.Call) error {
	w, err := worldOf(c)
	if err != nil {
		return err
	}
	at := 1
	how := &journaling{}
	if t, ok := c.Arg(1).Table(); ok {
		at = 2
		if err := how.read(c, t); err != nil {
			return err
		}
	}
	path, err := c.Text(at)
	if err != nil {
		return err
	}
	var args []string
	for i, v := range c.Rest(at + 1) {
		a, ok := v.Text()
		if !ok {
			return c.ArgError(i+at+1, "string or number expected, got "+v.Type())
		}
		args = append(args, a)
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if how.on {
		if err := how.place(c, w); err != nil {
			return err
		}
	}
	inner := &world{file: w.file, env: c.Environ(), traces: w.traces, cut: w.cut, by: w}
	if inner.env == nil {
		inner.env = []string{}
	}
	inner.in.set(w.in.take())
	files, now := c.Files(), c.Time()
	to := &bridge{test: c.Runtime(), began: c.Now(), lent: slices.Clone(w.fakes.lent), cut: w.cut, virtual: w.job == nil || !w.job.real}
	var src []byte
	var got ran
	if err := c.BlockFirm(func(ctx context.Context) error {
		if src, err = readScript(ctx, files, path); err != nil {
			return err
		}
		var clock []interp.Option
		switch {
		case w.mess != nil:
			clock = []interp.Option{interp.WithChaos(*w.mess)}
		case to.virtual:
			clock = []interp.Option{interp.WithVirtualTime()}
		}
		got, err = w.file.r.script(ctx, inner, to, how, path, src, args, now, clock)
		return err
	}); err != nil {
		var pe *os.PathError
		if errors.As(err, &pe) {
			return interp.PathErrorf("test.run", path, err)
		}
		return err
	}
	if got.cut {
		w.cut.failed = got.err
		w.cut.cancel(c.Now())
		return c.Checkpoint()
	}
	if rest := to.began + got.took - c.Now(); rest > 0 && to.virtual {
		if err := c.Sleep(rest); err != nil { // it has passed for the test, too
			return err
		}
	}
	return c.Return(w.resultOf(c, inner, path, src, got))
}

func readScript(ctx context.Context, files interp.Files, path string) ([]byte, error) {
	f, err := files.Open(ctx, path, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxScript))
}

// bridge leads from a script to the test that runs it, whose fakes answer what the script asks of them.
type bridge struct {
	test    *interp.Runtime
	began   time.Duration // loop time of the test when the script began
	own     time.Duration // and of the script
	virtual bool
	lent    []interp.Fake
	cut     *cut
	ctx     context.Context // of all that answers the script: while any of it is under way the test does not wait for the script
}

// ask calls fn in a task of the test, by whose clock it is as late as by the script's, and has as much time pass for the script as fn takes.
func (b *bridge) ask(c *interp.Call, fn func(*interp.Call) error) error {
	due := b.began + c.Now() - b.own
	var took time.Duration
	var failure error
	answer := func(t *interp.Call) error {
		if early := due - t.Now(); early > 0 && b.virtual {
			if err := t.Sleep(early); err != nil {
				return err
			}
		}
		from := t.Now()
		failure = fn(t)
		took = t.Now() - from
		if failure != nil && isCancellation(failure) {
			return failure
		}
		return nil
	}
	if err := c.BlockFirm(func(ctx context.Context) error {
		asks, end := context.WithCancel(b.ctx)
		defer end()
		stop := context.AfterFunc(ctx, end)
		defer stop()
		whole := true
		_, err := b.test.RunFunc(asks, "fake", func(t *interp.Call) (err error) {
			t.Task().SetName("fake")
			if b.cut == nil {
				return answer(t)
			}
			whole, err = b.cut.answers(t, answer)
			return err
		})
		if !whole { // the test is cancelled, and so will be the script
			<-ctx.Done()
			return ctx.Err()
		}
		return err
	}); err != nil {
		return err
	}
	if took > 0 && b.virtual {
		if err := c.Sleep(took); err != nil {
			return err
		}
	}
	return failure
}

// script runs a script.
func (r *runner) script(ctx context.Context, w *world, to *bridge, how *journaling, path string, src []byte, args []string, now time.Time, clock []interp.Option) (got ran, err error) {
	to.ctx = to.test.Answering(ctx)
	var cut *scriptCut
	if w.cut != nil {
		cut = &scriptCut{cut: w.cut}
		clock = append(clock, interp.WithCheckpoints(cut.passes), interp.WithTracer(w.cut))
	}
	recorded, err := how.open(path, args, src, now)
	if err != nil {
		got.err = err
		return got, nil
	}
	rt, err := r.plainRuntime(w, path, args, to.virtual, append(clock, recorded))
	if err != nil {
		return got, errors.Join(err, how.close(false, now))
	}
	defer func() {
		if how.killed() {
			how.leaves(w.by, rt)
			got = ran{err: interp.ExitError{Code: statusKilled}, took: how.at - to.own}
			return
		}
		got.err = errors.Join(got.err, rt.Close())
		exit := interp.ExitError{}
		got.err = errors.Join(got.err, how.close(got.err == nil || errors.As(got.err, &exit) && exit.Code == 0, now))
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if cut != nil && cut.is {
			got.cut, got.err = true, cut.verdict(path, src, got.err, to.own+got.took)
		}
	}()
	if _, err := rt.RunFunc(ctx, "test.run", func(c *interp.Call) error {
		c.SetTime(now)
		to.own = c.Now()
		for _, f := range to.lent {
			f.Lend(c, to.ask)
		}
		return nil
	}); err != nil {
		return got, err
	}
	prog, err := interp.Compile("@"+path, src)
	if err != nil {
		got.err = err
		return got, nil
	}
	vals := make([]any, len(args))
	for i, a := range args {
		vals[i] = a
	}
	if got.err = how.run(ctx, func(ctx context.Context) error {
		if cut == nil {
			_, err := rt.Run(ctx, prog, vals...)
			return err
		}
		_, err := rt.RunFunc(ctx, path, func(c *interp.Call) error { return cut.run(c, prog, vals) })
		return err
	}); how.killed() {
		return got, nil
	}
	_, err = rt.RunFunc(ctx, "test.run", func(c *interp.Call) error {
		got.took = c.Now() - to.own
		now = c.Time()
		return nil
	})
	return got, err
}

// resultOf is what test.run returns.
func (w *world) resultOf(c *interp.Call, inner *world, path string, src []byte, got ran) map[string]any {
	stdout, stderr := inner.out.split()
	status := 0
	exit, syntax, failure := interp.ExitError{}, (*interp.SyntaxError)(nil), (*interp.Error)(nil)
	isExit := errors.As(got.err, &exit)
	switch {
	case isExit:
		status = exit.Code
	case errors.As(got.err, &syntax):
		status = 3
	case got.err != nil:
		status = 1
	}
	result := map[string]any{"status": status, "stdout": stdout, "stderr": stderr}
	if got.err == nil || isExit && !errors.As(got.err, &failure) {
		return result
	}
	var text strings.Builder
	p := report.Printer{Title: "lull: ", Text: report.Sources("@"+path, src), Quiet: true}
	if syntax != nil {
		_ = p.Syntax(&text, got.err) // a strings.Builder takes all
	} else {
		_ = p.Error(&text, got.err)
	}
	result["stderr"] = stderr + text.String()
	if errors.As(got.err, &failure) {
		result["err"] = failure
	} else {
		result["err"] = interp.Errorf(interp.KindError, "%s", fmt.Sprint(got.err))
	}
	return result
}
