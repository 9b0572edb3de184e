package test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/report"
)

// after is how long a test that was cut short has, by the machine's clock, to end; then it is left behind.
const after = 5 * time.Second

// run runs the test.
func (j *job) run(ctx context.Context) *Result {
	res := &Result{Case: j.Case, text: report.Sources(j.file.shown, j.file.src)}
	began := time.Now()
	switch {
	case j.failure != nil:
		res.Outcome, res.Err, res.Output = Failed, j.failure, j.output
	case j.skip != "":
		res.Outcome, res.Reason = Skipped, j.skip
	default:
		if j.every(ctx, res); res.Err == nil {
			break
		}
		res.Outcome = Failed
		if res.traces != nil {
			var err error
			if res.Pages, err = res.traces.write(j.file.r.opts.Trace, j.page); err != nil {
				res.Err = errors.Join(res.Err, fmt.Errorf("its trace cannot be written: %w", err))
			}
		}
	}
	res.Took = time.Since(began)
	return res
}

// world is what a runtime has that a file is loaded into: to define its tests, or to run one of them. The runtime's loop alone
// touches it, but for out and in, which are locked.
type world struct {
	file *file
	def  *definition // the file defines its tests; nil: it runs one
	job  *job        // that one
	cut  *cut        // where it is cancelled on purpose, or may be; nil: nowhere
	mess *interp.Chaos

	ended         bool // the main task has come to its end without an error
	left          bool // something was left behind
	seen          int  // tests that were defined so far
	loading       bool
	fn, item      interp.Value
	before, after []interp.Value

	out   output
	asked int // output up to there was asked for
	in    input
	env   []string // of test.run
	fakes fakes
	snaps map[string]int // snapshots without a name of their own, by the test's name

	traces *traces // nil: nothing is recorded
	by     *world  // of a script that a test runs: the test's
}

// starting is asked before a program is started.
func (w *world) starting(c *interp.Command) error {
	if w.by != nil {
		return w.by.starting(c)
	}
	return w.fakes.starting(c)
}

// run loads the file into a new runtime, and there runs a test, if the world has one. It returns what was printed, and why the test failed.
func (f *file) run(ctx context.Context, w *world) (printed string, failure error) {
	j := w.job
	if j != nil && f.r.opts.Trace != "" {
		w.traces = &traces{start: time.Now()}
	}
	defer func() {
		failure = errors.Join(failure, w.fakes.end())
		printed = w.out.all()
	}()
	limit := f.r.opts.Timeout
	opts := []interp.Option{interp.WithVirtualTime()}
	switch {
	case j != nil && j.real:
		opts = nil
	case w.mess != nil:
		opts = []interp.Option{interp.WithChaos(*w.mess)}
	}
	if w.cut != nil {
		opts = append(opts, interp.WithCheckpoints(w.cut.passes), interp.WithTracer(w.cut))
	}
	if j != nil && j.timeout > 0 {
		limit = j.timeout
	}
	rt, err := f.r.runtime(w, f.shown, nil, opts)
	if err != nil {
		return "", err
	}
	if began := f.r.opts.Began; began != nil && j != nil {
		defer began(j.Case, rt)()
	}
	ctx, abort := context.WithCancelCause(ctx)
	defer abort(nil)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, tooLong{limit})
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := rt.RunFunc(ctx, "test", w.main)
		if w.left {
			rt.KillProcesses() // nobody waits for them
		}
		ended <- errors.Join(err, rt.Close())
	}()
	for looked := []uint64(nil); ctx.Err() == nil; {
		look, stop := context.WithTimeout(ctx, lookEvery)
		select {
		case err = <-ended:
			stop()
			return "", w.why(err)
		case <-look.Done():
		}
		stop()
		if cycle := waitCycle(ctx, rt); len(cycle) > 0 && slices.Equal(cycle, looked) {
			abort(errCycle)
		} else {
			looked = cycle
		}
	}
	patience, stop := context.WithTimeout(context.Background(), after)
	defer stop()
	select {
	case err = <-ended:
		return "", w.why(err)
	case <-patience.Done():
		w.traces = nil // it is written to still
		go func() {    // Close kills what it has started, whenever it comes to it
			rt.KillProcesses()
		}()
		return "", fmt.Errorf("%w; it has not ended %s after that, and was left behind: a cleanup computes on, or a function in Go holds it up", context.Cause(ctx), after)
	}
}

