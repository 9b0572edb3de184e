// Package cron is the table cron: instants by the calendar, as crontab has them, and a function that is called at each.
package cron

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/builtins/internal/zone"
	"github.com/lull-lua/lull/interp"
)

//go:embed cron.lua
var stub string

// Module is the table cron.
func Module() interp.Module {
	t := &table{}
	return interp.Module{
		Name: "cron",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "next", Fn: t.next},
			{Name: "run", Fn: t.run, Outside: true},
		},
	}
}

type table struct{ zones zone.Cache }

// expression is the first argument.
func expression(c *interp.Call) (*schedule, error) {
	if c.Arg(1).Type() != "string" {
		return nil, c.TypeError(1, "string")
	}
	s, err := parse(c.Arg(1).String())
	if err != nil {
		return nil, c.ArgError(1, err.Error())
	}
	return s, nil
}

// The instants that there are: years 1 to 9999.
const (
	first = -62135596800
	last  = 253402300800
)

// never is the error of an expression that has no instant.
func never(c *interp.Call) error { return c.ArgError(1, "it does not come within 50 years") }

// next is cron.next(expr [, from [, zone]]).
func (t *table) next(c *interp.Call) error {
	s, err := expression(c)
	if err != nil {
		return err
	}
	from := c.Time()
	if !c.Arg(2).IsNil() {
		n, err := c.Number(2)
		if err != nil {
			return err
		}
		if !(n >= first && n < last) {
			return c.ArgError(2, fmt.Sprintf("seconds since 1970 expected, in the years 1 to 9999, got %v", c.Arg(2)))
		}
		from = time.Unix(int64(math.Floor(n)), 0)
	}
	loc := c.Time().Location()
	if !c.Arg(3).IsNil() {
		name, err := c.Text(3)
		if err != nil {
			return err
		}
		if loc, err = t.zones.Find(name, loc); err != nil {
			return c.ArgError(3, err.Error())
		}
	}
	at, ok := s.next(from, loc)
	if !ok {
		return never(c)
	}
	return c.Return(float64(at.Unix()))
}

// runner is a call of cron.run.
type runner struct {
	*schedule
	fn     interp.Value
	loc    *time.Location
	jitter time.Duration
	state  string    // a file; "": none
	done   time.Time // the last instant that is over
}

// run is cron.run(expr, fn [, opts]).
func (t *table) run(c *interp.Call) error {
	s, err := expression(c)
	if err != nil {
		return err
	}
	r := &runner{schedule: s, loc: c.Time().Location()}
	if r.fn, err = c.Function(2); err != nil {
		return err
	}
	var zoneName, catchUp string
	var jitter float64
	if err := c.Options(3, map[string]any{"zone": &zoneName, "jitter": &jitter, "state": &r.state, "catch_up": &catchUp}); err != nil {
		return err
	}
	if zoneName != "" {
		if r.loc, err = t.zones.Find(zoneName, r.loc); err != nil {
			return c.ArgError(3, "option 'zone': "+err.Error())
		}
	}
	opts, _ := c.Arg(3).Table()
	switch {
	case !(jitter >= 0 && jitter <= 86400*366):
		return c.ArgError(3, fmt.Sprintf("option 'jitter': a number of seconds from 0 expected, got %v", interp.Number(jitter)))
	case strings.Contains(r.state, "\x00"):
		return c.ArgError(3, "option 'state': the path contains a NUL byte")
	case c.Arg(3).Type() == "table" && r.state == "" && !opts.Field("state").IsNil():
		return c.ArgError(3, "option 'state': path expected, got an empty string")
	case catchUp != "" && catchUp != "once" && catchUp != "all" && catchUp != "none":
		return c.ArgError(3, fmt.Sprintf("option 'catch_up': once, all or none expected, got %.60q", catchUp))
	case catchUp != "" && r.state == "":
		return c.ArgError(3, "option 'catch_up': without the option 'state' nothing is known of what was missed")
	}
	r.jitter = interp.Seconds(jitter)
	if err := c.Checkpoint(); err != nil {
		return err
	}
	r.done = c.Time()
	if r.state != "" {
		if err := r.read(c); err != nil {
			return err
		}
	}
	switch goOn, err := r.catchUp(c, catchUp); {
	case err != nil:
		return err
	case !goOn:
		return nil
	}
	for {
		at, ok := r.next(r.done, r.loc)
		if !ok {
			return never(c)
		}
		// One call at once makes up for the beats that were missed meanwhile.
		missed, late := r.latest(r.done, c.Time(), r.loc)
		if late {
			at = missed
		} else if err := wait(c, at); err != nil {
			return err
		}
		if r.jitter > 0 && !late {
			if err := c.Sleep(time.Duration(c.Random() * float64(r.jitter))); err != nil {
				return err
			}
		}
		if goOn, err := r.call(c, at); err != nil || !goOn {
			return err
		}
	}
}

