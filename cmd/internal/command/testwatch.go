package command

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path"
	"slices"
	"time"

	"github.com/lull-lua/lull/interp/test"
)

// watchEvery is how often files are looked at.
const watchEvery = 300 * time.Millisecond

// runAgain runs the tests again and again, when a file that they have loaded changes, until ctx ends. Those that have loaded it run first.
func (o *testFlags) runAgain(ctx context.Context, p *process) (status int) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	known := watchedFiles{}
	var changed []string // files with tests that have loaded what has changed
	for ctx.Err() == nil {
		opts, fsys, err := o.options(p.with) // there may be more files now
		if err != nil {
			fmt.Fprintln(p.stderr, "lull test:", err)
			status = statusUsage
		} else {
			first := func(file string) int {
				if slices.Contains(changed, shownName(opts, file)) {
					return 0
				}
				return 1
			}
			slices.SortStableFunc(opts.Files, func(a, b string) int { return cmp.Compare(first(a), first(b)) })
			now := watchedFiles{}
			for _, file := range opts.Files { // one that does not compile, too
				now.loads(shownName(opts, file), shownName(opts, file))
			}
			opts.Loaded = now.loads
			status = o.run(ctx, p, fsys, opts)
			known.add(now)
		}
		for changed = nil; len(changed) == 0; changed = known.changed() {
			select {
			case <-ctx.Done():
				return status
			case <-ticker.C:
			}
		}
	}
	return status
}

// shownName is a file with tests as results name it.
func shownName(opts test.Options, file string) string {
	if opts.Root == "." {
		return file
	}
	return path.Join(opts.Root, file)
}

// stamp is what a file is known by.
type stamp struct {
	size int64
	at   time.Time
}

// stampOf is that of a file; one that is not there has none.
func stampOf(name string) stamp {
	info, err := os.Stat(name)
	if err != nil {
		return stamp{}
	}
	return stamp{info.Size(), info.ModTime()}
}

// watchedFiles are the files that each file with tests has loaded, as they were then: what is changed while the tests run counts, too.
type watchedFiles map[string]map[string]stamp

// loads notes that a file with tests loads a file.
func (w watchedFiles) loads(file, name string) {
	if w[file] == nil {
		w[file] = map[string]stamp{}
	}
	w[file][name] = stampOf(name)
}

// add takes in what a run has loaded, but for what is gone at its end: that was the tests' own. A file that an earlier run has loaded, and this one has
// not, stays, as it may be missing.
func (w watchedFiles) add(now watchedFiles) {
	for file, names := range now {
		if w[file] == nil {
			w[file] = map[string]stamp{}
		}
		for name, is := range names {
			if _, known := w[file][name]; known || stampOf(name) != (stamp{}) {
				w[file][name] = is
			}
		}
	}
}

// changed are the files with tests that have loaded what has changed since.
func (w watchedFiles) changed() (files []string) {
	for file, names := range w {
		was := len(files)
		for name, stamp := range names {
			is := stampOf(name)
			if is == stamp {
				continue
			}
			names[name] = is
			if len(files) == was {
				files = append(files, file)
			}
		}
	}
	return files
}
