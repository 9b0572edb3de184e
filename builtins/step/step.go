// Package step is the table step: parts of a script that are done once in the life of a run, whatever is killed in between. A
// [Journal], a file that a host opens, has what they have done; without one, step calls its function and records nothing.
package step

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins/internal/sqlite"
	"github.com/lull-lua/lull/interp"
)

//go:embed step.lua
var stub string

// Module is the table step without a journal. With one, a host adds [Journal.Option].
func Module() interp.Module {
	m := module(nil)
	m.Stub, m.Rehearse = stub, rehearse
	return m
}

// rehearse opens the journal of a script that a test runs.
func rehearse(r interp.Rehearsal) (interp.Option, func(bool, time.Time) error, error) {
	script, err := filepath.Abs(r.Script)
	if err != nil {
		return nil, nil, err
	}
	j, err := Open(r.Journal, Run{Script: script, Args: r.Args, Source: r.Source, Now: r.Now})
	if err != nil {
		return nil, nil, err
	}
	j.killAt, j.kill = r.KillAt, r.Kill
	return j.Option(), func(ended bool, now time.Time) error {
		if ended {
			err = j.End(now)
		}
		return errors.Join(err, j.Close())
	}, nil
}

func module(j *Journal) interp.Module {
	b := &builtins{j}
	return interp.Module{
		Name: "step",
		Call: b.step,
		Defs: []interp.Def{
			{Name: "done", Fn: b.done},
			{Name: "forget", Fn: b.forget},
			{Name: "run", Fn: b.run},
			{Name: "sleep", Fn: b.sleep},
			{Name: "till", Fn: b.till},
		},
	}
}

// builtins are the functions of the table.
type builtins struct {
	j *Journal // nil: none
}

// kindInterrupted is that of a step that must not be run again, and has begun before.
const kindInterrupted interp.Kind = "interrupted"

// The values of a step are bounded, as a journal is no store.
const (
	maxValues  = 16 << 20
	manyValues = 1 << 20
	maxName    = 1000
)

// nameArg is the i-th argument as the name of a step.
func nameArg(c *interp.Call, i int) (string, error) {
	name, err := c.Text(i)
	switch {
	case err != nil:
		return "", err
	case name == "":
		return "", c.ArgError(i, "the name is empty")
	case len(name) > maxName:
		return "", c.ArgError(i, "the name has more than 1000 bytes")
	case strings.ToValidUTF8(name, "") != name || strings.Contains(name, "\x00"):
		return "", c.ArgError(i, "the name is no text (UTF-8, without NUL bytes)")
	}
	return name, nil
}

// versionOption reads the option version.
func versionOption(c *interp.Call, v interp.Value, r *record) error {
	if v.IsNil() {
		return nil
	}
	n, ok := v.Number()
	if !ok || n != n || math.IsInf(n, 0) {
		return c.ArgError(c.Len(), "option 'version': a number expected, got "+v.Type())
	}
	r.version, r.hasVersion = n, true
	return nil
}

// of reports whether a record is of that version of a step.
func (r *record) of(version *record) bool {
	return r != nil && r.hasVersion == version.hasVersion && r.version == version.version
}

// failure is an error about the journal.
func (b *builtins) failure(name string, err error) error {
	if err == nil || errors.Is(err, interp.ErrCancelled) {
		return err
	}
	e := interp.Errorf(interp.KindIO, "step '%s': the journal %s: %w", cut(name), b.j.path, err).With("path", b.j.path)
	if s := (*sqlite.Error)(nil); errors.As(err, &s) {
		e = e.With("code", s.Name())
	}
	return e
}

// ask has the writer do something, and waits for it, whoever is cancelled meanwhile: what is being recorded is recorded.
func (b *builtins) ask(c *interp.Call, r *request) error {
	var failed error
	shield := interp.Scope{Shield: true, Grace: interp.Forever}
	err := c.Scope(&shield, func() error {
		return c.BlockLight(func(context.Context) error {
			failed = b.j.do(r)
			return nil
		})
	})
	if err != nil {
		return err
	}
	return failed
}

