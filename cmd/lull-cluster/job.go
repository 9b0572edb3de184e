package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins/step"
	"github.com/lull-lua/lull/cmd/internal/command"
	"github.com/lull-lua/lull/interp"
)

// jobState is what the runtime of a job knows of it.
type jobState struct {
	w       *worker // nil: the runtime is no job's
	id, key string
	attempt int
}

// waits gives the job's place up while it waits for others, until the function that it returns is called.
func (s *jobState) waits() (goesOn func()) {
	if s.w == nil {
		return func() {}
	}
	s.w.slots.change(1, 0)
	return func() { s.w.slots.change(-1, 0) }
}

// noSteps has step be an error in a job: what it returned would be recorded nowhere.
var noSteps = step.Refused("a remote job has no journal, so that step would record nothing: put the step around remote.map or remote.submit, where the script calls it; remote.current().key is the same at each attempt of a job")

// run runs a job to its end, in a runtime of its own: its result, and the value or the error.
func (w *worker) run(h *held, s *batchSpec) (r result, data []byte) {
	began := time.Now()
	ctx := h.ctx
	chunk := func(c interp.Chunk) (hash [32]byte, err error) {
		err = w.insists(ctx, h.job.id(), "the text of a function cannot be recorded", func(ctx context.Context) (err error) {
			hash, err = w.l.sendCode(ctx, c)
			return err
		})
		return hash, err
	}
	name := fmt.Sprintf("job %s at worker %s", h.job.id(), w.name)
	bad := func(err error) (result, []byte) {
		return result{Failed: true, Kind: "error", Message: name + ": " + err.Error(), Took: time.Since(began)}, nil
	}
	timeout := s.Timeout
	if own := w.limits.timeout; own > 0 && (timeout == 0 || own < timeout) {
		timeout = own
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, timedOut{timeout})
		defer cancel()
	}
	item := &interp.Packed{}
	if err := item.UnmarshalPortable(h.item, func(hash [32]byte) (*interp.Program, error) { return w.l.program(ctx, hash) }); err != nil {
		return bad(err)
	}
	out := w.out.of(h.job.id())
	if w.l.local != nil && s.Alone {
		out.name = "" // it prints as the script does
	}
	defer out.end()
	rt, err := interp.New(append(w.opts, interp.WithStdio(nil, out, out), interp.WithSeed(seedOf(h.job.key())), noSteps, interp.Concurrent(interp.WithLoader(func(ctx context.Context, name string) (*interp.Program, error) {
		hash, ok := s.modules[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return w.l.program(ctx, hash)
	})))...)
	if err != nil {
		return bad(err)
	}
	w.mu.Lock()
	h.rt = rt
	w.mu.Unlock()
	<-h.told
	_, failed := rt.RunFunc(ctx, "job", func(c *interp.Call) error {
		*interp.Local[jobState](c) = jobState{w, h.job.id(), h.job.key(), h.attempt}
		fn, name, err := s.functions(c)
		if err != nil {
			return err
		}
		vals, err := c.Unpack(item)
		if err != nil {
			return err
		}
		index := interp.Number(float64(h.job.Index))
		c.Task().NameAfter("job", vals.Get(1), max(h.job.Index, 1))
		if s.Named {
			called, err := c.Call(name, vals.Get(1), index)
			if err != nil {
				return err
			}
			switch text, ok := called.Get(1).Text(); {
			case ok:
				c.Task().SetName(text)
			case !called.Get(1).IsNil():
				return interp.Errorf(interp.KindError, "remote.map: option 'name' must return a string, not a %s", called.Get(1).Type())
			}
		}
		return c.ProtectReturn(fn, interp.ContinuationFunc(func(c *interp.Call, err error) error {
			if err != nil {
				return err
			}
			k := c.NewPortablePacker()
			if err := k.Add(c, c.Results().Get(1), ""); err != nil {
				return interp.Errorf(interp.KindError, "what the job returns cannot go back: %w", err)
			}
			return c.BlockFirm(func(context.Context) (err error) {
				data, err = k.Packed().AppendPortable(nil, chunk)
				return err
			})
		}), vals.Get(1), index)
	})
	if failed == nil && data == nil { // stop, or os.exit(0)
		failed = interp.ExitError{}
	}
	r.Failed = failed != nil
	if failed != nil {
		var cause timedOut
		if errors.As(context.Cause(ctx), &cause) && errors.Is(failed, interp.ErrTimeout) {
			r.Kind, r.Message = "timeout", name+": "+cause.Error()
		}
		var f *interp.IsolateError
		c, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_, err := rt.RunFunc(c, "failure", func(c *interp.Call) error {
			f = c.Failure(failed, name)
			return nil
		})
		if err == nil {
			data, err = f.AppendPortable(nil, func(ch interp.Chunk) ([32]byte, error) { return w.l.sendCode(c, ch) })
		}
		if err != nil {
			data = nil
			r.Kind, r.Message = kindOf(failed), name+": "+failed.Error()
		} else {
			r.Kind, r.Message = "", ""
		}
	}
	if err := rt.Close(); err != nil && failed == nil { // what it has left behind
		r.Failed, r.Kind, r.Message, data = true, kindOf(err), name+": "+err.Error(), nil
	}
	r.Took = time.Since(began)
	return r, data
}