// lookEvery is how often a test that goes on is looked at: for a deadlock that the loop does not see, as a server may be called by anybody.
const lookEvery = 500 * time.Millisecond

// errCycle is the cause of the end of a test in which tasks wait for each other.
var errCycle = errors.New("deadlock: tasks wait for each other, and nothing else in the test goes on")

// waitCycle are tasks each of which waits for what the next has, where nothing is under way that could end that: no timer, no call, no turn.
func waitCycle(ctx context.Context, rt *interp.Runtime) (ids []uint64) {
	got := make(chan interp.Stats, 1)
	go func() { got <- rt.Stats() }() // it waits for the loop, which a function in Go may hold up
	select {
	case s := <-got:
		if s.Timers > 0 || s.Calls > 0 || s.Runnable > 0 {
			return nil
		}
	case <-ctx.Done():
		return nil
	}
	tasks, err := rt.Tasks(ctx)
	if err != nil { // it ends
		return nil
	}
	for _, cycle := range interp.WaitCycles(tasks) {
		for _, t := range cycle {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// tooLong is the cause of a test's end that has taken more than it has.
type tooLong struct{ limit time.Duration }

func (t tooLong) Error() string {
	return fmt.Sprintf("the test takes longer than its time-out of %s", t.limit)
}

// Unwrap makes it a time-out.
func (t tooLong) Unwrap() error { return context.DeadlineExceeded }

// why is what a test has failed with: os.exit and stop end it as well.
func (w *world) why(err error) error {
	if exit := (interp.ExitError{}); errors.As(err, &exit) {
		return fmt.Errorf("the test has ended itself, with exit status %d: run what exits with test.run: %w", exit.Code, err)
	}
	if w.cut != nil && w.cut.place() != "" {
		err = w.cut.unknown(err)
	}
	if err == nil && !w.ended {
		return errors.New("the test has ended itself, with exit status 0: run what exits with test.run")
	}
	return err
}

// runtime makes a runtime for a file with tests.
func (r *runner) runtime(w *world, script string, args []string, more []interp.Option) (*interp.Runtime, error) {
	return r.plainRuntime(w, script, args, w.job == nil || !w.job.real, append(more, Modules()))
}

// loads notes that a file with tests has loaded a file.
func (r *runner) loads(file, name string) {
	if r.opts.Loaded == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.opts.Loaded(file, name)
	}
}

// plainRuntime makes a runtime for a script, whose clock may be a virtual one.
func (r *runner) plainRuntime(w *world, script string, args []string, virtual bool, more []interp.Option) (*interp.Runtime, error) {
	opts := append(slices.Clone(r.opts.Runtime(script, args)), interp.WithStdio(&w.in, w.out.stream(true), w.out.stream(false)), interp.WithLeftovers(), interp.WithStarting(w.starting))
	env := w.env
	if env == nil {
		env = r.opts.Env
	}
	if env != nil {
		opts = append(opts, interp.WithEnv(env))
	}
	if c := r.opts.Coverage; c != nil {
		opts = append(opts, interp.WithCoverage(c))
	}
	if r.opts.Loaded != nil {
		opts = append(opts, interp.WithLoaded(func(name string) { r.loads(w.file.shown, name) }))
	}
	if w.traces != nil {
		recorded, err := w.traces.option(script, virtual)
		if err != nil {
			return nil, err
		}
		opts = append(opts, recorded)
	}
	return interp.New(append(opts, more...)...)
}

// main is the main task.
func (w *world) main(c *interp.Call) error {
	*interp.Local[local](c) = local{w}
	chunk, err := c.Value(w.file.prog)
	if err != nil {
		return err
	}
	if w.job != nil {
		c.Task().SetName(w.job.Name)
	}
	w.loading = true
	_, err = c.Call(chunk)
	w.loading = false
	if err != nil || w.job == nil {
		w.ended = err == nil
		return err
	}
	if w.fn.IsNil() {
		return fmt.Errorf("the file has defined this test when it was looked through, and has not defined it again: which tests there are must not depend on anything")
	}
	if err = w.body(c); err != nil {
		return err
	}
	if err := c.Sleep(0); err != nil { // what is ready has a turn yet
		return err
	}
	if w.cut != nil {
		if err := w.cut.inTime(c); err != nil {
			return err
		}
	}
	left := c.LeftTasks()
	if err := c.EndServers(); err != nil { // those of the fakes among them
		return err
	}
	for _, l := range c.Leftovers() {
		if l.Task == 0 || !slices.ContainsFunc(left, func(was interp.Leftover) bool { return was.Task == l.Task }) {
			left = append(left, l)
		}
	}
	if len(left) == 0 {
		w.ended = true
		return nil
	}
	w.left = true
	return interp.Errorf("leftover", "the test has left something behind:%s", leftText(left))
}

// maxLeft is how many lines say what is left behind.
const maxLeft = 50

// leftText lists what is left behind, tasks that wait at the same place in one line.
func leftText(left []interp.Leftover) string {
	var lines []string
	first, more := map[string]int{}, map[int]int{}
	for _, l := range left {
		text := l.String()
		key := strings.Replace(text, fmt.Sprintf(" %d ", l.Task), " ", 1)
		if i, is := first[key]; is && l.Task > 0 {
			more[i]++
			continue
		}
		first[key] = len(lines)
		lines = append(lines, text)
	}
	var b strings.Builder
	for i, line := range lines {
		if i == maxLeft {
			fmt.Fprintf(&b, "\n\t... and %d more", len(lines)-i)
			break
		}
		b.WriteString("\n\t" + line)
		if more[i] > 0 {
			fmt.Fprintf(&b, ", and %d more like it", more[i])
		}
	}
	return b.String()
}

// body runs what was given to test.before, the test, and in any case what was given to test.after, the last first.
func (w *world) body(c *interp.Call) (err error) {
	if w.cut == nil {
		err = w.itself(c)
	} else {
		err = w.cut.within(c, w.itself)
	}
	for i := len(w.after) - 1; i >= 0; i-- {
		late := c.Scope(&interp.Scope{Shield: true, Grace: after, Name: "test.after"}, func() error {
			_, err := c.Protect(w.after[i])
			return err
		})
		switch {
		case late == nil:
		case err == nil:
			err = late
		default:
			err = c.WithCause(late, err)
		}
	}
	return err
}

// itself runs what was given to test.before, and the test.
func (w *world) itself(c *interp.Call) error {
	for _, fn := range w.before {
		if _, err := c.Protect(fn); err != nil {
			return err
		}
	}
	var args []interp.Value
	if w.job.item > 0 {
		args = []interp.Value{w.item}
	}
	_, err := c.Protect(w.fn, args...)
	return err
}

// maxOutput is how much of what a test prints is kept.
const maxOutput = 64 << 20

// output keeps what is printed.
type output struct {
	mu     sync.Mutex
	both   strings.Builder // in the order in which it came
	stdout strings.Builder
	stderr strings.Builder
}

func (o *output) all() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.both.String()
}

func (o *output) split() (stdout, stderr string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.stdout.String(), o.stderr.String()
}

func (o *output) stream(stdout bool) *stream { return &stream{o, stdout} }

// stream is standard output or standard error.
type stream struct {
	o      *output
	stdout bool
}

// Write implements io.Writer.
func (s *stream) Write(p []byte) (int, error) {
	s.o.mu.Lock()
	defer s.o.mu.Unlock()
	if s.o.both.Len()+len(p) > maxOutput {
		return 0, fmt.Errorf("the test prints more than %d MB", maxOutput>>20)
	}
	to := &s.o.stderr
	if s.stdout {
		to = &s.o.stdout
	}
	s.o.both.Write(p)
	return to.Write(p)
}

// input is standard input: what fake.stdin gives, nothing before.
type input struct {
	mu   sync.Mutex
	text string
}

func (i *input) set(text string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.text = text
}

// take takes what has not been read yet.
func (i *input) take() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	text := i.text
	i.text = ""
	return text
}

// Read implements io.Reader.
func (i *input) Read(p []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.text == "" {
		return 0, io.EOF
	}
	n := copy(p, i.text)
	i.text = i.text[n:]
	return n, nil
}
