package fs

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/lull-lua/lull/builtins/internal/bar"
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
	told, err := bar.Option(c, 3, progress, filepath.Base(from), "bytes")
	if err != nil {
		return err
	}
	defer told.Close()
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
	if !told.Wanted() {
		n, err := run(c, true, from, work)
		if err != nil {
			return err
		}
		return c.Return(float64(n))
	}
	return withProgress(c, from, told, k, work)
}

// withProgress copies, and says in between how far it is.
func withProgress(c *interp.Call, from string, told *bar.Reporter, k *copier, work func(ctx context.Context, files interp.Files) (int64, error)) error {
	total, err := run(c, false, from, func(ctx context.Context, files interp.Files) (int64, error) {
		return sizeOf(ctx, files, from)
	})
	if err != nil {
		return err
	}
	files := c.Files()
	steps := newStepper(context.WithoutCancel(c.Context()))
	defer steps.stop() // what it writes is gone, or whole
	k.told = steps.told
	for counted := int64(0); ; {
		s, err := steps.next(c, func(ctx context.Context) (int64, error) { return work(ctx, files) })
		if err == nil {
			err = c.WillWrite(int(min(s.done-counted, math.MaxInt)))
		}
		if err != nil {
			return err
		}
		counted = s.done
		if s.over && s.err != nil {
			return failed(c, from, s.err)
		}
		if err := told.Report(c, float64(s.done), float64(total)); err != nil {
			return err
		}
		if s.over {
			return c.Return(float64(s.done))
		}
	}
}

// stepper has a copy go on step by step, with a call of the script's function in between. The copy's goroutine is the stepper's until stop.
type stepper struct {
	ctx     context.Context
	cancel  context.CancelFunc
	steps   chan step
	goOn    chan struct{}
	ended   chan struct{} // closed when the goroutine has ended
	started bool
}

// step is how far a copy is; over says that it has ended.
type step struct {
	done int64
	err  error
	over bool
}

func newStepper(ctx context.Context) *stepper {
	s := &stepper{steps: make(chan step), goOn: make(chan struct{}), ended: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(ctx)
	return s
}

// told ends a step, and waits until there is to be another.
func (s *stepper) told(done int64) {
	select {
	case s.steps <- step{done: done}:
	case <-s.ctx.Done():
		return
	}
	select {
	case <-s.goOn:
	case <-s.ctx.Done():
	}
}

// next waits for the next step of work, which it starts at first.
func (s *stepper) next(c *interp.Call, work func(ctx context.Context) (int64, error)) (next step, err error) {
	err = c.BlockFirm(func(block context.Context) error {
		if !s.started {
			s.started = true
			go func() {
				defer close(s.ended)
				n, err := work(s.ctx)
				select {
				case s.steps <- step{n, err, true}:
				case <-s.ctx.Done():
				}
			}()
		} else {
			select {
			case s.goOn <- struct{}{}:
			case <-block.Done():
				return block.Err()
			}
		}
		select {
		case next = <-s.steps:
			return nil
		case <-block.Done():
			return block.Err()
		}
	})
	return next, err
}

// stop ends the copy, and waits for that.
func (s *stepper) stop() {
	s.cancel()
	if s.started {
		<-s.ended
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