// jobs are those that run, for lull ps.
func (w *worker) jobs() (all []command.Job) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for h := range w.held {
		if h.rt != nil {
			all = append(all, command.Job{ID: h.job.id(), Batch: h.job.Batch, Item: h.job.Index, Attempt: h.attempt, Since: h.began, Runtime: h.rt})
		}
	}
	slices.SortFunc(all, func(a, b command.Job) int { return a.Since.Compare(b.Since) })
	return all
}

// timedOut is why an attempt was ended.
type timedOut struct{ after time.Duration }

func (e timedOut) Error() string { return "an attempt may take " + e.after.String() }

// Is makes it a deadline's end.
func (e timedOut) Is(target error) bool {
	return target == context.DeadlineExceeded || target == interp.ErrTimeout
}

func kindOf(err error) string {
	if e := (*interp.Error)(nil); errors.As(err, &e) {
		return string(e.Kind)
	}
	return string(interp.KindError)
}

// seedOf is what a job's math.random begins with: each job has numbers of its own, the same at each attempt.
func seedOf(key string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, key) // it never fails
	return h.Sum64()
}

// functions are those of a batch, in a job's runtime: what it runs, and what names the job, if there is such a one.
func (s *batchSpec) functions(c *interp.Call) (fn, name interp.Value, err error) {
	var vals interp.Values
	if s.fn != nil {
		if vals, err = c.Unpack(s.fn); err != nil {
			return fn, name, err
		}
	}
	if s.Named {
		name = vals.Get(len(vals))
	}
	if s.Function != "" {
		fn, err = named(c, s.Function)
		return fn, name, err
	}
	return vals.Get(1), name, nil
}

// named is the function that is called "module.function".
func named(c *interp.Call, name string) (interp.Value, error) {
	i := strings.LastIndexByte(name, '.')
	if i <= 0 {
		return interp.Value{}, interp.Errorf(interp.KindError, "%.100q is no function's name, which is module.function", name)
	}
	module, err := c.Value(name[:i])
	if err != nil {
		return interp.Value{}, err
	}
	vals, err := c.Call(c.Globals().Field("require"), module)
	if err != nil {
		return interp.Value{}, err
	}
	if t, ok := vals.Get(1).Table(); ok {
		if fn := t.Field(name[i+1:]); fn.IsFunction() {
			return fn, nil
		}
	}
	return interp.Value{}, interp.Errorf(interp.KindError, "module %.100q has no function %.100q", name[:i], name[i+1:])
}
