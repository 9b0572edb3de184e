package fs

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// fakeSystem is a system in a test's hands, which tells what the test says.
type fakeSystem struct {
	events  chan fsnotify.Event
	wrong   chan error
	folders map[string]bool
	most    int // folders that can be watched; then why is the error
	why     error
	closed  bool
}

func (s *fakeSystem) Add(dir string) error {
	if len(s.folders) >= s.most {
		return s.why
	}
	s.folders[dir] = true
	return nil
}

func (s *fakeSystem) Remove(dir string) error { delete(s.folders, dir); return nil }

func (s *fakeSystem) Close() error { s.closed = true; return nil }

// on is a watcher of a folder by way of s.
func (s *fakeSystem) on(dir string) *watcher {
	w := newWatcher()
	s.events, s.wrong, s.folders = make(chan fsnotify.Event), make(chan error), map[string]bool{}
	w.open = func() (notifier, <-chan fsnotify.Event, <-chan error, error) { return s, s.events, s.wrong, nil }
	w.roots = []watched{{given: "dir", on: dir}}
	return w
}

// next is the next batch.
func next(t *testing.T, w *watcher) (batch string, overflow bool) {
	t.Helper()
	for {
		got, overflow, over, changed, err := w.take()
		switch {
		case err != nil || over:
			t.Fatal(err, over)
		case got != nil:
			var all []string
			for _, path := range slices.Sorted(maps.Keys(got)) {
				all = append(all, path+" "+got[path])
			}
			return strings.Join(all, ", "), overflow
		}
		<-changed
	}
}

func put(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(path), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Everything is looked at when the system's queue ran over, and the batch says so.
func TestWatchOverflow(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "old"))
	put(t, filepath.Join(dir, "stays"))
	s := &fakeSystem{most: 100}
	w := s.on(dir)
	w.debounce = time.Millisecond
	if err := w.begin(); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "sub", "new"))
	if err := os.Remove(filepath.Join(dir, "old")); err != nil {
		t.Fatal(err)
	}
	go w.run()
	s.wrong <- fsnotify.ErrEventOverflow
	if got, overflow := next(t, w); got != "dir/old removed, dir/sub created, dir/sub/new created" || !overflow {
		t.Error(got, overflow)
	}
	s.wrong <- fsnotify.ErrEventOverflow // nothing has changed, as far as can be seen
	if got, overflow := next(t, w); got != "" || !overflow {
		t.Error(got, overflow)
	}
	if err := w.end(); err != nil || !s.folders[filepath.Join(dir, "sub")] || !s.closed {
		t.Error(err, s.folders)
	}
}

// Changes of one path within a batch are one change, or none.
func TestWatchBatchIsShort(t *testing.T) {
	w := (&fakeSystem{most: 1}).on(string(filepath.Separator) + "dir")
	for _, tt := range []struct{ first, then, want string }{
		{"created", "removed", ""}, {"created", "changed", "created"}, {"removed", "created", "changed"}, {"changed", "removed", "removed"}, {"changed", "changed", "changed"},
	} {
		name := filepath.Join(w.roots[0].on, tt.first+tt.then)
		w.note(name, tt.first)
		w.note(name, tt.then)
		if got := w.pending["dir/"+tt.first+tt.then]; got != tt.want {
			t.Errorf("%s, then %s, is %q, want %q", tt.first, tt.then, got, tt.want)
		}
	}
}

// A batch has a bound, which is told as an overflow.
func TestWatchBatchIsBounded(t *testing.T) {
	w := (&fakeSystem{most: 1}).on(string(filepath.Separator) + "dir")
	for i := range maxPending + 10 {
		w.note(filepath.Join(w.roots[0].on, fmt.Sprint(i)), "created")
	}
	if !w.overflow || len(w.pending) != maxPending {
		t.Error(w.overflow, len(w.pending))
	}
}

// The error of a system that has no more to give says what allows more, whether it comes at once or with a folder that is made later.
func TestWatchLimits(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the errors are those of Unix")
	}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{syscall.ENOSPC, "fs.inotify.max_user_watches"},
		{syscall.EMFILE, "fs.inotify.max_user_instances"},
	} {
		w := newWatcher()
		w.roots = []watched{{given: "dir", on: t.TempDir()}}
		w.open = func() (notifier, <-chan fsnotify.Event, <-chan error, error) { return nil, nil, nil, tt.err }
		if err := w.begin(); !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.want) {
			t.Error(err)
		}
	}
	dir := t.TempDir()
	put(t, filepath.Join(dir, "sub", "f"))
	s := &fakeSystem{most: 1, why: syscall.ENOSPC}
	if err := s.on(dir).begin(); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "fs.inotify.max_user_watches") || !s.closed {
		t.Error(err)
	}
	s = &fakeSystem{most: 2, why: syscall.ENOSPC}
	w := s.on(dir)
	if err := w.begin(); err != nil {
		t.Fatal(err)
	}
	go w.run()
	put(t, filepath.Join(dir, "later", "f"))
	s.events <- fsnotify.Event{Name: filepath.Join(dir, "later"), Op: fsnotify.Create}
	var err error
	for err == nil {
		var changed chan struct{}
		if _, _, _, changed, err = w.take(); err == nil && changed != nil {
			<-changed
		}
	}
	if !strings.Contains(err.Error(), "fs.inotify.max_user_watches") {
		t.Error(err)
	}
	if err := w.end(); err != nil {
		t.Error(err)
	}
}

// Many files are looked at where watching takes a descriptor for each, and it is said so: from the beginning, or when they become many.
func TestWatchManyByPolling(t *testing.T) {
	dir := t.TempDir()
	for i := range 10 {
		put(t, filepath.Join(dir, fmt.Sprint("f", i)))
	}
	for _, tt := range []struct {
		name  string
		most  int
		more  int // files that are made later
		polls bool
	}{{"few", 20, 5, false}, {"many", 5, 0, true}, {"more", 12, 10, true}} {
		t.Run(tt.name, func(t *testing.T) {
			s := &fakeSystem{most: 100}
			w := s.on(dir)
			w.most, w.debounce = tt.most, time.Millisecond
			if err := w.begin(); err != nil {
				t.Fatal(err)
			}
			go w.run()
			made := filepath.Join(dir, tt.name)
			put(t, filepath.Join(made, "f"))
			want := "dir/" + tt.name + " created, dir/" + tt.name + "/f created"
			for i := range tt.more {
				put(t, filepath.Join(made, fmt.Sprint("g", i)))
				want += fmt.Sprintf(", dir/%s/g%d created", tt.name, i)
			}
			if tt.most > 10 {
				s.events <- fsnotify.Event{Name: made, Op: fsnotify.Create}
			}
			got := ""
			for {
				more, overflow := next(t, w)
				if got += more; overflow {
					t.Error("overflow")
				}
				if strings.Count(got, "created") >= strings.Count(want, "created") {
					break
				}
				got += ", "
			}
			if got != want {
				t.Errorf("told %s, want %s", got, want)
			}
			if err := w.end(); err != nil {
				t.Error(err)
			}
			if polls := w.sys == nil; polls != tt.polls || tt.polls != strings.Contains(w.warning, fmt.Sprintf("more than %d files", tt.most)) || s.closed != true {
				t.Errorf("polls: %v; %s", polls, w.warning)
			}
			if err := os.RemoveAll(made); err != nil {
				t.Fatal(err)
			}
		})
	}
	file := (&fakeSystem{most: 100}).on(filepath.Join(dir, "f1")) // all files beside it are watched, too
	if file.most = 5; file.begin() != nil || file.sys != nil {
		t.Error("one file beside many does not poll")
	}
}
