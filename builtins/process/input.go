package process

import (
	"context"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

// feed writes a text into a command's standard input, on a goroutine of its own.
func feed(w *os.File, text string, done *sync.WaitGroup) {
	done.Go(func() {
		_, _ = io.WriteString(w, text) // one that reads no more is no error
		w.Close()
	})
}

// feedTask is a task that writes what a source gives into a command's standard input.
func (r *running) feedTask(src *stream.Source, w *os.File) interp.Func {
	return func(c *interp.Call) error {
		rest := ""
		defer func() {
			w.Close()
			if r.shared != nil {
				r.shared.fed(rest)
			}
		}()
		for {
			text, err := src.Next(c, piece)
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			rest = text // a task that is cancelled may not come to write
			var failure error
			if err := c.BlockFirm(func(ctx context.Context) error {
				stop := context.AfterFunc(ctx, func() { _ = w.SetWriteDeadline(past) })
				defer stop()
				n, err := io.WriteString(w, text)
				rest, failure = text[n:], err
				return nil
			}); err != nil {
				return err
			}
			if failure != nil {
				return nil // it reads no more
			}
		}
	}
}

// sharedStdin is our standard input where scripts have read ahead of a pipe, or of the terminal: what they have read goes to the command,
// then what comes, through a pipe; what it has not taken by its end goes back. Its fields are for the loop's side.
type sharedStdin struct {
	rt   *interp.Runtime
	r    *os.File // of the pipe, which the command has, too
	done bool     // the task that feeds it has ended
	over bool     // the command has
	rest string   // could not be written any more
}

func newSharedStdin(rt *interp.Runtime) *sharedStdin { return &sharedStdin{rt: rt} }

// exited is called when the command has ended, from any goroutine.
func (s *sharedStdin) exited() {
	s.rt.Post(func() {
		s.over = true
		s.giveBack()
	})
}

// fed is called when the task that feeds it ends.
func (s *sharedStdin) fed(rest string) {
	s.done, s.rest = true, rest
	s.giveBack()
}

// giveBack puts back what was not taken. The pipe's other end is closed, so that reading it does not wait.
func (s *sharedStdin) giveBack() {
	if !s.done || !s.over || s.r == nil {
		return
	}
	b, _ := io.ReadAll(s.r)
	s.r.Close()
	s.r = nil
	if b = append(b, s.rest...); len(b) > 0 {
		s.rt.UnreadStdin(slices.Clip(b))
	}
}
