package fs

import (
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

	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/builtins/internal/replace"
)

// latest is how late a batch comes at most, where there is no quiet.
const latest = 2 * time.Second

// maxPending bounds a batch: what is more is told as overflow.
const maxPending = 100_000

// pollEvery is how often everything is looked at where that is not for the script to say.
const pollEvery = time.Second

// notifier is the system, which tells what happens in folders.
type notifier interface {
	Add(dir string) error
	Remove(dir string) error
	Close() error
}

// notify asks the system for one.
func notify() (notifier, <-chan fsnotify.Event, <-chan error, error) {
	n, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, nil, nil, err
	}
	return n, n.Events, n.Errors, nil
}

// watcher tells what changes below some paths. Its goroutine takes in what the system tells, until it is closed.
type watcher struct {
	roots     []watched
	match     []*glob.Pattern
	exclude   []*glob.Pattern
	recursive bool
	debounce  time.Duration
	poll      time.Duration

	// The goroutine's, once it runs.
	open   func() (notifier, <-chan fsnotify.Event, <-chan error, error)
	most   int      // files that the system can tell of; 0: any number
	sys    notifier // nil: it polls
	events <-chan fsnotify.Event
	wrong  <-chan error
	known  map[string]stamp // by the machine's name
	seen   int              // entries of the folders that are watched, those that are left out among them

	stop  chan struct{}
	ended chan struct{}

	mu       sync.Mutex
	pending  map[string]string // path as given: kind
	overflow bool
	ready    bool // there was quiet, or it is late
	err      error
	closed   bool
	warning  string        // that has not been given
	changed  chan struct{} // closed, and made anew, when ready, err or closed is set
}

func newWatcher() *watcher {
	return &watcher{
		recursive: true, open: notify, most: maxWatched, known: map[string]stamp{}, pending: map[string]string{},
		stop: make(chan struct{}), ended: make(chan struct{}), changed: make(chan struct{}),
	}
}

// watched is one of the paths.
type watched struct {
	given, on string // as given, and as the machine has it
	file      bool   // only that: its folder is looked at, as files are replaced
	lost      bool   // what the system watched is gone: it is looked for
}

// folder is what the system is to watch for it.
func (r *watched) folder() string {
	if r.file {
		return filepath.Dir(r.on)
	}
	return r.on
}

// stamp is what is known of a file; only polling looks at more than dir.
type stamp struct {
	dir  bool
	mod  int64
	size int64
	mode fs.FileMode
}

func stampOf(st fs.FileInfo) stamp {
	return stamp{st.IsDir(), st.ModTime().UnixNano(), st.Size(), st.Mode()}
}

// errTooMany is the error of more files than the system can tell of.
var errTooMany = errors.New("too many files")

// begin looks at all there is, and has the system tell of it.
func (w *watcher) begin() (err error) {
	if w.poll == 0 {
		if w.sys, w.events, w.wrong, err = w.open(); err != nil {
			return limits(err)
		}
	}
	err = w.all()
	if errors.Is(err, errTooMany) {
		if err = w.toPolling(); err == nil {
			err = w.all()
		}
	}
	if err != nil && w.sys != nil {
		err = errors.Join(err, w.sys.Close())
	}
	return err
}

// all takes in what there is at all roots.
func (w *watcher) all() error {
	for i := range w.roots {
		r := &w.roots[i]
		st, err := os.Stat(r.on)
		if err == nil {
			r.file = !st.IsDir()
			err = w.root(r, nil)
		}
		if err != nil {
			return &at{r.given, err}
		}
	}
	return nil
}

// root takes in what there is at a root. tell, unless nil, is told of what was not known.
func (w *watcher) root(r *watched, tell func(name string)) error {
	if !r.file {
		return w.tree(r, r.on, tell)
	}
	if err := w.add(r.folder()); err != nil {
		return err
	}
	if w.sys != nil && w.most > 0 {
		beside, err := os.ReadDir(r.folder())
		if err != nil {
			return err
		}
		if w.seen += len(beside); w.seen > w.most {
			return errTooMany
		}
	}
	if st, err := os.Stat(r.on); err == nil {
		if _, known := w.known[r.on]; !known && tell != nil {
			tell(r.on)
		}
		w.known[r.on] = stampOf(st)
	}
	return nil
}

