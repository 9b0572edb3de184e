package fs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/lull-lua/lull/builtins/internal/replace"
	"github.com/lull-lua/lull/interp"
)

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
	if errors.Is(err, syscall.EINVAL) && st.IsDir() { // rename(2): "to" would be below "from"
		return &at{from, errMovedIntoItself}
	}
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
		if e := (*at)(nil); errors.As(err, &e) {
			if rest, ok := strings.CutPrefix(e.path, beside); ok { // scripts know it by the new name
				err = &at{to + rest, e.err}
			}
		}
		return undone(ctx, files, beside, err)
	}
	if err := files.Rename(beside, to); err != nil {
		return &at{to, undone(ctx, files, beside, err)}
	}
	return discard(context.WithoutCancel(ctx), files, from, st) // it is moved: what is left of the old one goes, too
}

var errMovedIntoItself = errors.New("a folder cannot be moved into itself")

// undone removes a copy that is of no use, and returns err, the reason: with words, if that fails.
func undone(ctx context.Context, files interp.Files, copied string, err error) error {
	if _, gone := removeTree(context.WithoutCancel(ctx), files, copied); gone != nil {
		return fmt.Errorf("%w (and %s is left behind: %w)", err, copied, gone)
	}
	return err
}

// discard removes what has been moved. A folder has another name first: whenever this is killed, its own leads to all of it or to nothing.
func discard(ctx context.Context, files interp.Files, name string, st fs.FileInfo) error {
	if st.IsDir() {
		dir, base := filepath.Split(trimmed(slashed(name)))
		aside := dir + replace.Name(base)
		if files.Rename(name, aside) == nil { // else it is removed as it is
			name = aside
		}
	}
	_, err := removeTree(ctx, files, name)
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
