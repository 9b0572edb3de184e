package fs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/interp"
)

// latest is how late a batch comes at most, where there is no quiet.
const latest = 2 * time.Second

// maxPending bounds a batch: what is more is told as overflow.
const maxPending = 100_000

// watcher tells what changes below some paths. Its goroutine takes in what the system tells, until it is closed.
type watcher struct {
	roots     []watched
	match     []*glob.Pattern
	exclude   []*glob.Pattern
	recursive bool
	debounce  time.Duration
	poll      time.Duration

	fsn   *fsnotify.Watcher // nil: it polls
	known map[string]stamp  // by the machine's name; the goroutine's
	stop  chan struct{}
	ended chan struct{}

	mu       sync.Mutex
	pending  map[string]string // path as given: kind
	overflow bool
	ready    bool // there was quiet, or it is late
	err      error
	closed   bool
	changed  chan struct{} // closed, and made anew, when ready, err or closed is set
}

// watched is one of the paths.
type watched struct {
	given, on string // as given, and as the machine has it
	file      bool   // only that: its folder is looked at, as files are replaced
}

// stamp is what is known of a file; only polling looks at more than dir.
type stamp struct {
	dir  bool
	mod  int64
	size int64
	mode fs.FileMode
}

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
	w := &watcher{recursive: true, known: map[string]stamp{}, stop: make(chan struct{}), ended: make(chan struct{}), pending: map[string]string{}, changed: make(chan struct{})}
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
		w.roots = append(w.roots, watched{given: strings.TrimSuffix(slashed(g), "/"), on: filepath.Clean(on)})
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
	c.Defer("fs.watch "+paths[0], w, func(context.Context) error { return w.end() })
	return c.Return(w)
}

// begin looks at all there is, and has the system tell of it.
func (w *watcher) begin() (err error) {
	if w.poll == 0 {
		if w.fsn, err = fsnotify.NewWatcher(); err != nil {
			return limits(err)
		}
	}
	for i := range w.roots {
		r := &w.roots[i]
		st, err := os.Stat(r.on)
		if err == nil {
			if r.file = !st.IsDir(); r.file {
				w.known[r.on] = stampOf(st)
				err = w.add(filepath.Dir(r.on))
			} else {
				err = w.tree(r, r.on, nil)
			}
		}
		if err != nil {
			if w.fsn != nil {
				err = errors.Join(err, w.fsn.Close())
			}
			return &at{r.given, err}
		}
	}
	return nil
}

// add has the system tell of a folder.
func (w *watcher) add(dir string) error {
	if w.fsn == nil {
		return nil
	}
	return limits(w.fsn.Add(dir))
}

// limits says what to do where the system has no more to give.
func limits(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w: so many folders cannot be watched; the sysctl fs.inotify.max_user_watches allows more, exclude leaves some out, poll needs none", err)
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("%w: no more watchers can be made; the sysctl fs.inotify.max_user_instances allows more", err)
	}
	return err
}

func stampOf(st fs.FileInfo) stamp {
	return stamp{st.IsDir(), st.ModTime().UnixNano(), st.Size(), st.Mode()}
}

// tree takes in a folder and, if that is wanted, what is below it. tell, unless nil, is told of what was not known.
func (w *watcher) tree(r *watched, top string, tell func(name string)) error {
	return filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && (absent(err) || name != top):
			return nil // it is gone, or may not be read
		case err != nil:
			return err
		case name != top && w.leftOut(r, name):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			if err := w.add(name); err != nil && !absent(err) {
				return err
			}
		}
		if name != r.on {
			st, err := d.Info()
			if err != nil {
				return nil
			}
			if _, known := w.known[name]; !known && tell != nil {
				tell(name)
			}
			w.known[name] = stampOf(st)
			if d.IsDir() && !w.recursive {
				return fs.SkipDir
			}
		}
		return nil
	})
}

// below is a name from a root on, with slashes.
func (r *watched) below(name string) string {
	rest, err := filepath.Rel(r.on, name)
	if err != nil {
		return ""
	}
	return slashed(rest)
}

func (w *watcher) leftOut(r *watched, name string) bool {
	base := filepath.Base(name)
	return replace.IsName(base) || glob.Any(w.exclude, base, r.below(name))
}

// covers reports whether a root is about a name.
func (w *watcher) covers(r *watched, name string) bool {
	if r.file || name == r.on {
		return name == r.on
	}
	rest, ok := strings.CutPrefix(name, strings.TrimSuffix(r.on, string(filepath.Separator))+string(filepath.Separator))
	return ok && (w.recursive || !strings.ContainsRune(rest, filepath.Separator))
}

