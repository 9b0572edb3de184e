package fs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/interp"
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
	res   *interp.Resource

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
	id   [2]uint64 // times are coarse: another file may have the same, and the same size
}

func stampOf(st fs.FileInfo) stamp {
	id, _ := linked(st)
	return stamp{st.IsDir(), st.ModTime().UnixNano(), st.Size(), st.Mode(), id}
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
