package interp

import (
	"context"
	"math"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// LargeInput is how many bytes a builtin takes in without leaving the loop, as a rule: see [Call.Compute].
const LargeInput = 1 << 20

// lookEvery is after how many bytes of work it is looked whether there is a reason to end it.
const lookEvery = 32 << 10

// Work is a builtin's work on something large: it makes values of it, and sees that it must end. It is given to fn of
// [Call.Compute] and not to be used when that has returned, nor by two goroutines at a time.
type Work struct {
	rt        *Runtime
	mk        vm.Maker
	pairs     []lua.LValue    // of the last Map
	l         *lua.LState     // in place; nil: off the loop
	ctx       context.Context // off the loop
	lim       *limiter        // nil: there are no limits
	share     int             // of memory that is taken before it is asked for more
	untilLook int             // bytes until the next look
	asked     int             // of memory
	spent     int             // off the loop, and not yet counted
	held      int             // of it, reserved; for the loop's side
	ended     bool            // the call has ended; for the loop's side
}

// Work off the loop that crosses a limit ends with one of these: the task tells which limit.
var (
	errMemory       = Errorf(KindLimit, "out of memory")
	errInstructions = Errorf(KindLimit, "out of instructions")
	errOutput       = Errorf(KindLimit, "too much output")
)

// Compute calls fn, which takes in size bytes and neither touches Lua, but through w, nor waits. It is a checkpoint, whatever
// the size. Work on more than inPlace bytes (see [LargeInput]) is done off the loop, while other tasks run, and abandoned at once
// when the task is cancelled: fn sees so by [Work.Did], which it calls as it goes on. On a clock other than the machine's
// everything is done in place, as computing takes no time there. Where Compute returns an error fn may still run: what it writes is
// not to be read then.
//
// The size is counted as work, for Limits.Instructions, before fn begins: where the work grows faster than the input, [Work.Spend]
// counts the rest.
func (c *Call) Compute(size, inPlace int, fn func(w *Work) error) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if err := vm.Worked(c.l, size); err != nil {
		return err
	}
	rt := c.rt
	here := size <= inPlace || !rt.loop.RealTime()
	w := &Work{rt: rt, mk: rt.vm.NewMaker(here), untilLook: lookEvery, lim: c.task.run.lim, share: math.MaxInt}
	if w.lim != nil && rt.limits.Memory > 0 {
		w.share = max(256<<10, rt.limits.Memory/32)
	}
	defer w.end()
	if here {
		w.l = c.l
		return fn(w)
	}
	err := c.Block(func(ctx context.Context) error {
		w.ctx = ctx
		return fn(w)
	})
	switch err {
	case errMemory:
		return w.lim.exceed("Memory", rt.limits.Memory)
	case errInstructions:
		return w.lim.exceed("Instructions", rt.limits.Instructions)
	case nil:
		return vm.Worked(c.l, w.spent)
	}
	return err
}

// InPlace is for work on little, as one of many pieces: it is no checkpoint, is valid until the builtin waits or returns, and what it
// makes is not counted before it is there.
func (c *Call) InPlace() Work {
	return Work{rt: c.rt, mk: c.rt.vm.NewMaker(true), l: c.l, untilLook: lookEvery, share: math.MaxInt}
}

// Spend counts work on n bytes that the builtin does in place, as Limits.Instructions counts what Lua's library does by its
// size, and gives a limit, a deadline and Ctrl-C their moment: an error is to be returned at once.
func (c *Call) Spend(n int) error { return vm.Worked(c.l, n) }

// Room says that a string of n bytes is about to be made: the error of one that is too long, or that there is no memory for, is to
// be returned at once.
func (c *Call) Room(n int) error {
	ok := n <= c.rt.limits.MaxText()
	err := c.rt.limited(func(lim *limiter) (err error) {
		ok, err = lim.Text(n)
		return err
	})
	if err == nil && !ok {
		return Errorf(KindLimit, "%s: the result has more than %d bytes", c.Name(), c.rt.limits.MaxText())
	}
	return err
}

