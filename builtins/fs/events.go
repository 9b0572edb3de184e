package fs

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/lull-lua/lull/builtins/internal/glob"
)

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
