package interp

import (
	"slices"
)

// EndWatcher is told that a task has ended; see [Task.Watch].
type EndWatcher interface {
	// TaskEnded is called on the loop, once, and must neither wait nor call Lua. A panic in it ends the task's run.
	TaskEnded(t *Task)
}

// Watch tells w when the task has ended, before anybody who waits for it goes on and before its failure is reported: on
// the loop, where w may wake tasks but not wait. A task that has ended already tells nobody.
func (t *Task) Watch(w EndWatcher) { t.rarely().watchers = append(t.rare.watchers, w) }

// WatchRun tells w of each task of the task's run that has ended and that no other owns: those that were spawned. It is Watch
// otherwise, and takes the place of the WatchRun before.
func (t *Task) WatchRun(w EndWatcher) { t.run.watcher = w }

// Unwatch takes one Watch back; the latest is found soonest.
func (t *Task) Unwatch(w EndWatcher) {
	if t.rare == nil {
		return
	}
	l := t.rare.watchers
	for i := len(l) - 1; i >= 0; i-- {
		if l[i] == w {
			t.rare.watchers = slices.Delete(l, i, i+1)
			return
		}
	}
}

// tellWatchers is called once, when the task has ended.
func (t *Task) tellWatchers() {
	if t.rare == nil {
		return
	}
	watchers := t.rare.watchers
	t.rare.watchers = nil
	for _, w := range watchers {
		t.run.rt.guard(t.run, "an EndWatcher", func() { w.TaskEnded(t) })
	}
}
