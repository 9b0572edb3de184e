package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins/progress"
	"github.com/lull-lua/lull/builtins/step"
	"github.com/lull-lua/lull/cmd/internal/command"
	"github.com/lull-lua/lull/interp"
)

//go:embed remote.lua
var stub string

// maxGrace is how long a cancelled call waits at most for what it has begun.
const maxGrace = 5 * time.Second

// kindLost is that of a job that has taken its workers with it.
const kindLost = "lost"

// jobs are those that this process runs.
func (cl *client) jobs() []command.Job {
	select {
	case cl.turn <- struct{}{}:
		defer func() { <-cl.turn }()
	default: // it connects, or ends
		return nil
	}
	if cl.w == nil {
		return nil
	}
	return cl.w.jobs()
}

// module is the table remote. A script that may not start processes may not have others start them either.
func (cl *client) module() interp.Module {
	return interp.Module{
		Stub: stub, Name: "remote", Packs: true, Needs: func(g interp.Granted) bool { return g.Processes && g.Network },
		Defs: []interp.Def{
			{Name: "map", Fn: cl.remoteMap, Outside: true},
			{Name: "submit", Fn: cl.submit, Outside: true},
			{Name: "result", Fn: cl.result, Outside: true},
			{Name: "cancel", Fn: cl.cancel, Outside: true},
			{Name: "current", Fn: current},
		},
	}
}

// jobOptions are the options that jobs of map and submit have in common.
type jobOptions struct {
	id, timeout, keep, name interp.Value
	attempts, delay, factor float64
}

func (o *jobOptions) fields() map[string]any {
	o.attempts, o.factor = 3, 1
	return map[string]any{"id": &o.id, "name": &o.name, "timeout": &o.timeout, "keep": &o.keep, "attempts": &o.attempts, "delay": &o.delay, "factor": &o.factor}
}

// batch makes the batch of a job, the i-th argument, whose options are the o-th.
func (cl *client) batch(c *interp.Call, i, o int, opts *jobOptions) (*batch, error) {
	b := &batch{grace: min(c.Grace(), maxGrace), chunks: map[[32]byte]interp.Chunk{}}
	s := &b.spec
	s.Script, s.Began, s.Keep, s.Modules = cl.script, time.Now(), 24*time.Hour, map[string]string{}
	bad := func(option, what string) error { return c.ArgError(o, "option '"+option+"': "+what) }
	if opts.attempts != math.Trunc(opts.attempts) || opts.attempts < 1 || opts.attempts > maxAttempts {
		return nil, bad("attempts", fmt.Sprintf("a whole number from 1 to %d expected", maxAttempts))
	}
	s.Attempts = int(opts.attempts)
	if !(opts.factor >= 1 && opts.factor <= 1000) {
		return nil, bad("factor", "a number from 1 to 1000 expected")
	}
	if !(opts.delay >= 0 && opts.delay <= longest.Seconds()) {
		return nil, bad("delay", "a number of seconds, zero or more, expected")
	}
	s.Factor, s.Delay = opts.factor, interp.Seconds(opts.delay)
	for _, d := range []struct {
		name string
		v    interp.Value
		at   *time.Duration
	}{{"timeout", opts.timeout, &s.Timeout}, {"keep", opts.keep, &s.Keep}} {
		if d.v.IsNil() {
			continue
		}
		n, ok := d.v.Number()
		if !ok || !(n > 0 && n <= longest.Seconds()) {
			return nil, bad(d.name, "a number of seconds above zero expected")
		}
		*d.at = interp.Seconds(n)
	}
	if opts.id.IsNil() {
		var r [12]byte
		_, _ = rand.Read(r[:]) // it never fails
		b.id = hex.EncodeToString(r[:])
	} else {
		id, ok := opts.id.Text()
		if !ok || !goodID.MatchString(id) {
			return nil, bad("id", fmt.Sprintf("a text of letters, digits, _ and - expected, at most %d", maxID))
		}
		b.id = id
	}
	var wanted []string // modules
	k := c.NewPortablePacker()
	switch fn := c.Arg(i); {
	case fn.IsFunction():
		if err := k.AddArg(c, i); err != nil {
			return nil, c.ArgError(i, err.Error())
		}
	case fn.Type() == "string":
		name, _ := fn.Text()
		at := strings.LastIndexByte(name, '.')
		if at <= 0 || at == len(name)-1 || len(name) > maxText {
			return nil, c.ArgError(i, "a function expected, or the name of one of a module, as in \"jobs.resize\"")
		}
		s.Function = name
		wanted = []string{name[:at]}
	default:
		return nil, c.TypeError(i, "function or \"module.function\"")
	}
	if name, ok := opts.name.Text(); ok && len(name) <= maxText {
		s.Name = name
	} else if s.Named = opts.name.IsFunction(); s.Named {
		if err := k.Add(c, opts.name, "option 'name'"); err != nil {
			return nil, c.ArgError(o, err.Error())
		}
	} else if !opts.name.IsNil() {
		return nil, bad("name", "a function of the item and its index expected, which names the job, or a text, which names the batch")
	}
	if k.Packed().Len() == 0 {
		return b, b.modules(c, wanted)
	}
	var err error
	if b.fn, err = k.Packed().AppendPortable(nil, b.chunk); err != nil {
		return nil, err
	}
	return b, b.modules(c, append(wanted, k.Packed().Modules()...))
}

