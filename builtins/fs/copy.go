package fs

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/glob"
	"github.com/lull-lua/lull/interp"
)

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
	started, counted := false, int64(0)
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
		if err := c.WillWrite(int(s.done - counted)); err != nil {
			return err
		}
		counted = s.done
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