// catchUp makes up for what was missed before the script began.
func (r *runner) catchUp(c *interp.Call, how string) (goOn bool, err error) {
	if how == "all" {
		for {
			at, ok := r.next(r.done, r.loc)
			if !ok || at.After(c.Time()) {
				return true, nil
			}
			if goOn, err := r.call(c, at); err != nil || !goOn {
				return false, err
			}
		}
	}
	missed, ok := r.latest(r.done, c.Time(), r.loc)
	switch {
	case !ok:
		return true, nil
	case how == "none":
		r.done = missed
		return true, nil
	}
	return r.call(c, missed)
}

// call calls the function and writes down that the instant is over. It reports false where the function says that it is enough.
func (r *runner) call(c *interp.Call, at time.Time) (goOn bool, err error) {
	vals, err := c.Call(r.fn, interp.Number(float64(at.Unix())))
	if err != nil {
		return false, err
	}
	r.done = at
	if r.state != "" {
		if err := r.write(c); err != nil {
			return false, err
		}
	}
	v := vals.Get(1)
	return v.Type() != "boolean" || v.Truth(), nil
}

// nap is how long a wait is at most before the clock is looked at again: it may have been set, and the machine may have slept.
const nap = 10 * time.Minute

// wait waits until the clock shows an instant.
func wait(c *interp.Call, at time.Time) error {
	for {
		left := at.Sub(c.Time())
		if left <= 0 {
			return nil
		}
		if err := c.Sleep(min(left, nap)); err != nil {
			return err
		}
	}
}

// maxState bounds the state file: it has one instant in it.
const maxState = 100

// read reads the state file, unless there is none yet.
func (r *runner) read(c *interp.Call) error {
	files := c.Files()
	got := make(chan string, 1)
	err := c.Block(func(ctx context.Context) error {
		f, err := files.Open(ctx, r.state, os.O_RDONLY, 0)
		if err != nil {
			return err
		}
		b, err := io.ReadAll(io.LimitReader(f, maxState+1))
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		got <- string(b)
		return err
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return interp.PathErrorf("cron.run", r.state, err)
	}
	text := <-got
	at, err := time.Parse(time.RFC3339, strings.TrimSuffix(text, "\n"))
	if err != nil {
		return data.ErrorAt("cron.run", r.state, 1, 1, `this is no state of cron.run: one line such as "2026-01-02T03:04:05Z" is expected`)
	}
	if ahead := at.Sub(c.Time()); ahead > 24*time.Hour {
		c.Warn("cron.run: %s: the last instant done, %s, is still to come: nothing is called until then; was the clock wrong?", r.state, at.Format(time.RFC3339))
	}
	r.done = at
	return nil
}

// write writes the state file, whole or not at all.
func (r *runner) write(c *interp.Call) error {
	files, text := c.Files(), r.done.UTC().Format(time.RFC3339)+"\n"
	if err := c.WillWrite(len(text)); err != nil {
		return err
	}
	err := c.BlockFirm(func(ctx context.Context) error {
		return replace.Write(ctx, files, r.state, -1, func(f *os.File) error {
			_, err := f.WriteString(text)
			return err
		})
	})
	if err == nil || errors.Is(err, interp.ErrCancelled) {
		return err
	}
	return interp.PathErrorf("cron.run", r.state, err)
}
