package fs

import (
	"context"
	"errors"
	"io/fs"

	"github.com/lull-lua/lull/interp"
)

// dirLock is what lfs.lock_dir returns.
type dirLock struct {
	path string
	r    *interp.Resource
}

// remove frees the lock; one that somebody has taken for stale is free.
func (l *dirLock) remove(files interp.Files) error {
	err := files.Remove(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// lockFile is the link that stands for a lock in a folder.
const lockFile = "lockfile.lfs"

var dirLockType = interp.Type{Name: "lfs.lock", Of: (*dirLock)(nil), Methods: []interp.Def{{Name: "free", Fn: freeDir, Outside: true}}}

// lockDir is lfs.lock_dir(path [, seconds_stale]). The lock is freed when its task ends, at the latest.
func lockDir(c *interp.Call) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	stale := -1.0
	if !c.Arg(2).IsNil() {
		if stale, err = c.Number(2); err != nil {
			return err
		}
	}
	l := &dirLock{path: path + "/" + lockFile}
	now, made := c.Time(), false
	o, err := asked(c, true, path, func(_ context.Context, files interp.Files) (none struct{}, err error) {
		if st, err := files.Lstat(l.path); err == nil && stale >= 0 && now.Sub(st.ModTime()).Seconds() >= stale {
			if err := files.Remove(l.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return none, err
			}
		}
		err = files.Symlink("lock", l.path)
		made = err == nil
		return none, err
	})
	files := c.Files()
	if err != nil {
		if made { // cancelled when it had it
			_ = l.remove(files)
		}
		return err
	}
	if o.err != nil {
		text, _ := cText(o.err)
		return c.Return(nil, text)
	}
	l.r = c.Defer("lfs.lock_dir "+path, l, func(context.Context) error { return l.remove(files) })
	return c.Return(l)
}

// freeDir is lock:free().
func freeDir(c *interp.Call) error {
	l := interp.Self[*dirLock](c)
	if !l.r.Release() {
		return nil
	}
	_, err := run(c, true, l.path, func(_ context.Context, files interp.Files) (struct{}, error) { return struct{}{}, l.remove(files) })
	return err
}