// chunk notes a chunk that goes along.
func (b *batch) chunk(c interp.Chunk) (hash [32]byte, err error) {
	hash = hashOf(c)
	b.chunks[hash] = c
	return hash, nil
}

// maxModules is how many modules go along.
const maxModules = 2000

// required finds the modules that a text requires by a constant name. One too many does no harm.
var required = regexp.MustCompile(`\brequire\s*\(?\s*["']([^"'\n]{1,200})["']`)

// modules finds the texts of the modules that may be required: those that were, those that go by their names, and what is required in them.
func (b *batch) modules(c *interp.Call, wanted []string) error {
	if p, ok := c.Globals().Field("package").Table(); ok {
		if loaded, ok := p.Field("loaded").Table(); ok {
			for k := range loaded.Fields() {
				if name, ok := k.Text(); ok {
					wanted = append(wanted, name)
				}
			}
		}
	}
	seen := map[string]bool{}
	scan := func(text string) {
		for _, m := range required.FindAllStringSubmatch(text, -1) {
			wanted = append(wanted, m[1])
		}
	}
	for _, ch := range b.chunks {
		scan(ch.Text)
	}
	for len(wanted) > 0 {
		name := wanted[0]
		wanted = wanted[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		ch, ok, err := c.ModuleChunk(name)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if len(b.spec.Modules) >= maxModules {
			return interp.Errorf(interp.KindLimit, "more than %d modules are loaded", maxModules)
		}
		hash := hashOf(ch)
		b.spec.Modules[name] = hex.EncodeToString(hash[:])
		if _, known := b.chunks[hash]; !known {
			b.chunks[hash] = ch
			scan(ch.Text)
		}
	}
	return nil
}

// item packs an item.
func (b *batch) item(c *interp.Call, v interp.Value, name string) error {
	k := c.NewPortablePacker()
	if err := k.Add(c, v, name); err != nil {
		return err
	}
	form, err := k.Packed().AppendPortable(nil, b.chunk)
	b.items = append(b.items, form)
	return err
}

// remoteMap is remote.map(items, job [, opts]).
func (cl *client) remoteMap(c *interp.Call) error {
	items, err := c.List(1, nil)
	if err != nil {
		return err
	}
	var o jobOptions
	limit, exceptions := math.Inf(1), false
	var bar interp.Value
	fields := o.fields()
	fields["limit"], fields["return_exceptions"], fields["progress"] = &limit, &exceptions, &bar
	if err := c.Options(3, fields); err != nil {
		return err
	}
	if !(limit >= 1) {
		return c.ArgError(3, "option 'limit': a number from 1 on expected")
	}
	if len(items) > maxItems {
		return c.ArgError(1, fmt.Sprintf("a batch has %d items at most", maxItems))
	}
	b, err := cl.batch(c, 2, 3, &o)
	if err != nil {
		return err
	}
	for i, v := range items {
		if err := b.item(c, v, fmt.Sprintf("item %d", i+1)); err != nil {
			return c.ArgError(1, err.Error())
		}
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	b.spec.Items, b.exceptions = len(items), exceptions
	if limit < float64(len(items)) {
		b.spec.Limit = int(limit)
	}
	if o.id.IsNil() {
		id, release, err := step.ID(c, "id")
		if err != nil {
			return err
		}
		defer release()
		if id != "" {
			b.id, b.again = id, !exceptions
		}
	}
	told, err := progress.NewCounter(c, 3, bar, len(items))
	if err != nil {
		return err
	}
	defer told.Close()
	b.told = told.Count
	if len(items) > 0 {
		goesOn := interp.Local[jobState](c).waits()
		err = c.BlockFirm(func(ctx context.Context) error {
			return cl.call(ctx, b.grace, func(ctx context.Context, l *link) error {
				b.l, b.own, b.spec.Alone = l, cl.w, cl.w != nil
				return b.run(ctx)
			})
		})
		goesOn()
		if err != nil {
			return err
		}
	}
	return b.results(c)
}

// results makes the list of a map's results, or raises the first error.
func (b *batch) results(c *interp.Call) error {
	n := len(b.items)
	list, errs := c.NewTable(n), c.NewTable(0)
	var first error
	var others []error
	for i := range n {
		o := b.outcomes[i]
		if o == nil {
			continue
		}
		b.outcomes[i] = nil
		switch {
		case o.Failed && b.exceptions:
			v := c.ErrorValue(o.raised(c))
			errs.SetIndex(i+1, v)
			list.SetIndex(i+1, v)
		case o.Failed && first == nil:
			first = o.raised(c)
		case o.Failed && i < b.failedAt:
			others = append(others, o.raised(c))
		case !o.Failed && first == nil:
			vals, err := c.Unpack(o.value)
			if err != nil {
				return err
			}
			list.SetIndex(i+1, vals.Get(1))
		}
	}
	if first != nil {
		return c.WithOthers(first, others...)
	}
	list.SetField("n", interp.Number(float64(n)))
	list.MarkList()
	if b.exceptions {
		return c.Return(list, errs)
	}
	return c.Return(list)
}
