package fs

import (
	"context"
	"fmt"
	"slices"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/interp"
)

// walk is fs.walk(dir [, opts]).
func walk(c *interp.Call) error {
	dir, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	w := &walker{root: slashed(dir), hidden: true}
	var match, exclude, onError interp.Value
	var depth float64
	if err := c.Options(2, map[string]any{
		"match": &match, "exclude": &exclude, "type": &w.kind, "depth": &depth, "hidden": &w.hidden, "follow": &w.follow, "stat": &w.stat, "on_error": &onError,
	}); err != nil {
		return err
	}
	if w.match, err = glob.Argument(c, 2, "match", match); err != nil {
		return err
	}
	if w.exclude, err = glob.Argument(c, 2, "exclude", exclude); err != nil {
		return err
	}
	if given(c, 2, "type") && !slices.Contains(kinds, w.kind) {
		return c.ArgError(2, fmt.Sprintf("option 'type': file, dir, link or other expected, got %.60q", w.kind))
	}
	if given(c, 2, "depth") {
		if !(depth >= 1) || depth != float64(int(min(depth, 1e9))) {
			return c.ArgError(2, fmt.Sprintf("option 'depth': a whole number from 1 expected, got %v", interp.Number(depth)))
		}
		w.depth = int(min(depth, 1e9))
	}
	if !onError.IsNil() && !onError.IsFunction() {
		return c.ArgError(2, "option 'on_error': function expected, got "+data.TypeOf(onError))
	}
	w.onError = !onError.IsNil()
	_, err = run(c, false, dir, func(ctx context.Context, files interp.Files) (struct{}, error) {
		w.files = files
		return struct{}{}, w.begin(ctx)
	})
	if err != nil {
		return err
	}
	it := &iteration{w: w, dir: dir, onError: onError, size: firstBatch}
	var held []interp.Value
	if w.onError {
		held = append(held, onError)
	}
	return c.Return(c.NewFunction("fs.walk", it.next, held...))
}

// A walk finds files in batches, off the loop: little at first, as who looks for one may leave soon.
const (
	firstBatch = 64
	lastBatch  = 4096
)

// aheadBytes bounds the names of a folder that are read before anybody waits for them.
const aheadBytes = 1 << 20

// iteration is what fs.walk goes on with.
type iteration struct {
	w       *walker
	dir     string
	onError interp.Value
	ended   bool
	busy    bool

	b     *batch      // what is given out, from the i-th item on, whose path begins at at
	spare *batch      // has been given out
	ahead chan *batch // what was begun before it is asked for; nil: nothing
	size  int         // of the next batch
	i, at int

	likes []interp.Table // entries, by kinds and depths: see like
	name  interp.Value   // of the field
}

func (it *iteration) next(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	for {
		if it.busy {
			return interp.Errorf(interp.KindError, "fs.walk: another task waits for the same iterator")
		}
		if it.ended {
			return nil
		}
		if it.b == nil || it.i == len(it.b.items) {
			switch {
			case it.b != nil && it.b.over:
				it.end()
				return nil
			case it.b != nil && it.b.err != nil:
				err := it.b.err
				it.end()
				return failedAs("fs.walk", it.dir, err)
			}
			if err := it.more(c); err != nil {
				it.end() // an abandoned walk may still go on elsewhere
				return failedAs("fs.walk", it.dir, err)
			}
			continue
		}
		f := &it.b.items[it.i]
		path := it.b.path(it.at, f)
		it.i, it.at = it.i+1, f.end
		if f.err != nil {
			if err := it.tell(c, string(path), f.err); err != nil {
				return err
			}
			continue
		}
		w := c.InPlace()
		v := w.Bytes(path)
		if c.Wanted() == 1 {
			return c.ReturnValues(interp.Values{v})
		}
		t := it.entry(&w, f, path[len(path)-f.name:])
		if f.st != nil && it.w.stat {
			if err := fill(c, t, f.st); err != nil {
				return err
			}
		}
		return c.ReturnValues(interp.Values{v, t.Value()})
	}
}

func (it *iteration) end() { it.ended, it.b, it.spare, it.ahead = true, nil, nil, nil }

// more waits for the next batch and, from the second on, has the one behind it begun.
func (it *iteration) more(c *interp.Call) error {
	w, b, size, ahead := it.w, it.spare, it.size, it.ahead
	it.spare, it.ahead = it.b, nil
	if b == nil {
		b = &batch{}
	}
	got := make(chan *batch, 1)
	it.busy = true
	err := c.Block(func(ctx context.Context) error {
		grow := func(n int) error { return interp.Reserve(ctx, n) }
		if ahead != nil {
			select {
			case b = <-ahead:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err := grow(w.names.size()); err != nil {
			return err
		}
		if ahead == nil || b.later != nil && len(b.items) == 0 {
			b.clear()
			w.fill(ctx, b, size, grow)
		}
		if b.err != nil && len(b.items) == 0 {
			return b.err
		}
		got <- b
		return nil
	})
	it.busy = false
	if err != nil {
		return err
	}
	it.b, it.i, it.at = <-got, 0, 0
	it.size = min(2*it.size, lastBatch)
	if size > firstBatch && !it.b.over && it.b.err == nil {
		it.prefetch(c)
	}
	return nil
}

// prefetch has the next batch begun while this one is given out.
func (it *iteration) prefetch(c *interp.Call) {
	w, b, size, ahead := it.w, it.spare, it.size, make(chan *batch, 1)
	if b == nil {
		b = &batch{}
	}
	if !c.Prefetch(func(ctx context.Context) {
		left := aheadBytes
		b.clear()
		w.fill(ctx, b, size, func(n int) error {
			if left -= n; left < 0 {
				return errLater
			}
			return nil
		})
		ahead <- b
	}) {
		return
	}
	it.spare, it.ahead = nil, ahead
}

// maxLikes bounds the depths whose entries are kept to be copied.
const maxLikes = 64

// entry is the table about a file: a copy of one with the same type and depth, of which the name is another.
func (it *iteration) entry(w *interp.Work, f *item, name []byte) interp.Table {
	i := f.depth*len(kinds) + int(f.kind)
	if i >= len(it.likes) && f.depth < maxLikes {
		it.likes = append(it.likes, make([]interp.Table, i+1-len(it.likes))...)
	}
	if i < len(it.likes) && it.likes[i] != (interp.Table{}) {
		return w.Like(it.likes[i], it.name, w.Bytes(name))
	}
	it.name = w.Name("name")
	t := w.Map([]interp.Value{it.name, w.Bytes(name), w.Name("type"), w.Name(kinds[f.kind]), w.Name("depth"), w.Number(float64(f.depth))})
	if i < len(it.likes) {
		it.likes[i] = w.Like(t) // the script has the other one
	}
	return t
}

// tell calls on_error.
func (it *iteration) tell(c *interp.Call, path string, about error) error {
	v, err := c.Value(path)
	if err != nil {
		return err
	}
	_, err = c.Call(it.onError, v, c.ErrorValue(interp.PathErrorf("fs.walk", path, about)))
	return err
}
