package fs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/interp"
)

// chunk is how much is copied at once: how far a cancelled copy may still go.
const chunk = 1 << 20

// copier copies files and trees.
type copier struct {
	files     interp.Files
	overwrite bool
	exclude   []*glob.Pattern
	bytes     int64
	told      func(done int64) // unless nil, as it goes on
	root      fs.FileInfo      // the folder that is copied into: it is not copied into itself
}

// copyTree is fs.copy(from, to [, opts]).
func copyTree(c *interp.Call) error {
	from, to, err := twoPaths(c)
	if err != nil {
		return err
	}
	k := &copier{overwrite: true}
	var exclude, progress interp.Value
	var withParents bool
	if err := c.Options(3, map[string]any{"overwrite": &k.overwrite, "exclude": &exclude, "progress": &progress, "parents": &withParents}); err != nil {
		return err
	}
	if k.exclude, err = glob.Argument(c, 3, "exclude", exclude); err != nil {
		return err
	}
	if !progress.IsNil() && !progress.IsFunction() {
		return c.ArgError(3, "option 'progress': function expected, got "+data.TypeOf(progress))
	}
	work := func(ctx context.Context, files interp.Files) (int64, error) {
		k.files = files
		target, err := intoFolder(files, from, to)
		if err == nil {
			err = k.outside(from, target)
		}
		if err == nil {
			err = parents(files, target, withParents)
		}
		if err == nil {
			err = k.copy(ctx, from, target, "")
		}
		return k.bytes, err
	}
	if progress.IsNil() {
		n, err := run(c, true, from, work)
		if err != nil {
			return err
		}
		return c.Return(float64(n))
	}
	return withProgress(c, from, progress, k, work)
}

// withProgress copies, and calls progress(done, total) in between.
func withProgress(c *interp.Call, from string, progress interp.Value, k *copier, work func(ctx context.Context, files interp.Files) (int64, error)) error {
	total, err := run(c, false, from, func(ctx context.Context, files interp.Files) (int64, error) {
		return sizeOf(ctx, files, from)
	})
	if err != nil {
		return err
	}
	type step struct {
		done int64
		err  error
		over bool
	}
	steps, goOn := make(chan step), make(chan bool)
	files, runCtx := c.Files(), context.WithoutCancel(c.Context())
	ctx, cancel := context.WithCancel(runCtx)
	defer cancel()
	k.told = func(done int64) {
		select {
		case steps <- step{done: done}:
		case <-ctx.Done():
			return
		}
		select {
		case <-goOn:
		case <-ctx.Done():
		}
	}
	ended := make(chan struct{})
	started := false
	defer func() {
		cancel()
		if started {
			<-ended // what it writes is gone, or whole
		}
	}()
	for {
		var s step
		err := c.BlockFirm(func(block context.Context) error {
			if !started {
				started = true
				go func() {
					defer close(ended)
					n, err := work(ctx, files)
					select {
					case steps <- step{n, err, true}:
					case <-ctx.Done():
					}
				}()
			} else {
				select {
				case goOn <- true:
				case <-block.Done():
					return block.Err()
				}
			}
			select {
			case s = <-steps:
				return nil
			case <-block.Done():
				return block.Err()
			}
		})
		if err != nil {
			return err
		}
		if s.over {
			if s.err != nil {
				return failed(c, from, s.err)
			}
			if _, err := c.Call(progress, interp.Number(float64(s.done)), interp.Number(float64(total))); err != nil {
				return err
			}
			return c.Return(float64(s.done))
		}
		if _, err := c.Call(progress, interp.Number(float64(s.done)), interp.Number(float64(total))); err != nil {
			return err
		}
	}
}

func twoPaths(c *interp.Call) (from, to string, err error) {
	if from, err = pathArg(c, 1); err != nil {
		return "", "", err
	}
	if to, err = pathArg(c, 2); err != nil {
		return "", "", err
	}
	switch {
	case from == "":
		return "", "", c.ArgError(1, "the path is empty")
	case to == "":
		return "", "", c.ArgError(2, "the path is empty")
	}
	return from, to, nil
}

// intoFolder is the name that is copied to, where one with a slash at its end is a folder to put it in.
func intoFolder(files interp.Files, from, to string) (string, error) {
	if !strings.HasSuffix(slashed(to), "/") {
		return to, nil
	}
	st, err := files.Stat(to)
	switch {
	case err != nil:
		return "", &at{to, err}
	case !st.IsDir():
		return "", &at{to, syscall.ENOTDIR}
	}
	base := baseOf(slashed(filepath.Clean(from)))
	if base == "." || base == ".." || base == "/" {
		return "", &at{from, errors.New("it has no name to be copied by")}
	}
	return to + base, nil
}