// toPolling goes on without the system.
func (w *watcher) toPolling() error {
	err := w.sys.Close()
	w.sys, w.events, w.wrong, w.poll = nil, nil, nil, pollEvery
	w.mu.Lock()
	w.warning = fmt.Sprintf("%s: more than %d files, for each of which the system takes a descriptor: they are looked at every %v instead; exclude leaves some out", w.roots[0].given, w.most, pollEvery)
	w.mu.Unlock()
	return err
}

// add has the system tell of a folder.
func (w *watcher) add(dir string) error {
	if w.sys == nil {
		return nil
	}
	return limits(w.sys.Add(dir))
}

// limits says what to do where the system has no more to give.
func limits(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w: so many folders cannot be watched; the sysctl fs.inotify.max_user_watches allows more, exclude leaves some out, poll needs none", err)
	case errors.Is(err, syscall.EMFILE):
		return fmt.Errorf("%w: no more watchers can be made; the sysctl fs.inotify.max_user_instances allows more, or, if there are few, ulimit -n", err)
	}
	return err
}

// tree takes in a folder and, if that is wanted, what is below it. tell, unless nil, is told of what was not known.
func (w *watcher) tree(r *watched, top string, tell func(name string)) error {
	start := top
	if top == r.on { // a link to a folder, too
		start += string(filepath.Separator)
	}
	return filepath.WalkDir(start, func(name string, d fs.DirEntry, err error) error {
		if w.seen++; w.sys != nil && w.most > 0 && w.seen > w.most {
			return errTooMany
		}
		switch {
		case err != nil && name == start:
			return err
		case err != nil:
			return nil // it is gone, or may not be read
		case name == start:
			name = top
		case w.leftOut(r, name):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() && (w.recursive || name == r.on) {
			if err := w.add(name); err != nil && (name == top || !absent(err)) {
				return err
			}
		}
		if name == r.on {
			return nil
		}
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
	return ok && (w.recursive || !strings.ContainsRune(rest, filepath.Separator)) && !w.leftOut(r, name)
}

// run is the watcher's goroutine.
func (w *watcher) run() {
	defer close(w.ended)
	quiet, late, look := time.NewTimer(time.Hour), time.NewTimer(time.Hour), time.NewTimer(time.Hour)
	defer quiet.Stop()
	defer late.Stop()
	defer look.Stop()
	looks := false // look is set
	again := func() {
		every := w.poll
		if w.sys != nil {
			every = lookAgain
		}
		if looks = w.sys == nil || w.lost(); looks {
			look.Reset(every)
		}
	}
	again()
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
		case e, ok := <-w.events:
			if !ok {
				return
			}
			after(w.event(e))
			if !looks {
				again()
			}
		case err, ok := <-w.wrong:
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
			if w.sys == nil {
				after(w.compare())
			} else {
				after(w.find())
			}
			again()
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
	ended := e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename)
	root, covered := false, false
	for i := range w.roots {
		r := &w.roots[i]
		if ended && name == r.folder() && !r.lost {
			r.lost = true
			if _, known := w.known[r.on]; known || !r.file {
				told = w.gone(r.on, !r.file) || told
			}
		}
		root = root || name == r.on && !r.file
		covered = covered || w.covers(r, name)
	}
	if root || !covered {
		return told
	}
	was, known := w.known[name]
	st, err := os.Lstat(name)
	switch {
	case err != nil:
		if known {
			told = w.gone(name, was.dir) || told
		}
	case ended && was.dir: // another one is in its place, of which the system tells nothing yet
		told = w.gone(name, true) || told
		told = w.made(name, st) || told
	case e.Has(fsnotify.Create) || !known:
		told = w.made(name, st) || told
	case !st.IsDir():
		w.known[name] = stampOf(st)
		told = w.note(name, "changed") || told
	}
	if w.sys != nil && w.most > 0 && w.seen > w.most {
		w.over(errTooMany)
	}
	return told
}

// made takes in a file, or a folder with what is in it.
func (w *watcher) made(name string, st fs.FileInfo) (told bool) {
	kind := "created"
	if _, known := w.known[name]; known {
		kind = "changed"
	}
	w.known[name] = stampOf(st)
	w.seen++
	told = w.note(name, kind)
	if st.IsDir() && w.recursive {
		for i := range w.roots {
			if r := &w.roots[i]; !r.file && w.covers(r, name) {
				w.over(w.tree(r, name, func(n string) { told = w.note(n, "created") || told }))
			}
		}
	}
	return told
}

// over takes in that the system has no more to give; a folder that is gone meanwhile is told of by itself.
func (w *watcher) over(err error) {
	switch {
	case errors.Is(err, errTooMany):
		if err := w.toPolling(); err != nil {
			w.fail(err)
		}
	case err != nil && !absent(err):
		w.fail(err)
	}
}

// gone takes in that a file, or a folder with what was in it, is not there any more.
func (w *watcher) gone(name string, dir bool) (told bool) {
	forget := func(name string, dir bool) {
		delete(w.known, name)
		w.seen--
		if dir && w.sys != nil {
			_ = w.sys.Remove(name) // else one that was renamed would be told of by its old name; most are gone with their folders
		}
		told = w.note(name, "removed") || told
	}
	forget(name, dir)
	if dir {
		for _, n := range slices.Sorted(maps.Keys(w.known)) {
			if strings.HasPrefix(n, name+string(filepath.Separator)) {
				forget(n, w.known[n].dir)
			}
		}
	}
	return told
}

// lost reports whether something is to be looked for.
func (w *watcher) lost() bool {
	return slices.ContainsFunc(w.roots, func(r watched) bool { return r.lost })
}

// find looks for the roots that are gone, and takes in those that have been made anew.
func (w *watcher) find() (told bool) {
	for i := range w.roots {
		r := &w.roots[i]
		if !r.lost {
			continue
		}
		if st, err := os.Stat(r.folder()); err != nil || !st.IsDir() {
			continue
		}
		r.lost = false
		if !r.file {
			told = w.note(r.on, "created") || told
		}
		err := w.root(r, func(n string) { told = w.note(n, "created") || told })
		r.lost = absent(err)
		w.over(err)
	}
	return told
}

// compare looks at everything, and takes in what is not as it was.
func (w *watcher) compare() (told bool) {
	was := w.known
	w.known, w.seen = map[string]stamp{}, 0
	for i := range w.roots {
		r := &w.roots[i]
		err := w.root(r, nil)
		if lost := absent(err); lost != r.lost {
			if r.lost = lost; !r.file {
				told = w.note(r.on, map[bool]string{true: "removed", false: "created"}[lost]) || told
			}
		}
		w.over(err)
	}
	for name, is := range w.known {
		before, known := was[name]
		switch {
		case !known:
			told = w.note(name, "created") || told
		case before != is && !(before.dir && is.dir):
			told = w.note(name, "changed") || told
		}
	}
	for name := range was {
		if _, still := w.known[name]; !still {
			told = w.note(name, "removed") || told
		}
	}
	return told
}

// note adds a change to the batch, by the names that the script has given: made and removed within one is nothing, removed and made is
// changed.
func (w *watcher) note(name, kind string) (told bool) {
	for i := range w.roots {
		if r := &w.roots[i]; w.covers(r, name) {
			told = w.noteFor(r, name, kind) || told
		}
	}
	return told
}

func (w *watcher) noteFor(r *watched, name, kind string) bool {
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
	if w.sys == nil {
		return nil
	}
	return w.sys.Close()
}
