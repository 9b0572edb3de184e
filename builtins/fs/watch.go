package fs

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/interp"
)

var watcherType = interp.Type{
	Name: "fs.watcher",
	Of:   (*watcher)(nil),
	Methods: []interp.Def{
		{Name: "get", Fn: getBatch, Outside: true},
		{Name: "items", Fn: watchItems, Outside: true},
		{Name: "close", Fn: closeWatcher, Outside: true},
	},
}

// watch is fs.watch(paths [, opts]).
func watch(c *interp.Call) error {
	var paths []string
	if t, ok := c.Arg(1).Table(); ok {
		for i := 1; i <= t.Len(); i++ {
			s, ok := t.Index(i).Text()
			if !ok || s == "" || strings.Contains(s, "\x00") {
				return c.ArgError(1, fmt.Sprintf("item %d of the list: path expected, got %s", i, data.TypeOf(t.Index(i))))
			}
			paths = append(paths, s)
		}
	} else {
		s, err := pathArg(c, 1)
		if err != nil {
			return err
		}
		paths = []string{s}
	}
	if len(paths) == 0 || paths[0] == "" {
		return c.ArgError(1, "no path is given")
	}
	w := newWatcher()
	var match, exclude interp.Value
	debounce, poll := 0.1, 0.0
	var err error
	if err := c.Options(2, map[string]any{"debounce": &debounce, "match": &match, "exclude": &exclude, "recursive": &w.recursive, "poll": &poll}); err != nil {
		return err
	}
	if w.match, err = glob.Argument(c, 2, "match", match); err != nil {
		return err
	}
	if w.exclude, err = glob.Argument(c, 2, "exclude", exclude); err != nil {
		return err
	}
	if !(debounce >= 0 && debounce <= 3600) {
		return c.ArgError(2, fmt.Sprintf("option 'debounce': a number of seconds from 0 to 3600 expected, got %v", interp.Number(debounce)))
	}
	if !(poll >= 0 && poll <= 86400) || poll == 0 && given(c, 2, "poll") {
		return c.ArgError(2, fmt.Sprintf("option 'poll': a number of seconds above 0 expected, got %v", interp.Number(poll)))
	}
	w.debounce, w.poll = interp.Seconds(debounce), interp.Seconds(poll)
	for _, g := range paths {
		on, ok := c.Files().OnMachine(g)
		if !ok {
			return interp.Errorf(interp.KindError, "fs.watch: it is there for the machine's own files only")
		}
		on, err := filepath.Abs(on) // the system tells of what is in "." by names that do not begin with that
		if err != nil {
			return failed(c, g, err)
		}
		w.roots = append(w.roots, watched{given: trimmed(slashed(g)), on: on})
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	var failure error
	begun := false
	err = c.BlockFirm(func(context.Context) error {
		if failure = w.begin(); failure == nil {
			begun = true
			go w.run()
		}
		return nil
	})
	if err == nil && failure != nil {
		err = failed(c, paths[0], failure)
	}
	if err != nil {
		if begun {
			w.end()
		}
		return err
	}
	w.warn(c)
	w.res = c.Defer("fs.watch "+paths[0], w, func(context.Context) error { return w.end() })
	return c.Return(w)
}

// take is the batch, if there is one; over says that none comes any more.
func (w *watcher) take() (batch map[string]string, overflow, over bool, changed chan struct{}, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ready {
		batch, overflow = w.pending, w.overflow
		w.pending, w.overflow, w.ready = map[string]string{}, false, false
		return batch, overflow, false, nil, nil
	}
	return nil, false, w.closed, w.changed, w.err
}

// getBatch is watcher:get().
func getBatch(c *interp.Call) error { return interp.Self[*watcher](c).get(c) }

func (w *watcher) get(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	for {
		batch, overflow, over, changed, err := w.take()
		switch {
		case batch != nil:
			w.warn(c)
			return returnBatch(c, batch, overflow)
		case err != nil:
			return failedAs("fs.watch", w.roots[0].given, err)
		case over:
			return c.Return(nil)
		}
		if err := c.BlockPassive(func(ctx context.Context) error {
			select {
			case <-changed:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}); err != nil {
			return err
		}
	}
}

func returnBatch(c *interp.Call, batch map[string]string, overflow bool) error {
	paths := slices.Sorted(maps.Keys(batch))
	t := c.NewTable(len(paths))
	t.MarkList()
	work := c.InPlace()
	names := [2]interp.Value{work.Name("path"), work.Name("kind")}
	for i, p := range paths {
		t.SetIndex(i+1, work.Map([]interp.Value{names[0], work.Text(p), names[1], work.Name(batch[p])}).Value())
		if err := c.Spend(128); err != nil {
			return err
		}
	}
	if overflow {
		t.SetField("overflow", interp.Bool(true))
	}
	return c.Return(t)
}

// warn tells the host once that the watcher has begun to poll.
func (w *watcher) warn(c *interp.Call) {
	w.mu.Lock()
	text := w.warning
	w.warning = ""
	w.mu.Unlock()
	if text != "" {
		c.Warn("fs.watch: %s", text)
	}
}

// watchItems is watcher:items().
func watchItems(c *interp.Call) error {
	w := interp.Self[*watcher](c)
	v, err := c.Value(w)
	if err != nil {
		return err
	}
	return c.Return(c.NewFunction("fs.watcher", w.get, v))
}

// closeWatcher is watcher:close().
func closeWatcher(c *interp.Call) error {
	w := interp.Self[*watcher](c)
	if err := c.BlockFirm(func(context.Context) error { return w.end() }); err != nil {
		return err // of a task that is cancelled: it may not have begun
	}
	w.res.Release()
	return nil
}
