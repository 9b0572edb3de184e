package fs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

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
	told      func(done int64) // unless nil, as it goes on: then it counts what is written
	root      fs.FileInfo      // the folder that is copied into: it is not copied into itself
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
	if p := (*fs.PathError)(nil); errors.As(err, &p) && p.Op == "read" || errors.Is(err, errShorter) {
		return &at{from, err}
	}
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
			err := k.wrote(ctx, size)
			k.tell(size)
			return size, err
		}
		if holes := extents(in.System(), size); holes != nil {
			return k.extents(ctx, out, in, size, holes)
		}
	}
	return k.bytesOf(ctx, out, in, -1)
}

// wrote counts n bytes as output; where they are too many the file that they are in is removed.
func (k *copier) wrote(ctx context.Context, n int64) error {
	if k.told != nil {
		return nil
	}
	return interp.WillWrite(ctx, n)
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
		if done += m; err == nil {
			err = k.wrote(ctx, m)
		}
		if err != nil {
			return done, err
		}
		k.tell(done)
		if m < want {
			break // the end
		}
	}
	return done, nil
}

// errShorter is the error of a file with holes that has lost its end meanwhile: what is gone would be one more hole in the copy.
var errShorter = errors.New("it became shorter while it was copied")

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
		n, err := k.bytesOf(ctx, out, in, e.to-e.from)
		if err == nil && n < e.to-e.from {
			err = errShorter
		}
		if err != nil {
			return e.from + n, err
		}
	}
	if st, err := in.Stat(); err == nil && st.Size() < size { // within the last hole
		return size, errShorter
	}
	return size, out.System().Truncate(size)
}