// copy copies what is at from to exactly that name; below is its path in the tree.
func (k *copier) copy(ctx context.Context, from, to, below string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	st, err := k.files.Lstat(from)
	if err != nil {
		return &at{from, err}
	}
	old, err := k.files.Lstat(to)
	if err != nil && !absent(err) {
		return &at{to, err}
	}
	if absent(err) {
		old = nil
	}
	if old != nil && os.SameFile(st, old) && old.Sys() != nil {
		return &at{to, errors.New("it is the same file")}
	}
	if old != nil && !k.overwrite && !(old.IsDir() && st.IsDir()) {
		return &at{to, syscall.EEXIST}
	}
	switch {
	case st.IsDir():
		return k.folder(ctx, st, old, from, to, below)
	case old != nil && old.IsDir():
		return &at{to, syscall.EISDIR}
	case old != nil && special(old):
		return &at{to, replace.ErrNotRegular}
	case st.Mode()&fs.ModeSymlink != 0:
		return k.link(from, to, old != nil)
	case !st.Mode().IsRegular():
		return &at{from, errors.New("neither a file, a folder nor a link; it cannot be copied")}
	}
	return k.file(ctx, st, from, to)
}

// special reports whether a file is a FIFO, a socket or a device, whose place no other file takes.
func special(st fs.FileInfo) bool {
	return !st.Mode().IsRegular() && !st.IsDir() && st.Mode()&fs.ModeSymlink == 0
}

// outside is the error of a copy of a folder that is to lie in that folder. It is found before anything is made; what is excluded may
// lie there.
func (k *copier) outside(from, to string) error {
	st, err := k.files.Lstat(from)
	if err != nil || !st.IsDir() || len(k.exclude) > 0 {
		return nil // copying it says what is wrong, and meets its copy
	}
	if old, err := k.files.Lstat(to); err == nil && !old.IsDir() {
		return nil // likewise
	}
	dir := filepath.Dir(to)
	in, err := k.files.Stat(dir)
	for absent(err) && dir != filepath.Dir(dir) { // parents that are to be made
		dir = filepath.Dir(dir)
		in, err = k.files.Stat(dir)
	}
	for err == nil {
		if os.SameFile(in, st) {
			return &at{from, errIntoItself}
		}
		dir += "/.." // not cleaned: the folder may have been reached by a link
		above, uerr := k.files.Stat(dir)
		if uerr != nil || os.SameFile(above, in) {
			return nil // the root, of the system or of what is granted
		}
		in = above
	}
	return nil
}

var errIntoItself = errors.New("a folder cannot be copied into itself")

func (k *copier) folder(ctx context.Context, st, old fs.FileInfo, from, to, below string) error {
	if k.root != nil && os.SameFile(st, k.root) {
		return &at{from, errIntoItself}
	}
	if old != nil && !old.IsDir() {
		return &at{to, syscall.ENOTDIR}
	}
	names, err := k.names(ctx, from)
	if err != nil {
		return &at{from, err}
	}
	if old == nil {
		if err := k.files.Mkdir(to, 0o700); err != nil { // until it has its mode
			return &at{to, err}
		}
	}
	if k.root == nil {
		if k.root, err = k.files.Lstat(to); err != nil {
			return &at{to, err}
		}
		if names, err = k.names(ctx, from); err != nil { // again: its copy, where that is in it, is to be seen
			return &at{from, err}
		}
	}
	for _, name := range names {
		path := joined(below, name)
		if glob.Any(k.exclude, name, path) {
			continue
		}
		if err := k.copy(ctx, joined(from, name), joined(to, name), path); err != nil {
			return err
		}
	}
	if old != nil {
		return nil // it keeps what it has
	}
	if err := k.files.Chmod(to, st.Mode()&(fs.ModePerm|fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky)); err != nil {
		return &at{to, err}
	}
	if err := k.files.Chtimes(to, st.ModTime(), st.ModTime()); err != nil {
		return &at{to, err}
	}
	return nil
}

// names are those in a folder. A copy that tells how far it is outlives the calls that wait for it, so they are not counted as memory
// then.
func (k *copier) names(ctx context.Context, dir string) ([]string, error) {
	grow := func(n int) error { return interp.Reserve(ctx, n) }
	if k.told != nil {
		grow = func(int) error { return nil }
	}
	return namesIn(ctx, k.files, dir, grow)
}

func (k *copier) link(from, to string, there bool) error {
	target, err := k.files.Readlink(from)
	if err != nil {
		return &at{from, err}
	}
	name := to
	if there {
		dir, base := filepath.Split(to)
		name = dir + replace.Name(base)
	}
	if err := k.files.Symlink(target, name); err != nil {
		return &at{to, err}
	}
	if name != to {
		if err := k.files.Rename(name, to); err != nil {
			return &at{to, errors.Join(err, k.files.Remove(name))}
		}
	}
	return nil
}

