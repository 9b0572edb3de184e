package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/profile"
)

// watching is what --progress, --joblog, --slow and --cpuprofile see of a run.
type watching struct {
	o        *options
	rt       *interp.Runtime // from begin on
	log      *joblog         // nil: it was not asked for
	progress *progress       // likewise
	profile  *profile.Profile
	out      *os.File // of the profile
}

// startWatching opens the files that the flags name.
func startWatching(o *options) (*watching, error) {
	w := &watching{o: o}
	var err error
	if o.joblog != "" {
		if w.log, err = newJoblog(o.joblog, o.virtual); err != nil {
			return nil, fmt.Errorf("--joblog: %w", err)
		}
	}
	if o.profile != "" {
		if w.out, err = openPrivate(o.profile); err != nil {
			return nil, fmt.Errorf("--cpuprofile: %w", err)
		}
	}
	if o.progress {
		w.progress = newProgress()
	}
	return w, nil
}

// option is what the runtime is made with.
func (w *watching) option() interp.Option {
	var opts []interp.Option
	if w.log != nil {
		opts = append(opts, interp.WithTracer(w.log))
	}
	if w.progress != nil {
		opts = append(opts, interp.WithTracer(w.progress))
	}
	if w.o.slow > 0 {
		opts = append(opts, interp.WithSlowTurn(w.o.slow, w.slow))
	}
	return interp.Combine(opts...)
}

// begin is called when the runtime is there, and nothing runs in it.
func (w *watching) begin(rt *interp.Runtime) (err error) {
	w.rt = rt
	if w.out != nil {
		if w.profile, err = profile.Start(context.Background(), rt); err != nil {
			return err
		}
	}
	if w.progress != nil {
		w.progress.begin(rt.Terminal())
	}
	return nil
}

// ends writes what is left to be written when the runtime has been closed, and returns the exit status.
func (w *watching) ends(stderr io.Writer, status int) int {
	var errs []error
	if w.progress != nil {
		w.progress.end()
	}
	if w.log != nil {
		if err := w.log.close(); err != nil {
			errs = append(errs, fmt.Errorf("--joblog %s: %w", w.o.joblog, withoutPath(err)))
		}
	}
	if w.profile != nil {
		w.profile.Stop()
		err := w.profile.Write(w.out)
		if err = errors.Join(err, w.out.Close()); err != nil {
			errs = append(errs, fmt.Errorf("--cpuprofile %s: %w", w.o.profile, withoutPath(err)))
		}
	}
	for _, err := range errs {
		fmt.Fprintln(stderr, "lull:", err)
		if status == 0 {
			status = statusFailed
		}
	}
	return status
}

// shortestSlow is the shortest turn that --slow can tell of: one look of the watchdog's.
const shortestSlow = 10 * time.Millisecond

// maxSlowFrames bounds the traceback of a warning.
const maxSlowFrames = 12

// slow warns of a turn that takes long, while it still runs.
func (w *watching) slow(t interp.TaskInfo) {
	var b strings.Builder
	fmt.Fprintf(&b, "lull: task %d '%s' has computed for %v without a break (--slow %v)", t.ID, t.Name, t.For, w.o.slow)
	for i, f := range t.Frames {
		if i == maxSlowFrames {
			fmt.Fprintf(&b, "\n\t... %d more", len(t.Frames)-i)
			break
		}
		b.WriteString("\n\t" + f.String())
	}
	w.rt.Terminal().Warn(b.String())
}
