package interp

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Block runs fn on a goroutine of its own while the task is parked and others run. fn must not touch Lua. If the task is
// cancelled, fn's context is cancelled, the cancellation is returned at once, and what fn returns later is dropped.
func (c *Call) Block(fn func(ctx context.Context) error) error {
	c.task.waits = c.def
	return c.rt.block(c.task, fn, blocking{}, c.rt.slots)
}

// BlockLight is Block for work that waits in Go alone, for the network or a channel, and so holds no thread of the system: any number may
// be under way at once.
func (c *Call) BlockLight(fn func(ctx context.Context) error) error {
	c.task.waits = c.def
	return c.rt.block(c.task, fn, blocking{}, nil)
}

// BlockPassive is Block for a wait for whatever may come from outside, and when it likes: a server without a request, a watcher, a
// signal. It is no work under way, so a virtual clock goes on; as something may yet wake the task it is no deadlock either.
func (c *Call) BlockPassive(fn func(ctx context.Context) error) error {
	c.task.waits = c.def
	return c.rt.block(c.task, fn, blocking{passive: true}, nil)
}

// BlockFirm is Block for work that must not be left half done: when the task is cancelled, fn's context is cancelled and fn is
// waited for; it should return soon.
func (c *Call) BlockFirm(fn func(ctx context.Context) error) error {
	c.task.waits = c.def
	return c.rt.block(c.task, fn, blocking{finish: true}, c.rt.slots)
}

// Prefetch runs fn on a goroutine of its own, for what the task will ask for later, and returns at once: fn should not take long, as
// nobody gives it up before Close, which cancels its context and waits for it. It reports false, and runs nothing, where too many
// calls block already.
func (c *Call) Prefetch(fn func(ctx context.Context)) bool {
	rt := c.rt
	select {
	case rt.slots <- struct{}{}:
	default:
		return false
	}
	if rt.prefetch == nil {
		rt.prefetch, rt.stopPrefetch = context.WithCancel(context.Background())
	}
	of, ctx := c.task.run, rt.prefetch
	rt.workers.Go(func() {
		defer func() { <-rt.slots }()
		if p := vm.Guard("a builtin", func() { fn(ctx) }); p != nil {
			rt.loop.Post(func() { rt.broken(of, newError(p)) })
		}
	})
	return true
}

// BlockReturn is Block as a builtin's last act; see ParkReturn. then goes on with what fn has returned. Another call may run on the same
// goroutine after fn, which must leave it as it was: not locked to its thread, for one.
func (c *Call) BlockReturn(fn func(ctx context.Context) error, then func(c *Call, err error) error) error {
	c.rt.passes(c.task)
	if by := c.task.s.Pending(); by != nil {
		return by
	}
	c.task.waits = c.def
	b := c.rt.startBlock(c.task, fn, blocking{tidy: true}, c.rt.slots)
	b.then = then
	return c.endInWait(c.task.s.Begin(b), finishing(unblocked))
}

// unblocked goes on after BlockReturn.
func unblocked(c *Call, v any) error {
	b := v.(*blocked)
	b.release()
	return b.then(c, b.err)
}

// blocking is how a task waits for a call off the loop.
type blocking struct {
	finish  bool // a cancellation waits for its end
	passive bool // it is no work under way, but holds up a deadlock
	tidy    bool // it leaves its goroutine as it was
}

// block is Block, or BlockFirm. slots bounds how many calls run at once; a call that holds no thread of the system gives nil.
func (rt *Runtime) block(t *Task, fn func(ctx context.Context) error, how blocking, slots chan struct{}) error {
	rt.passes(t)
	if c := t.s.Pending(); c != nil {
		return c
	}
	b := rt.startBlock(t, fn, how, slots)
	_, err := t.s.Park(b)
	if err != nil && how.finish && !b.settled {
		b.waker = t.s.Waker()
		t.s.ParkFirm()
	}
	if err == nil || how.finish {
		b.release()
	}
	if err != nil {
		return err
	}
	return b.err
}

// startBlock starts what t is going to wait for.
func (rt *Runtime) startBlock(t *Task, fn func(ctx context.Context) error, how blocking, slots chan struct{}) *blocked {
	ctx, cancel := context.WithCancel(t.run.uncut())
	b := &blocked{Context: ctx, rt: rt, cancel: cancel, blocking: how, waker: t.s.Waker(), lim: t.run.lim, due: rt.due()}
	if how.passive {
		rt.loop.Hold()
	} else {
		rt.loop.Begin()
	}
	work := func(free func()) {
		var err error
		returned := false
		defer func() {
			if p := recover(); p != nil {
				err = newError(&vm.Panic{Who: "a builtin", Value: p, Stack: debug.Stack()})
			} else if !returned {
				err = &Error{Kind: KindPanic, Msg: "a builtin called runtime.Goexit"}
			}
			cancel()
			if returned {
				free()
			}
			rt.loop.Post(func() { b.ended(err) })
		}()
		if slots != nil {
			if err = takeSlot(ctx, slots); err != nil {
				returned = true
				return
			}
			defer func() { <-slots }()
		}
		err = fn(b)
		returned = true
	}
	if how.tidy {
		rt.workers.Use(work)
	} else {
		rt.workers.Go(func() { work(func() {}) })
	}
	return b
}

// uncut is the context of what the run's tasks do off the loop, without what is theirs. The host does not cancel it: what cancels the task
// does, and cleanups work after that.
func (r *run) uncut() context.Context {
	if r.work == nil {
		r.work = context.WithoutCancel(r.ctx)
	}
	return r.work
}

