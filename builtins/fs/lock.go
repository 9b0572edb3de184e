package fs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/lull-lua/lull/builtins/internal/filelock"
	"github.com/lull-lua/lull/interp"
)

// fileLock is what fs.lock returns.
type fileLock struct {
	path string // as given
	s    *shared
}

// shared is the lock of a file for all tasks of a runtime: what two objects have the same name for is one lock.
//
// Invariant: where tasks wait, somebody holds it; on release it is the first waiter's at once, who then locks the file.
type shared struct {
	key     string
	path    string
	holder  *interp.Task
	file    *interp.File // locked; nil while that is being tried
	opened  *interp.Resource
	waiters interp.Waiters[struct{}]
}

// locks are those of a runtime, by the absolute names of their files. One that is made stays: there are as many as names.
type locks struct{ known map[string]*shared }

var lockType = interp.Type{
	Name:   "fs.filelock",
	Of:     (*fileLock)(nil),
	String: func(v any) string { return "fs.filelock '" + v.(*fileLock).path + "'" },
	Methods: []interp.Def{
		{Name: "acquire", Fn: acquire, Outside: true},
		{Name: "try_acquire", Fn: tryAcquire, Outside: true},
		{Name: "release", Fn: release, Outside: true},
		{Name: "locked", Fn: locked, Outside: true},
		{Name: "with", Fn: withLock, Outside: true},
	},
}

// maxLocks bounds the locks of a runtime.
const maxLocks = 100_000

// newLock is fs.lock(path).
func newLock(c *interp.Call) error {
	path, err := pathArg(c, 1)
	if err != nil {
		return err
	}
	on, ok := c.Files().OnMachine(path)
	switch {
	case path == "":
		return c.ArgError(1, "the path is empty")
	case !ok:
		return interp.Errorf(interp.KindError, "fs.lock: it is there for the machine's own files only")
	}
	key, err := filepath.Abs(on)
	if err != nil {
		return failed(c, path, err)
	}
	all := interp.Local[locks](c)
	s := all.known[key]
	if s == nil {
		if len(all.known) >= maxLocks {
			return interp.Errorf(interp.KindLimit, "fs.lock: more than %d locks", maxLocks)
		}
		s = &shared{key: key, path: path}
		s.waiters.Left = func(_ struct{}, handed bool) {
			if handed {
				s.pass()
			}
		}
		s.waiters.Of = s
		if all.known == nil {
			all.known = map[string]*shared{}
		}
		all.known[key] = s
	}
	return c.Return(&fileLock{path, s})
}

// WaitedFor says what the tasks in the list wait for.
func (s *shared) WaitedFor() (what interp.WaitObject, holder *interp.Task) {
	return interp.WaitObject{Kind: "file lock", Name: s.path}, s.holder
}

// pass gives the lock to the next task, which then locks the file, or to none.
func (s *shared) pass() {
	s.holder, s.file, s.opened = nil, nil, nil
	next, _ := s.waiters.First()
	if t := s.waiters.Wake(next); t != nil {
		s.holder = t
	}
}

// TaskEnded implements interp.EndWatcher: the file was closed with the task that held the lock.
func (s *shared) TaskEnded(*interp.Task) { s.pass() }

// retry is how often a lock that another process holds is tried again: the system's own wait cannot be given up.
const retry = 10 * time.Millisecond