// file copies a file, beside its place, and puts it there when it is whole.
func (k *copier) file(ctx context.Context, st fs.FileInfo, from, to string) (err error) {
	in, err := k.files.Open(ctx, from, os.O_RDONLY, 0)
	if err != nil {
		return &at{from, err}
	}
	defer in.Close()
	dir, base := filepath.Split(to)
	beside := dir + replace.Name(base)
	out, err := k.files.Open(ctx, beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &at{to, err}
	}
	renamed := false
	defer func() {
		_ = out.Close() // closed already, or the first error is the one to tell
		if !renamed {
			if gone := k.files.Remove(beside); gone != nil && err != nil {
				err = fmt.Errorf("%w (and %s is left behind: %w)", err, beside, gone)
			}
		}
	}()
	n, err := k.contents(ctx, out, in, st.Size())
	k.bytes += n
	if err != nil {
		return &at{to, err}
	}
	if sys := out.System(); sys != nil {
		if err := sys.Chmod(st.Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)); err != nil {
			return &at{to, err}
		}
	}
	if err := out.Close(); err != nil {
		return &at{to, err}
	}
	if err := k.files.Chtimes(beside, st.ModTime(), st.ModTime()); err != nil {
		return &at{to, err}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !k.overwrite { // nobody has made it meanwhile
		if err := k.files.Link(beside, to); err == nil || errors.Is(err, fs.ErrExist) {
			if err != nil {
				return &at{to, err}
			}
			return nil // the other name is removed
		}
	}
	if err := k.files.Rename(beside, to); err != nil {
		return &at{to, err}
	}
	renamed = true
	return nil
}

// contents copies the bytes: as a clone, or by the system, extent by extent, so that holes stay holes.
func (k *copier) contents(ctx context.Context, out, in *interp.File, size int64) (int64, error) {
	if in.System() != nil && out.System() != nil && size > 0 {
		if clone(out.System(), in.System()) == nil {
			k.tell(size)
			return size, nil
		}
		if holes := extents(in.System(), size); holes != nil {
			return k.extents(ctx, out, in, size, holes)
		}
	}
	return k.bytesOf(ctx, out, in, -1)
}

func (k *copier) tell(n int64) {
	if k.told != nil {
		k.told(k.bytes + n)
	}
}

// bytesOf copies n bytes, or all: a MiB at a time.
func (k *copier) bytesOf(ctx context.Context, out, in *interp.File, n int64) (done int64, err error) {
	for n < 0 || done < n {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		want := int64(chunk)
		if n >= 0 {
			want = min(want, n-done)
		}
		var from io.Reader = in
		if sys := in.System(); sys != nil {
			from = sys
		}
		var to io.Writer = out
		if sys := out.System(); sys != nil {
			to = sys // which copies within the system where it can
		}
		m, err := io.Copy(to, io.LimitReader(from, want))
		if done += m; err != nil {
			return done, err
		}
		k.tell(done)
		if m < want {
			break // the end
		}
	}
	return done, nil
}

// extent is a stretch of a file that is no hole.
type extent struct{ from, to int64 }

func (k *copier) extents(ctx context.Context, out, in *interp.File, size int64, list []extent) (int64, error) {
	for _, e := range list {
		if _, err := in.Seek(e.from, io.SeekStart); err != nil {
			return 0, err
		}
		if _, err := out.Seek(e.from, io.SeekStart); err != nil {
			return 0, err
		}
		if n, err := k.bytesOf(ctx, out, in, e.to-e.from); err != nil {
			return e.from + n, err
		}
	}
	return size, out.System().Truncate(size)
}

// move is fs.move(from, to [, opts]).
func move(c *interp.Call) error {
	from, to, err := twoPaths(c)
	if err != nil {
		return err
	}
	if last := baseOf(slashed(from)); last == "." || last == ".." {
		return c.ArgError(1, unnamed(from))
	}
	overwrite, withParents := true, false
	if err := c.Options(3, map[string]any{"overwrite": &overwrite, "parents": &withParents}); err != nil {
		return err
	}
	_, err = run(c, true, from, func(ctx context.Context, files interp.Files) (struct{}, error) {
		return struct{}{}, moveTo(ctx, files, from, to, overwrite, withParents)
	})
	return err
}

