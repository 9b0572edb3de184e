package fs

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/interp"
)

// walker goes through a tree, in the order of names, with one list of names for each folder that it is in.
type walker struct {
	files   interp.Files
	root    string
	match   []*glob.Pattern
	exclude []*glob.Pattern
	globs   []glob.Start // instead of match: paths below root
	kind    string
	depth   int // 0: any
	hidden  bool
	follow  bool
	stat    bool
	onError bool // errors are given out, not raised

	names  listing
	levels []level
	into   string // the folder that is entered next, as it was given out last; "": none
	intoSt fs.FileInfo
}

// level is a folder that the walker is in.
type level struct {
	prefix     string // of what is in it
	from, text int    // where its names begin in the listing
	next       int    // of its entries
	is         fs.FileInfo
}

// batch is what a walker has come to, piece by piece. The paths lie one after the other in the text.
type batch struct {
	text  []byte
	items []item
	over  bool  // nothing comes behind it
	err   error // likewise: the walk has failed
	later error // it could not go on here, and has lost nothing
}

// item is a file that a walker has come to, or with onError an error.
type item struct {
	end   int // of its path in the batch's text
	name  int // how long its name is; 0: an error
	kind  kind
	depth int
	st    fs.FileInfo
	err   error
}

// path is the one of an item that begins at from.
func (b *batch) path(from int, it *item) []byte { return b.text[from:it.end] }

func (b *batch) clear() {
	clear(b.items)
	b.text, b.items, b.over, b.err, b.later = b.text[:0], b.items[:0], false, nil, nil
}

// add adds an item with a path of two parts.
func (b *batch) add(dir string, name []byte, it item) {
	b.text = append(append(b.text, dir...), name...)
	it.end = len(b.text)
	b.items = append(b.items, it)
}

// errLater is the error of reading a folder that is left to a moment when somebody waits for it.
var errLater = errors.New("later")

// begin reads the root.
func (w *walker) begin(ctx context.Context) error {
	dir := w.root
	l := level{prefix: dir}
	switch {
	case dir == "":
		dir = "."
	case !strings.HasSuffix(dir, "/"):
		l.prefix += "/"
	}
	if w.follow {
		st, err := w.files.Stat(dir)
		if err != nil {
			return err
		}
		l.is = st
	}
	err := w.names.read(ctx, w.files, dir, true, func(n int) error { return interp.Reserve(ctx, n) })
	w.levels = []level{l}
	return err
}

// fill adds to b what comes next, up to so many items. grow is told how many bytes of names are going to be held; where its error is
// errLater that is b's, and the walk goes on with the next call.
func (w *walker) fill(ctx context.Context, b *batch, most int, grow func(n int) error) {
	if b.err = ctx.Err(); b.err != nil {
		return
	}
	for len(b.items) < most && !b.over && b.err == nil {
		if w.into != "" {
			if err := w.enter(ctx, grow); errors.Is(err, errLater) {
				b.later = err
				return
			} else if err != nil {
				w.fails(ctx, b, w.into, err)
			}
			w.into, w.intoSt = "", nil
			continue
		}
		if len(w.levels) == 0 {
			b.over = true
			return
		}
		l := &w.levels[len(w.levels)-1]
		if l.next == len(w.names.list) {
			w.names.cut(l.from, l.text)
			w.levels = w.levels[:len(w.levels)-1]
			continue
		}
		e := &w.names.list[l.next]
		l.next++
		w.one(ctx, b, l, e)
	}
}

// fails takes in an error about a file: it is given out, or ends the walk.
func (w *walker) fails(ctx context.Context, b *batch, path string, err error) {
	limit := (*interp.Error)(nil)
	switch {
	case ctx.Err() != nil:
		b.err = ctx.Err()
	case errors.As(err, &limit):
		b.err = err
	case w.globs != nil: // what cannot be read has nothing to be found
	case w.onError:
		b.add(path, nil, item{err: err})
	default:
		b.err = &at{path, err}
	}
}

// one takes in a file.
func (w *walker) one(ctx context.Context, b *batch, l *level, e *entry) {
	name := w.names.name(e)
	below := ""
	if w.exclude != nil || w.match != nil || w.globs != nil {
		below = strings.TrimPrefix(l.prefix[len(w.root):], "/") + string(name)
	}
	if !w.hidden && w.globs == nil && name[0] == '.' || w.exclude != nil && glob.Any(w.exclude, string(name), below) {
		return
	}
	f := item{name: len(name), kind: e.kind, depth: len(w.levels)}
	if e.kind == isLink && w.follow || w.stat {
		path := l.prefix + string(name)
		err := ctx.Err()
		if err == nil {
			f.st, err = look(w.files, path, w.follow)
			if w.follow && (absent(err) || errors.Is(err, syscall.ELOOP)) { // a link that leads nowhere, or to itself
				f.st, err = w.files.Lstat(path)
			}
		}
		switch {
		case absent(err): // it is gone meanwhile
			return
		case err != nil:
			w.fails(ctx, b, path, err)
			return
		}
		f.kind = kindOf(f.st.Mode())
	}
	if f.kind == isDir && (w.depth == 0 || f.depth < w.depth) {
		if w.globs == nil || slices.ContainsFunc(w.globs, func(p glob.Start) bool { return p.Rest.Below(below, w.hidden) }) {
			w.into, w.intoSt = l.prefix+string(name), f.st
		}
	}
	if w.wanted(&f, name, below) {
		b.add(l.prefix, name, f)
	}
}

// wanted reports whether a file is one to be given out.
func (w *walker) wanted(f *item, name []byte, below string) bool {
	if w.kind != "" && kinds[f.kind] != w.kind {
		return false
	}
	if w.globs != nil {
		return slices.ContainsFunc(w.globs, func(p glob.Start) bool { return (!p.Dirs || f.kind == isDir) && p.Rest.Match(below, w.hidden) })
	}
	return w.match == nil || glob.Any(w.match, string(name), below)
}

// enter goes into the folder that was given out last.
func (w *walker) enter(ctx context.Context, grow func(n int) error) error {
	l := level{prefix: w.into + "/", from: len(w.names.list), text: len(w.names.text), next: len(w.names.list)}
	if w.follow {
		st := w.intoSt
		if st == nil {
			var err error
			if st, err = w.files.Stat(w.into); err != nil {
				return err
			}
		}
		l.is = st
		for _, outer := range w.levels {
			if outer.is != nil && os.SameFile(outer.is, st) { // a link to a folder that it is in
				return nil
			}
		}
	}
	err := w.names.read(ctx, w.files, w.into, w.follow, grow)
	switch {
	case absent(err), !w.follow && errors.Is(err, syscall.ELOOP): // it is gone meanwhile, or a link is in its place
		return nil
	case err != nil:
		return err
	}
	w.levels = append(w.levels, l)
	return nil
}