// lockFile locks the file for the task that has the lock among tasks. Where it fails, or wait is false and another process holds it,
// the next task has it.
func (s *shared) lockFile(c *interp.Call, wait bool) (ok bool, err error) {
	files := c.Files()
	got := make(chan *interp.File, 1)
	var failure error
	err = c.BlockFirm(func(ctx context.Context) error {
		failure = func() error {
			f, err := files.Open(ctx, s.key, os.O_RDWR|os.O_CREATE, 0o666)
			if err != nil {
				return err
			}
			again := time.NewTimer(0)
			defer again.Stop()
			for {
				select {
				case <-again.C:
				case <-ctx.Done():
					return errors.Join(ctx.Err(), f.Close())
				}
				is, err := filelock.Try(f.System())
				switch {
				case err != nil:
					return errors.Join(err, f.Close())
				case is:
					got <- f
					return nil
				case !wait:
					return f.Close()
				}
				again.Reset(retry)
			}
		}()
		return nil
	})
	var f *interp.File
	select {
	case f = <-got:
	default:
	}
	switch {
	case err != nil && f != nil: // cancelled when it had it
		err = errors.Join(err, f.Close())
	case err == nil && failure != nil:
		err = failedAs("fs.lock", s.path, failure)
	}
	if err != nil || f == nil {
		s.pass()
		return false, err
	}
	s.file = f
	s.opened = c.Defer("lock of "+s.path, nil, func(context.Context) error { return f.Close() })
	c.Task().Watch(s)
	return true, nil
}

// begins is the first half of every acquire: it says whether the lock is the task's among tasks.
func (s *shared) begins(c *interp.Call) (bool, error) {
	if err := c.Checkpoint(); err != nil {
		return false, err
	}
	if s.holder == c.Task() {
		return false, interp.Errorf(interp.KindError, "%s: this task holds the lock of %s already", c.Name(), s.path)
	}
	if s.holder != nil {
		return false, nil
	}
	s.holder = c.Task()
	return true, nil
}

func (s *shared) acquire(c *interp.Call, then func(c *interp.Call) error) error {
	locks := func(c *interp.Call, _ struct{}) error {
		if _, err := s.lockFile(c, true); err != nil {
			return err
		}
		return then(c)
	}
	ok, err := s.begins(c)
	switch {
	case err != nil:
		return err
	case !ok:
		return s.waiters.Wait(c, struct{}{}, locks)
	}
	return locks(c, struct{}{})
}

// acquire is lock:acquire().
func acquire(c *interp.Call) error {
	return interp.Self[*fileLock](c).s.acquire(c, func(*interp.Call) error { return nil })
}

// tryAcquire is lock:try_acquire().
func tryAcquire(c *interp.Call) error {
	s := interp.Self[*fileLock](c).s
	ok, err := s.begins(c)
	if err == nil && ok {
		ok, err = s.lockFile(c, false)
	}
	if err != nil {
		return err
	}
	return c.Return(ok)
}

// free unlocks the file and gives the lock to the next.
func (s *shared) free(c *interp.Call) error {
	if s.holder != c.Task() || s.file == nil {
		return interp.Errorf(interp.KindError, "%s: the lock of %s is not held by this task", c.Name(), s.path)
	}
	c.Task().Unwatch(s)
	var err error
	if s.opened.Release() {
		err = s.file.Close()
	}
	s.pass()
	return failedAs("fs.lock", s.path, err)
}

// release is lock:release().
func release(c *interp.Call) error { return interp.Self[*fileLock](c).s.free(c) }

// locked is lock:locked().
func locked(c *interp.Call) error {
	l := interp.Self[*fileLock](c)
	if l.s.holder != nil {
		if err := c.Checkpoint(); err != nil {
			return err
		}
		return c.Return(true)
	}
	is, err := run(c, false, l.path, func(ctx context.Context, files interp.Files) (bool, error) {
		f, err := files.Open(ctx, l.s.key, os.O_RDWR, 0)
		if absent(err) {
			return false, nil
		}
		if err != nil {
			return false, failedAs("fs.lock", l.path, err)
		}
		ok, err := filelock.Try(f.System())
		return !ok, failedAs("fs.lock", l.path, errors.Join(err, f.Close()))
	})
	if err != nil {
		return err
	}
	return c.Return(is || l.s.holder != nil)
}

// withLock is lock:with(fn, ...).
func withLock(c *interp.Call) error {
	if _, err := c.Function(1); err != nil {
		return err
	}
	s := interp.Self[*fileLock](c).s
	return s.acquire(c, func(c *interp.Call) error {
		return c.ProtectReturn(c.Arg(1), interp.ContinuationFunc(func(c *interp.Call, err error) error {
			if e := s.free(c); err == nil {
				err = e
			}
			return err
		}), c.Rest(2)...)
	})
}
