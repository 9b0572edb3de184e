package fs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/interp"
)

// walker goes through a tree, in the order of names, with one list of names for each folder that it is in.
type walker struct {
	files   interp.Files
	root    string
	match   []*glob.Pattern
	exclude []*glob.Pattern
	globs   []*glob.Pattern // instead of match: paths below root
	kind    string
	depth   int // 0: any
	hidden  bool
	follow  bool
	stat    bool
	onError bool // errors are given out, not raised

	levels []level
	bytes  int // of names that are held
}

// level is a folder that the walker is in.
type level struct {
	path  string // below root; "": root itself
	left  []fs.DirEntry
	is    fs.FileInfo // with follow: which folder it is
	bytes int
}

// found is what the walker has come to.
type found struct {
	path  string // with root
	name  string
	kind  string
	depth int
	st    fs.FileInfo
	err   error
}

// joined is a path below a folder.
func joined(dir, below string) string {
	switch {
	case dir == "":
		return below
	case below == "":
		return dir
	case strings.HasSuffix(dir, "/"):
		return dir + below
	}
	return dir + "/" + below
}

// next is what comes next; nil at the end.
func (w *walker) next(ctx context.Context) (*found, error) {
	for len(w.levels) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l := &w.levels[len(w.levels)-1]
		if len(l.left) == 0 {
			w.bytes -= l.bytes
			w.levels = w.levels[:len(w.levels)-1]
			continue
		}
		e := l.left[0]
		l.left[0] = nil
		l.left = l.left[1:]
		name := e.Name()
		below := joined(l.path, name)
		f := &found{path: joined(w.root, below), name: name, depth: len(w.levels), kind: kindOf(e.Type())}
		if !w.hidden && w.globs == nil && strings.HasPrefix(name, ".") || glob.Any(w.exclude, name, below) {
			continue
		}
		if e.Type()&fs.ModeSymlink != 0 && w.follow || w.stat {
			st, err := look(w.files, f.path, w.follow)
			if w.follow && absent(err) { // a link that leads nowhere
				st, err = w.files.Lstat(f.path)
			}
			switch {
			case absent(err): // it is gone meanwhile
				continue
			case err != nil && w.onError:
				return &found{path: f.path, err: err}, nil
			case err != nil:
				return nil, &at{f.path, err}
			}
			f.st, f.kind = st, kindOf(st.Mode())
		}
		entered, err := w.enter(ctx, f, below)
		if !w.wanted(f, below) {
			f = nil
		}
		switch {
		case err != nil && w.onError:
			err = nil
			if f == nil {
				return entered, nil
			}
			f.err = entered.err // both: the folder, then what is wrong with it
			return f, nil
		case err != nil:
			return nil, err
		case f != nil:
			return f, nil
		}
	}
	return nil, nil
}

// wanted reports whether a file is one to be given out.
func (w *walker) wanted(f *found, below string) bool {
	if w.kind != "" && f.kind != w.kind {
		return false
	}
	if w.globs != nil {
		return slices.ContainsFunc(w.globs, func(p *glob.Pattern) bool { return p.Match(below, w.hidden) })
	}
	return w.match == nil || glob.Any(w.match, f.name, below)
}

// enter goes into what is a folder. An error is about the folder, and is given out behind it where errors are.
func (w *walker) enter(ctx context.Context, f *found, below string) (*found, error) {
	if f.kind != "dir" || w.depth > 0 && f.depth >= w.depth {
		return nil, nil
	}
	if w.globs != nil && !slices.ContainsFunc(w.globs, func(p *glob.Pattern) bool { return p.Below(below, w.hidden) }) {
		return nil, nil
	}
	l := level{path: below}
	if w.follow {
		st := f.st
		if st == nil {
			var err error
			if st, err = w.files.Stat(f.path); err != nil {
				return &found{path: f.path, err: err}, &at{f.path, err}
			}
		}
		l.is = st
		for _, outer := range w.levels {
			if outer.is != nil && os.SameFile(outer.is, st) { // a link to a folder that it is in
				return nil, nil
			}
		}
	}
	entries, err := readDir(ctx, w.files, f.path)
	if absent(err) {
		return nil, nil // it is gone meanwhile
	}
	if err != nil {
		if w.globs != nil && !errors.Is(err, context.Canceled) {
			return nil, nil
		}
		return &found{path: f.path, err: err}, &at{f.path, err}
	}
	l.left = entries
	for _, e := range entries {
		l.bytes += 96 + len(e.Name())
	}
	w.bytes += l.bytes
	w.levels = append(w.levels, l)
	return nil, nil
}

// begin reads the root.
func (w *walker) begin(ctx context.Context) error {
	dir := w.root
	if dir == "" {
		dir = "."
	}
	l := level{}
	if w.follow {
		st, err := w.files.Stat(dir)
		if err != nil {
			return err
		}
		l.is = st
	}
	entries, err := readDir(ctx, w.files, dir)
	l.left = entries
	w.levels = []level{l}
	return err
}

// batchSize is how many files a walk finds at once off the loop.
const batchSize = 512

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
	it := &iteration{w: w, dir: dir, onError: onError}
	var held []interp.Value
	if w.onError {
		held = append(held, onError)
	}
	return c.Return(c.NewFunction("fs.walk", it.next, held...))
}

// iteration is what fs.walk goes on with.
type iteration struct {
	w       *walker
	dir     string
	onError interp.Value
	batch   []*found
	ended   bool
	busy    bool
	names   []interp.Value          // of the fields of an entry
	kinds   map[string]interp.Value // the types
}