// step is step(name, fn [, opts]).
func (b *builtins) step(c *interp.Call) error {
	name, err := nameArg(c, 1)
	if err != nil {
		return err
	}
	fn, err := c.Function(2)
	if err != nil {
		return err
	}
	once, version := false, interp.Value{}
	if err := c.Options(3, map[string]any{"once": &once, "version": &version}); err != nil {
		return err
	}
	r := &record{name: name, state: done}
	if err := versionOption(c, version, r); err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if b.j == nil {
		s, err := handle(c, interp.Local[unrecorded](c).key(name))
		if err != nil {
			return err
		}
		return c.ProtectReturn(fn, interp.ContinuationFunc(func(_ *interp.Call, err error) error { return err }), s)
	}
	interp.Local[recorded](c).j = b.j
	old, err := b.j.claim(c, name)
	if err != nil {
		return err
	}
	if old.of(r) {
		switch {
		case old.state == done:
			return b.replay(c, old)
		case once:
			b.j.free(name)
			return interp.Errorf(kindInterrupted, "step '%s' was begun before and did not end: whether it happened is not known, and it must not be run twice; lull journal %s --forget '%s/%[1]s' lets it run", cut(name), shown(b.j.path), b.j.name).With("step", name)
		}
	}
	r.began = c.Time()
	if once {
		start := *r
		start.state = begun
		if err := b.ask(c, b.j.put(&start)); err != nil {
			b.j.free(name)
			return b.failure(name, err)
		}
		b.j.noted(&start)
	}
	s, err := handle(c, keyOf(b.j.key, name))
	if err != nil {
		b.j.free(name)
		return err
	}
	return c.ProtectReturn(fn, interp.ContinuationFunc(func(c *interp.Call, err error) error { return b.ends(c, r, once, err) }), s)
}

// handle is what the function of a step gets.
func handle(c *interp.Call, key string) (interp.Value, error) {
	v, err := c.Value(key)
	if err != nil {
		return v, err
	}
	t := c.NewTable(0)
	t.SetField("key", v)
	return t.Value(), nil
}

// unrecorded is where keys come from without a journal.
type unrecorded struct{ run string }

func (u *unrecorded) key(name string) string {
	if u.run == "" {
		var b [16]byte
		_, _ = rand.Read(b[:]) // it never fails
		u.run = hex.EncodeToString(b[:])
	}
	return keyOf(u.run, name)
}

// ends records what a step has come to.
func (b *builtins) ends(c *interp.Call, r *record, once bool, err error) error {
	name := r.name
	if err != nil {
		var gone error
		if once && err != interp.ErrDropped && !cancelled(err) { // its own error: it may be tried again
			if gone = b.ask(c, b.j.remove(name)); gone == nil {
				b.j.noted(&record{name: name})
			}
		}
		b.j.fails(name)
		if gone != nil {
			return c.WithOthers(err, b.failure(name, gone))
		}
		return err
	}
	vals := c.Results()
	packed, err := c.PackData(vals...)
	if err != nil {
		b.j.free(name)
		return interp.Errorf(interp.KindError, "step '%s': its values cannot be recorded: %w", cut(name), err)
	}
	if r.vals, err = packed.MarshalBinary(); err != nil {
		b.j.free(name)
		return interp.Errorf(interp.KindError, "step '%s': its values cannot be recorded: %w", cut(name), err)
	}
	switch n := len(r.vals); {
	case n > maxValues:
		b.j.free(name)
		return interp.Errorf(interp.KindLimit, "step '%s': its values take %d bytes, and %d can be recorded: write them to a file, and record its name", cut(name), n, maxValues)
	case n > manyValues:
		c.Warn("step '%s' records %d bytes: a journal is no store; write what is large to a file, and record its name", cut(name), n)
	}
	if b.j.killAt == name {
		b.j.kill(c)
	}
	r.began, r.ended = b.j.began(r), c.Time()
	if err := b.ask(c, b.j.put(r)); err != nil {
		b.j.free(name)
		return b.failure(name, err)
	}
	b.j.noted(r)
	b.j.ends(name)
	return c.ReturnValues(vals)
}

