package lualib

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// The system has so many descriptors for a process, and a file handle that a script has dropped keeps one until the collector finds
// it. A function that opens something and hears that there are none left has the collector look, and tries again.

// reclaims are the collections for descriptors. They are made one at a time: a task that has waited for one has had it, too.
type reclaims struct {
	mu sync.Mutex
	n  atomic.Uint64
}

// reclaimFor is the most that the files of dropped handles are waited for.
const reclaimFor = time.Second

// noneLeft reports whether an error says that there are no descriptors left.
func noneLeft(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// Retry calls fn, which opens something, off the loop; again, a few times, where the system has no descriptors left: other tasks may
// be about to drop or to close something.
func (lib *Library) Retry(ctx context.Context, fn func() error) error {
	for _, wait := range []time.Duration{0, time.Millisecond, 8 * time.Millisecond, 64 * time.Millisecond} {
		seen := lib.reclaims.n.Load()
		err := fn()
		if !noneLeft(err) {
			return err
		}
		lib.reclaim(ctx, seen)
		if !pause(ctx, wait) {
			return err
		}
	}
	return fn()
}

// reclaim collects handles that scripts have dropped, and waits until their files are closed. It does nothing if that was done since
// there were seen collections.
func (lib *Library) reclaim(ctx context.Context, seen uint64) {
	r, fs := &lib.reclaims, &lib.files
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n.Load() != seen || ctx.Err() != nil {
		return
	}
	defer r.n.Add(1)
	ctx, cancel := context.WithTimeout(ctx, reclaimFor)
	defer cancel()
	looked := make(chan struct{})
	runtime.AddCleanup(&reclaims{}, func(looked chan struct{}) { close(looked) }, looked)
	runtime.GC()
	select {
	case <-looked: // the collector tells what it has found
	case <-ctx.Done():
	}
	for wait := time.Millisecond; fs.leaving.Load() > 0 && pause(ctx, wait); wait *= 2 {
	}
}

// pause waits; false: ctx has ended.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Reclaiming is files that try again where the system has no descriptors left.
func (lib *Library) Reclaiming(files Files) Files {
	if _, none := files.(NoFiles); none {
		return files
	}
	return reclaiming{files, lib}
}

type reclaiming struct {
	files Files
	lib   *Library
}

// again calls fn as Retry does. Even names in a tree cannot be looked at without a descriptor.
func again[T any](ctx context.Context, r reclaiming, fn func() (T, error)) (v T, err error) {
	err = r.lib.Retry(ctx, func() error {
		var err error
		v, err = fn()
		return err
	})
	return v, err
}

// Open implements Files.
func (r reclaiming) Open(ctx context.Context, name string, flag int, perm fs.FileMode) (File, error) {
	return again(ctx, r, func() (File, error) { return r.files.Open(ctx, name, flag, perm) })
}

// ReadWhole implements WholeReader.
func (r reclaiming) ReadWhole(name string, below int64, begin func(size int) error) (data []byte, ok bool, err error) {
	if files, can := r.files.(WholeReader); can {
		return files.ReadWhole(name, below, begin)
	}
	return nil, false, nil
}

// Stat implements Files.
func (r reclaiming) Stat(name string) (fs.FileInfo, error) {
	return again(context.Background(), r, func() (fs.FileInfo, error) { return r.files.Stat(name) })
}

// Lstat implements Files.
func (r reclaiming) Lstat(name string) (fs.FileInfo, error) {
	return again(context.Background(), r, func() (fs.FileInfo, error) { return r.files.Lstat(name) })
}

// Readlink implements Files.
func (r reclaiming) Readlink(name string) (string, error) {
	return again(context.Background(), r, func() (string, error) { return r.files.Readlink(name) })
}

// Remove implements Files.
func (r reclaiming) Remove(name string) error {
	return r.lib.Retry(context.Background(), func() error { return r.files.Remove(name) })
}

// Rename implements Files.
func (r reclaiming) Rename(from, to string) error {
	return r.lib.Retry(context.Background(), func() error { return r.files.Rename(from, to) })
}

// pipe is os.Pipe.
func (lib *Library) pipe(ctx context.Context) (r, w *os.File, err error) {
	err = lib.Retry(ctx, func() (err error) {
		r, w, err = os.Pipe()
		return err
	})
	return r, w, err
}