func (it *iteration) next(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	for {
		if it.busy {
			return interp.Errorf(interp.KindError, "fs.walk: another task waits for the same iterator")
		}
		if len(it.batch) == 0 && !it.ended {
			it.busy = true
			w := it.w
			got := make(chan []*found, 1)
			err := c.Block(func(ctx context.Context) error {
				batch := make([]*found, 0, batchSize)
				for len(batch) < batchSize {
					f, err := w.next(ctx)
					if err != nil && len(batch) == 0 {
						return err
					}
					if err != nil {
						f = &found{err: err, depth: -1}
					}
					batch = append(batch, f)
					if f == nil || err != nil {
						break
					}
				}
				got <- batch
				return nil
			})
			it.busy = false
			if err != nil {
				it.ended = true // an abandoned walk may still go on elsewhere
				return failedAs("fs.walk", it.dir, err)
			}
			it.batch = <-got
		}
		if it.ended {
			return nil
		}
		f := it.batch[0]
		it.batch = it.batch[1:]
		switch {
		case f == nil:
			it.ended, it.batch = true, nil
			return nil
		case f.depth < 0:
			it.ended, it.batch = true, nil
			return failedAs("fs.walk", it.dir, f.err)
		case f.err != nil && f.name == "":
			if err := it.tell(c, f); err != nil {
				return err
			}
			continue
		case f.err != nil:
			it.batch = append([]*found{{path: f.path, err: f.err}}, it.batch...)
		}
		work := c.InPlace()
		if it.names == nil {
			for _, name := range []string{"name", "type", "depth"} {
				it.names = append(it.names, work.Name(name))
			}
			it.kinds = map[string]interp.Value{}
			for _, kind := range kinds {
				it.kinds[kind] = work.Name(kind)
			}
		}
		pairs := [6]interp.Value{it.names[0], work.Text(f.name), it.names[1], it.kinds[f.kind], it.names[2], work.Number(float64(f.depth))}
		t := work.Map(pairs[:])
		if f.st != nil && it.w.stat {
			if err := fill(c, t, f.st); err != nil {
				return err
			}
		}
		return c.Return(f.path, t)
	}
}

// tell calls on_error.
func (it *iteration) tell(c *interp.Call, f *found) error {
	path, err := c.Value(f.path)
	if err != nil {
		return err
	}
	_, err = c.Call(it.onError, path, c.ErrorValue(interp.PathErrorf("fs.walk", f.path, f.err)))
	return err
}

// globs is fs.glob(pattern [, opts]).
func globs(c *interp.Call) error {
	if t := c.Arg(1).Type(); t != "string" && t != "table" {
		return c.TypeError(1, "pattern or list of patterns")
	}
	var dir, kind string
	var exclude interp.Value
	var hidden, follow bool
	if err := c.Options(2, map[string]any{"dir": &dir, "exclude": &exclude, "type": &kind, "hidden": &hidden, "follow": &follow}); err != nil {
		return err
	}
	if err := optionPath(c, 2, "dir", dir); err != nil {
		return err
	}
	if kind != "" && !slices.Contains(kinds, kind) {
		return c.ArgError(2, fmt.Sprintf("option 'type': file, dir, link or other expected, got %.60q", kind))
	}
	all, err := glob.Argument(c, 1, "", c.Arg(1))
	if err != nil {
		return err
	}
	out, err := glob.Argument(c, 2, "exclude", exclude)
	if err != nil {
		return err
	}
	// Patterns are looked for from where their first names lead that are no patterns.
	starts := map[string][]*glob.Pattern{}
	var order []string
	for _, p := range all {
		for _, s := range p.Starts() {
			if _, known := starts[s.Path]; !known {
				order = append(order, s.Path)
			}
			starts[s.Path] = append(starts[s.Path], s.Rest)
		}
	}
	paths, err := run(c, false, dir, func(ctx context.Context, files interp.Files) ([]string, error) {
		var paths []string
		for _, start := range order {
			root := start
			if !strings.HasPrefix(start, "/") {
				root = joined(slashed(dir), start)
			}
			var globs []*glob.Pattern
			for _, p := range starts[start] {
				if p != nil {
					globs = append(globs, p)
					continue
				}
				st, err := look(files, root, follow) // a pattern without any sign
				if err == nil && (kind == "" || kindOf(st.Mode()) == kind) && !glob.Any(out, baseOf(root), start) {
					paths = append(paths, root)
				}
			}
			if len(globs) == 0 {
				continue
			}
			w := &walker{files: files, root: root, globs: globs, exclude: out, kind: kind, hidden: hidden, follow: follow}
			if err := w.begin(ctx); err != nil {
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				continue // it is not there, or may not be read
			}
			for {
				f, err := w.next(ctx)
				if err != nil && ctx.Err() != nil {
					return nil, ctx.Err()
				}
				if err != nil {
					continue
				}
				if f == nil {
					break
				}
				paths = append(paths, f.path)
			}
		}
		slices.Sort(paths)
		return slices.Compact(paths), nil
	})
	if err != nil {
		return err
	}
	return strs(c, paths)
}

// match is fs.match(pattern, path).
func match(c *interp.Call) error {
	if c.Arg(1).Type() != "string" {
		return c.TypeError(1, "string")
	}
	p, err := glob.New(c.Arg(1).String())
	if err != nil {
		return c.ArgError(1, err.Error())
	}
	path, err := c.Text(2)
	if err != nil {
		return err
	}
	if err := c.Spend(64 * p.Alternatives()); err != nil {
		return err
	}
	return c.Return(p.Match(strings.TrimSuffix(slashed(path), "/"), true))
}