// run is the watcher's goroutine.
func (w *watcher) run() {
	defer close(w.ended)
	quiet, late, look := time.NewTimer(time.Hour), time.NewTimer(time.Hour), time.NewTimer(time.Hour)
	defer quiet.Stop()
	defer late.Stop()
	defer look.Stop()
	var events chan fsnotify.Event
	var wrong chan error
	if w.fsn != nil {
		events, wrong = w.fsn.Events, w.fsn.Errors
	} else {
		look.Reset(w.poll)
	}
	had := false // something is pending
	after := func(changed bool) {
		if changed {
			quiet.Reset(w.debounce)
			if !had {
				late.Reset(latest)
			}
			had = true
		}
	}
	for {
		select {
		case <-w.stop:
			return
		case e, ok := <-events:
			if !ok {
				return
			}
			after(w.event(e))
		case err, ok := <-wrong:
			if !ok {
				return
			}
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				w.compare()
				w.mu.Lock()
				w.overflow = true
				w.mu.Unlock()
				after(true)
				continue
			}
			w.fail(err)
		case <-look.C:
			look.Reset(w.poll)
			after(w.compare())
		case <-quiet.C:
			had = false
			w.tell()
		case <-late.C:
			if had {
				had = false
				w.tell()
			}
		}
	}
}

// event takes in what the system tells. It reports whether that is one to be told of.
func (w *watcher) event(e fsnotify.Event) (told bool) {
	name := filepath.Clean(e.Name)
	for i := range w.roots {
		r := &w.roots[i]
		if !w.covers(r, name) || name != r.on && w.leftOut(r, name) {
			continue
		}
		was, known := w.known[name]
		st, err := os.Lstat(name)
		switch {
		case err != nil:
			if known || name == r.on {
				told = w.gone(r, name, was.dir || name == r.on && !r.file) || told
			}
		case e.Has(fsnotify.Create):
			w.known[name] = stampOf(st)
			kind := "created"
			if known {
				kind = "changed"
			}
			told = w.note(r, name, kind) || told
			if st.IsDir() && w.recursive {
				if err := w.tree(r, name, func(n string) { told = w.note(r, n, "created") || told }); err != nil {
					w.fail(err)
				}
			}
		case st.IsDir():
		case !known:
			w.known[name] = stampOf(st)
			told = w.note(r, name, "created") || told
		default:
			told = w.note(r, name, "changed") || told
		}
	}
	return told
}

// gone takes in that a file, or a folder with what was in it, is not there any more.
func (w *watcher) gone(r *watched, name string, dir bool) (told bool) {
	delete(w.known, name)
	told = w.note(r, name, "removed")
	if dir {
		for _, n := range slices.Sorted(maps.Keys(w.known)) {
			if strings.HasPrefix(n, name+string(filepath.Separator)) {
				delete(w.known, n)
				told = w.note(r, n, "removed") || told
			}
		}
	}
	return told
}

// compare looks at everything, and takes in what is not as it was.
func (w *watcher) compare() (told bool) {
	was := w.known
	w.known = map[string]stamp{}
	for i := range w.roots {
		r := &w.roots[i]
		if r.file {
			if st, err := os.Stat(r.on); err == nil {
				w.known[r.on] = stampOf(st)
			}
		} else if err := w.tree(r, r.on, nil); err != nil && !absent(err) {
			w.fail(err)
		}
	}
	for name, is := range w.known {
		kind := ""
		if before, known := was[name]; !known {
			kind = "created"
		} else if before != is && !is.dir {
			kind = "changed"
		}
		for i := range w.roots {
			if r := &w.roots[i]; kind != "" && w.covers(r, name) {
				told = w.note(r, name, kind) || told
			}
		}
	}
	for name := range was {
		if _, still := w.known[name]; still {
			continue
		}
		for i := range w.roots {
			if r := &w.roots[i]; w.covers(r, name) {
				told = w.note(r, name, "removed") || told
			}
		}
	}
	return told
}

// note adds a change to the batch: made and removed within one is nothing, removed and made is changed.
func (w *watcher) note(r *watched, name, kind string) bool {
	below := r.below(name)
	if w.match != nil && !glob.Any(w.match, filepath.Base(name), below) {
		return false
	}
	path := r.given
	if below != "." {
		path = joined(r.given, below)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	before, there := w.pending[path]
	switch {
	case !there && len(w.pending) >= maxPending:
		w.overflow = true
		return true
	case before == "created" && kind == "removed":
		delete(w.pending, path)
		return true
	case before == "created":
		kind = "created"
	case before == "removed" && kind == "created":
		kind = "changed"
	}
	w.pending[path] = kind
	return true
}

// tell makes the batch one to be had.
func (w *watcher) tell() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.pending) > 0 || w.overflow {
		w.ready = true
		w.signal()
	}
}

func (w *watcher) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = limits(err)
		w.signal()
	}
}

func (w *watcher) signal() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// end stops the goroutine and waits for it.
func (w *watcher) end() error {
	w.mu.Lock()
	was := w.closed
	w.closed = true
	w.signal()
	w.mu.Unlock()
	if was {
		<-w.ended
		return nil
	}
	close(w.stop)
	<-w.ended
	if w.fsn == nil {
		return nil
	}
	return w.fsn.Close()
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
	return c.BlockFirm(func(context.Context) error { return w.end() })
}