// Did says that n bytes of the work are done. An error is to be returned at once: the task was cancelled, or a limit crossed. It
// costs next to nothing: call it for each item.
func (w *Work) Did(n int) error {
	if w.untilLook -= n; w.untilLook > 0 && w.mk.Took()-w.asked <= w.share {
		return nil
	}
	return w.look()
}

// Spend is Did for work that Compute has not counted, and counts it, as Call.Spend does.
func (w *Work) Spend(n int) error {
	if w.l != nil {
		return vm.Worked(w.l, n)
	}
	w.spent += n
	return w.Did(n)
}

func (w *Work) look() error {
	w.untilLook = lookEvery
	taken := w.mk.Took() - w.asked
	if taken <= w.share {
		taken = 0
	}
	w.asked += taken
	if w.l != nil {
		if taken > 0 {
			w.reserve(taken)
			if err := w.lim.Memory(0); err != nil {
				return err
			}
		}
		return vm.Worked(w.l, 0)
	}
	spent := 0
	if w.lim != nil && w.spent > 0 {
		spent, w.spent = w.spent, 0
	}
	if taken == 0 && spent == 0 {
		return w.ctx.Err()
	}
	answer := make(chan error, 1)
	w.rt.loop.Post(func() {
		if w.ended {
			return
		}
		w.reserve(taken)
		w.lim.Spend(spent / vm.WorkBytes)
		switch {
		case !w.lim.MoreSteps():
			answer <- errInstructions
		case taken > 0 && !w.lim.Room(0):
			answer <- errMemory
		default:
			answer <- nil
		}
	})
	select {
	case err := <-answer:
		if err != nil {
			return err
		}
	case <-w.ctx.Done():
	}
	return w.ctx.Err()
}

// end gives back what was reserved: what was made is reached by now, or garbage.
func (w *Work) end() {
	w.ended = true
	w.reserve(-w.held)
}

func (w *Work) reserve(n int) {
	w.held += n
	w.rt.mem.Reserve(n)
}

// Take says that n bytes of memory, beside the values that w makes, are about to be taken; an error is to be returned at once.
func (w *Work) Take(n int) error {
	w.mk.Take(n)
	return w.Did(0)
}

// Number is a number as a value.
func (w *Work) Number(n float64) Value { return Value{w.mk.Number(n), w.rt} }

// Text is a copy of s as a value, so that it does not keep what s may be part of.
func (w *Work) Text(s string) Value { return Value{w.mk.Text(s), w.rt} }

// Bytes is a copy of b as a value.
func (w *Work) Bytes(b []byte) Value { return Value{w.mk.Bytes(b), w.rt} }

// Name is Text of what comes again and again, as the names of fields do: it is kept once.
func (w *Work) Name(s string) Value { return Value{w.mk.Name(s), w.rt} }

// Object is v as an object of a type that a module registered, where like, made by [Call.Value] before the work began, is one of it.
func (w *Work) Object(like Value, v any) Value {
	w.mk.Take(64)
	return Value{&lua.LUserData{Value: v, Metatable: like.lv.(*lua.LUserData).Metatable}, w.rt}
}

// List is a table of the items, marked as a list; a nil leaves a hole.
func (w *Work) List(items []Value) Table {
	t := w.mk.List(len(items))
	for i, v := range items {
		vm.SetInt(nil, t, i+1, v.lua())
	}
	return Table{t, w.rt}
}

// Map is a table of pairs: a string, its value, and so on. The last value of a name that is there twice counts; a nil takes
// away what was there before.
func (w *Work) Map(pairs []Value) Table {
	w.pairs = w.pairs[:0]
	for _, v := range pairs {
		w.pairs = append(w.pairs, v.lua())
	}
	return Table{w.mk.Map(w.pairs), w.rt}
}

// Like is a copy of t, which Map has made and which has fewer than nine pairs, with other values for the names that pairs give: the
// cheapest way to make records by the thousand.
func (w *Work) Like(t Table, pairs ...Value) Table {
	lt := w.mk.Like(t.t)
	for i := 0; i+1 < len(pairs); i += 2 {
		vm.Set(nil, lt, pairs[i].lua(), pairs[i+1].lua())
	}
	return Table{lt, w.rt}
}