// cancelled reports whether an error is no error but a cancellation that passes.
func cancelled(err error) bool {
	e := (*interp.Error)(nil)
	return errors.Is(err, interp.ErrCancelled) && !errors.As(err, &e)
}

// replay returns what was recorded.
func (b *builtins) replay(c *interp.Call, r *record) error {
	data := r.vals
	if r.left {
		err := b.ask(c, &request{text: "SELECT vals FROM steps WHERE run = ? AND name = ?", values: []sqlite.Value{integer(b.j.run), text(r.name)}, row: func(s *sqlite.Stmt) error {
			data = append(data[:0], s.Bytes(0)...)
			return nil
		}})
		if err != nil {
			b.j.free(r.name)
			return b.failure(r.name, err)
		}
	}
	b.j.ends(r.name)
	if data == nil { // of a sleep, which returns nothing
		return nil
	}
	if err := c.Spend(len(data)); err != nil {
		return err
	}
	var packed interp.Packed
	if err := packed.UnmarshalBinary(data); err != nil {
		return b.failure(r.name, err)
	}
	vals, err := c.Unpack(&packed)
	if err != nil {
		return err
	}
	return c.ReturnValues(vals)
}

// sleep is step.sleep(name, s).
func (b *builtins) sleep(c *interp.Call) error {
	d, err := c.Seconds(2)
	if err != nil {
		return err
	}
	return b.waits(c, func(now time.Time) time.Time { return now.Add(min(d, maxSleep)) })
}

// maxSleep is the longest time that a clock can be told to wait.
const maxSleep = 200 * 365 * 24 * time.Hour

// till is step.till(name, t).
func (b *builtins) till(c *interp.Call) error {
	t, err := c.Number(2)
	if err != nil {
		return err
	}
	if t != t {
		return c.ArgError(2, "the time is NaN")
	}
	const most = 1 << 33 // some 270 years
	at := time.UnixMicro(int64(max(-most, min(most, t)) * 1e6))
	return b.waits(c, func(time.Time) time.Time { return at })
}

// waits waits until the time that the first call of the run has come to.
func (b *builtins) waits(c *interp.Call, until func(now time.Time) time.Time) error {
	name, err := nameArg(c, 1)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	at := until(c.Time())
	if b.j != nil {
		r, err := b.j.claim(c, name)
		if err != nil {
			return err
		}
		if r == nil || r.until.IsZero() {
			now := c.Time()
			r = &record{name: name, state: done, began: now, ended: now, until: at}
			if err := b.ask(c, b.j.put(r)); err != nil {
				b.j.free(name)
				return b.failure(name, err)
			}
			b.j.noted(r)
		}
		at = r.until
	}
	err = c.Sleep(at.Sub(c.Time()))
	if b.j == nil {
		return err
	}
	if err != nil {
		b.j.free(name)
		return err
	}
	b.j.ends(name)
	return nil
}

// done is step.done(name [, opts]).
func (b *builtins) done(c *interp.Call) error {
	name, err := nameArg(c, 1)
	if err != nil {
		return err
	}
	version, r := interp.Value{}, &record{}
	if err := c.Options(2, map[string]any{"version": &version}); err != nil {
		return err
	}
	if err := versionOption(c, version, r); err != nil {
		return err
	}
	if b.j == nil {
		return c.Return(false)
	}
	old, _ := b.j.look(name)
	return c.Return(old.of(r) && old.state == done)
}

// forget is step.forget(name).
func (b *builtins) forget(c *interp.Call) error {
	name, err := nameArg(c, 1)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if b.j == nil {
		return c.Return(false)
	}
	old, busy := b.j.look(name)
	switch {
	case busy:
		return interp.Errorf(interp.KindError, "step.forget: step '%s' is under way", cut(name))
	case old == nil:
		b.j.free(name)
		return c.Return(false)
	}
	if err := b.ask(c, b.j.remove(name)); err != nil {
		return b.failure(name, err)
	}
	b.j.noted(&record{name: name})
	b.j.free(name)
	return c.Return(true)
}

// run is step.run().
func (b *builtins) run(c *interp.Call) error {
	if b.j == nil {
		return c.Return(nil)
	}
	return c.Return(b.j.name)
}
