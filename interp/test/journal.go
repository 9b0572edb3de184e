package test

import (
	"context"
	"path/filepath"
	"time"

	"github.com/lull-lua/lull/interp"
)

// journaling is how test.run runs a script with a journal, which is one for all scripts of the test.
type journaling struct {
	on     bool
	killAt string
	file   string
	how    func(interp.Rehearsal) (interp.Option, func(bool, time.Time) error, error)
	end    func(ended bool, now time.Time) error // nil: it is not open

	at     time.Duration // loop time of the script when it was killed
	is     bool          // it was; read when kills is closed
	kills  chan struct{} // closed when it is
	thaw   chan struct{} // closed when nobody needs it any more
	ran    chan struct{} // closed when its run has ended
	cancel context.CancelFunc
}

// statusKilled is the exit status of what SIGKILL has ended, as shells tell it.
const statusKilled = 137

// read reads the options of test.run.
func (j *journaling) read(c *interp.Call, t interp.Table) error {
	if err := c.OptionsIn(1, "", t, map[string]any{"journal": &j.on, "kill_at": &j.killAt}); err != nil {
		return err
	}
	if j.killAt != "" && !j.on {
		return c.ArgError(1, "option 'kill_at': a step is part of a run with a journal: journal = true")
	}
	return nil
}

// place finds out where the journal is, and who keeps it.
func (j *journaling) place(c *interp.Call, w *world) error {
	for _, m := range c.Runtime().Modules() {
		if m.Rehearse != nil {
			j.how = m.Rehearse
		}
	}
	if j.how == nil {
		return interp.Errorf(interp.KindDenied, "test.run: the host grants no journal: there is no table step")
	}
	if w.fakes.journal == "" {
		dir, err := w.fakes.folder(c, "journal")
		if err != nil {
			return err
		}
		w.fakes.journal = filepath.Join(dir, "state.db")
	}
	j.file = w.fakes.journal
	return nil
}

// open opens the journal, off the loop.
func (j *journaling) open(path string, args []string, src []byte, now time.Time) (interp.Option, error) {
	if !j.on {
		return interp.Combine(), nil
	}
	j.kills, j.thaw, j.ran = make(chan struct{}), make(chan struct{}), make(chan struct{})
	opt, end, err := j.how(interp.Rehearsal{Journal: j.file, Script: path, Args: args, Source: src, Now: now, KillAt: j.killAt, Kill: j.kill})
	if err != nil {
		return nil, err
	}
	j.end = end
	return opt, nil
}

// kill stands for SIGKILL: it holds the script's loop, so that nothing of it goes on, until the test has ended. Cleanups run then, with nobody to see
// what they do.
func (j *journaling) kill(c *interp.Call) {
	if j.is {
		return
	}
	j.is, j.at = true, c.Now()
	close(j.kills)
	<-j.thaw
}

func (j *journaling) killed() bool {
	if !j.on {
		return false
	}
	select {
	case <-j.kills:
		return true
	default:
		return false
	}
}

// run runs the script until it has ended, or is killed.
func (j *journaling) run(ctx context.Context, fn func(context.Context) error) error {
	if !j.on {
		return fn(ctx)
	}
	ctx, j.cancel = context.WithCancel(ctx)
	var err error
	go func() {
		defer close(j.ran)
		err = fn(ctx)
	}()
	select {
	case <-j.ran:
		j.cancel()
		return err
	case <-j.kills:
		return nil
	}
}

// close closes the journal.
func (j *journaling) close(ended bool, now time.Time) error {
	if j.end == nil {
		return nil
	}
	end := j.end
	j.end = nil
	return end(ended, now)
}

// leaves has the end of the test end a script that was killed.
func (j *journaling) leaves(test *world, rt *interp.Runtime) {
	_ = j.close(false, time.Time{}) // a process that is killed closes nothing, and nobody is told
	go rt.KillProcesses()
	test.fakes.mu.Lock()
	defer test.fakes.mu.Unlock()
	test.fakes.frozen = append(test.fakes.frozen, func() {
		j.cancel()
		close(j.thaw)
		<-j.ran
		_ = rt.Close() // likewise
	})
}