// takeSlot takes one of slots: more than maxBlocked calls queue.
func takeSlot(ctx context.Context, slots chan struct{}) error {
	select {
	case slots <- struct{}{}: // ctx makes its channel when it is asked for
		return nil
	default:
	}
	select {
	case slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// blocked is a call on another goroutine that a task waits for, and the context of that.
type blocked struct {
	context.Context
	rt     *Runtime
	cancel context.CancelFunc
	blocking
	waker   sched.Waker
	answers bool          // it is no call, but stands for one that others wait for; see Runtime.Answering
	lent    bool          // one of those does not count meanwhile
	due     time.Duration // with chaos: when its end is told
	settled bool          // it no longer counts as work under way
	runs    int           // that it has started with its context and waits for; see calls
	err     error
	then    func(c *Call, err error) error // of BlockReturn

	lim      *limiter
	asks     int // bytes that were taken unasked; for the work's side
	reserved int // bytes; see Reserve
}

// Value implements context.Context.
func (b *blocked) Value(key any) any {
	if key == (blockedKey{}) {
		return b
	}
	return b.Context.Value(key)
}

// blockedKey finds the *blocked in the context of its work.
type blockedKey struct{}

// calls is told when a run begins (1) or ends (-1) that the work has started. Meanwhile it is Lua that it waits for, so time
// may pass on a virtual clock; but as it may do more than that, there is no deadlock.
func (b *blocked) calls(n int) {
	was := b.runs
	b.runs += n
	if b.answers && was == 0 {
		b.lent = b.rt.loop.Stats().Outside > 0
	}
	switch {
	case b.settled || b.passive || b.answers && !b.lent:
	case was == 0:
		b.rt.loop.Hold()
		b.rt.loop.End()
	case b.runs == 0:
		b.rt.loop.Begin()
		b.rt.loop.Release()
	}
}

// leave is called once, when it no longer counts as work under way.
func (b *blocked) leave() {
	b.settled = true
	if b.runs > 0 || b.passive {
		b.rt.loop.Release()
	} else {
		b.rt.loop.End()
	}
}

// ended is called on the loop when the call has returned.
func (b *blocked) ended(err error) {
	if b.settled { // it was given up
		b.release()
		return
	}
	b.err = err
	b.leave()
	if !b.rt.tellLater(b) {
		b.waker.Wake(b)
	}
}

// Abort implements sched.Aborter: an abandoned call no longer keeps virtual time, or a deadlock, waiting.
func (b *blocked) Abort(_ sched.Waker, _ any, woken bool) {
	b.cancel()
	if woken || b.settled { // else its end releases it
		b.release()
	}
	if !b.finish && !b.settled {
		if t := taskOf(b.waker.Task()); t.waits != nil && b.rt.debugs(t.run) {
			b.rt.debug(t.run, "blocking call abandoned", append(t.LogAttrs(), slog.String("builtin", t.waits.Name))...)
		}
		b.leave()
	}
}

// waitWorkers waits for the goroutines of blocking calls that were abandoned: their contexts are cancelled, so most are
// gone by now; what the operating system does not let go of is given the grace period, and a second at least.
func (rt *Runtime) waitWorkers() error {
	if !rt.workers.begun.Load() {
		return nil
	}
	rt.workers.Dismiss(true)
	gone := make(chan struct{})
	go func() {
		rt.workers.Wait()
		close(gone)
	}()
	limit := time.NewTimer(max(rt.cfg.grace, time.Second))
	defer limit.Stop()
	select {
	case <-gone:
		return nil
	case <-limit.C:
		return errors.New("interp: Close: a blocking call that was abandoned has not returned; its goroutine is left behind")
	}
}

// unasked is how many bytes work off the loop may take of a limited memory without asking.
const unasked = 8 << 10

// Reserve says that n bytes of memory are about to be taken by what [Call.Block] calls, where WithLimits does not see them, until that
// has returned: ctx is the context that it was given. It is called off the loop, and waits for it. The error is to be returned by the
// builtin, and ends the run where its limit is crossed. Without a limit of memory it costs nothing.
func Reserve(ctx context.Context, n int) error {
	b, ok := ctx.Value(blockedKey{}).(*blocked)
	if !ok {
		return errors.New("interp: Reserve: this is no context that Block gives")
	}
	if b.lim == nil || b.rt.limits.Memory == 0 {
		return nil
	}
	if b.asks += n; b.asks <= unasked {
		return nil
	}
	n, b.asks = b.asks, 0
	return b.ask(errMemory, func() bool {
		b.reserved += n
		b.rt.mem.Reserve(n)
		return b.lim.Room(0)
	})
}

// WillWrite counts n bytes, which what [Call.Block] calls is about to write somewhere on the script's behalf, as [Call.WillWrite] does:
// ctx is the context that it was given. It is called off the loop, and waits for it. The error is to be returned by the builtin, and ends
// the run. Without a limit of the output it costs nothing.
func WillWrite(ctx context.Context, n int64) error {
	b, ok := ctx.Value(blockedKey{}).(*blocked)
	if !ok {
		return errors.New("interp: WillWrite: this is no context that Block gives")
	}
	if b.lim == nil || b.rt.limits.Output == 0 || n == 0 {
		return nil
	}
	return b.ask(errOutput, func() bool { return b.lim.MoreOutput(n) })
}

// ask calls may on the loop. Where that says no, the error is the limit's.
func (b *blocked) ask(over error, may func() bool) error {
	answer := make(chan error, 1)
	b.rt.loop.Post(func() {
		switch {
		case b.settled: // it was given up
		case may():
			answer <- nil
		default:
			answer <- over
		}
	})
	select {
	case err := <-answer:
		return err
	case <-b.Done():
		return b.Err()
	}
}

// release gives back what the work has reserved. It is called in the turn of the task that goes on with what was made of it.
func (b *blocked) release() {
	b.rt.mem.Reserve(-b.reserved)
	b.reserved = 0
}