// moveTo renames or, across file systems, copies beside the new place, renames that, and removes the old. Whenever it is killed one of
// the two is whole.
func moveTo(ctx context.Context, files interp.Files, from, to string, overwrite, withParents bool) error {
	st, err := files.Lstat(from)
	if err == nil {
		err = checkSlash(files, from)
	}
	if err != nil {
		return err
	}
	to, err = intoFolder(files, from, to)
	if err != nil {
		return err
	}
	if err := parents(files, to, withParents); err != nil {
		return err
	}
	old, err := files.Lstat(to)
	switch {
	case err == nil && !overwrite:
		return &at{to, syscall.EEXIST}
	case err == nil && os.SameFile(st, old):
		if sameName(files, from, to) {
			return nil
		}
	case err == nil && special(old):
		return &at{to, replace.ErrNotRegular}
	case err != nil && !absent(err):
		return &at{to, err}
	}
	err = files.Rename(from, to)
	if err == nil && old != nil && os.SameFile(st, old) {
		err = removeLink(files, from, to, st)
	}
	if !errors.Is(err, acrossDevices) {
		if err != nil {
			return &at{to, err}
		}
		return nil
	}
	dir, base := filepath.Split(strings.TrimRight(slashed(to), "/"))
	beside := dir + replace.Name(base)
	k := &copier{files: files, overwrite: true}
	if err := k.copy(ctx, from, beside, ""); err != nil {
		_, gone := removeTree(context.WithoutCancel(ctx), files, beside)
		return errors.Join(err, gone)
	}
	if err := files.Rename(beside, to); err != nil {
		_, gone := removeTree(context.WithoutCancel(ctx), files, beside)
		return &at{to, errors.Join(err, gone)}
	}
	_, err = removeTree(context.WithoutCancel(ctx), files, from) // it is moved: what is left of the old one goes, too
	return err
}

// sameName reports whether two paths are one name in one folder, by whatever way that is reached.
func sameName(files interp.Files, a, b string) bool {
	dirA, baseA := filepath.Split(trimmed(slashed(a)))
	dirB, baseB := filepath.Split(trimmed(slashed(b)))
	if baseA != baseB {
		return false
	}
	stA, errA := files.Stat(cmp.Or(dirA, "."))
	stB, errB := files.Stat(cmp.Or(dirB, "."))
	return errA == nil && errB == nil && os.SameFile(stA, stB)
}

// removeLink removes the old name of a file that has had both names: rename(2) does nothing then. Where the system takes both for one
// name, as of "a" and "A", the file keeps the new one.
func removeLink(files interp.Files, from, to string, st fs.FileInfo) error {
	left, err := files.Lstat(from)
	if absent(err) {
		return nil
	}
	if err != nil {
		return &at{from, err}
	}
	if _, many := linked(left); !many || !os.SameFile(left, st) {
		return nil
	}
	dir, base := filepath.Split(from)
	aside := dir + replace.Name(base)
	if err := files.Rename(from, aside); err != nil {
		return &at{from, err}
	}
	switch _, err := files.Lstat(to); {
	case err == nil:
		return files.Remove(aside)
	case absent(err):
		return files.Rename(aside, to)
	default:
		return &at{to, errors.Join(err, files.Rename(aside, from))}
	}
}

// size is fs.size(path).
func size(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	n, err := run(c, false, name, func(ctx context.Context, files interp.Files) (int64, error) { return sizeOf(ctx, files, name) })
	if err != nil {
		return err
	}
	return c.Return(float64(n))
}

// sizeOf is how many bytes a file has, or the files of a tree together, each once.
func sizeOf(ctx context.Context, files interp.Files, name string) (int64, error) {
	st, err := files.Stat(name)
	if err != nil {
		return 0, err
	}
	if !st.IsDir() {
		return st.Size(), nil
	}
	w := &walker{files: files, root: name, hidden: true, stat: true}
	if err := w.begin(ctx); err != nil {
		return 0, err
	}
	total, seen, b := int64(0), map[[2]uint64]bool{}, &batch{}
	for !b.over {
		b.clear()
		w.fill(ctx, b, lastBatch, func(n int) error { return interp.Reserve(ctx, n) })
		if b.err != nil {
			return total, b.err
		}
		for _, f := range b.items {
			if f.kind != isFile {
				continue
			}
			if id, many := linked(f.st); many {
				if seen[id] {
					continue
				}
				seen[id] = true
				if err := interp.Reserve(ctx, 32); err != nil {
					return total, err
				}
			}
			total += f.st.Size()
		}
	}
	return total, nil
}

// usage is fs.usage(path).
func usage(c *interp.Call) error {
	name, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	on, ok := c.Files().OnMachine(name)
	if !ok {
		return interp.Errorf(interp.KindError, "fs.usage: it is there for the machine's own files only")
	}
	u, err := run(c, false, name, func(context.Context, interp.Files) ([3]float64, error) { return usageOf(on) })
	if err != nil {
		return err
	}
	t := c.NewTable(0)
	for i, field := range []string{"total", "used", "available"} {
		t.SetField(field, interp.Number(u[i]))
	}
	return c.Return(t)
}
