// Package test runs tests that are written in Lua: files whose names end in _test.lua, as "lull test" does.
//
//	report, err := test.Run(ctx, os.DirFS("jobs"), test.Options{Root: "jobs", Runtime: func(string, []string) []interp.Option {
//		return []interp.Option{builtins.Std()}
//	}})
//
// In a file test("name", fn) defines a test. Each runs in a runtime of its own, into which its file is loaded anew, and in virtual
// time: so nothing passes from one test to the next, they run at once on all cores, and one that sleeps for hours takes no time. A
// test fails by an error, by what is left of it behind its end (see [interp.Call.Leftovers]), by an error that nobody has awaited, by
// a deadlock, and when it takes too long by the machine's clock.
//
// [Modules] are what such files have besides the builtins: test, expect, fake and output.
package test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
)

// Options say which tests are run, and how. The zero value runs all, in runtimes that are granted nothing.
type Options struct {
	// Files are the files with tests, by their names in the file system; nil: all whose names end in _test.lua, but for those in hidden
	// folders and in lua_modules.
	Files []string
	// Root is the folder of the machine that the file system's root is, as messages show it: for snapshots, which are written there. "":
	// there is none, and names are those in the file system.
	Root string
	// Runtime gives what a runtime is made with for a script of that name, with those arguments: a file with tests, or what test.run
	// runs. Streams, clock, environment (where Env is set) and the modules of tests are added. It is called from several goroutines.
	Runtime func(script string, args []string) []interp.Option
	// Env is the environment, as [interp.WithEnv] takes it.
	Env []string

	Filter   *regexp.Regexp // only tests whose names match
	Shuffle  bool           // in an order that Seed decides
	Seed     uint64
	Jobs     int           // at once; 0: as many as there are processors
	Timeout  time.Duration // of a test that sets none, by the machine's clock; 0: 10 s
	FailFast bool          // begin no further test after one has failed

	Coverage *interp.Coverage // notes what runs; nil: nothing is noted
	// Loaded, unless nil, is told which files a file with tests loads, itself among them, each time, in one call after the other.
	Loaded func(file, name string)

	// Began, unless nil, is told of each test that begins to run, in which runtime, and ended is called when it has ended: so that a program
	// can say what a test does that hangs, see [interp.Runtime.Tasks]. It is called from several goroutines.
	Began func(c Case, rt *interp.Runtime) (ended func())

	// Chaos are the kinds of chaos under which each test is run, one after the other, until it fails under one. See [interp.WithChaos].
	// Those that go by the machine's clock are run without.
	Chaos []interp.Chaos
	// Cancel runs each test once more for each place at which it may be cancelled, and cancels it there: what is left behind, what a
	// cleanup raises, and what has not ended after 5 s is a failure. With CancelAt only once, at the checkpoint of that number.
	Cancel   bool
	CancelAt int

	// Trace is a folder of the machine for a page of each test that fails, and of each script that it has run: what their tasks did. "":
	// none is written.
	Trace string

	Update bool // write snapshots anew
	CI     bool // a snapshot that is missing is a failure, and is not written

	// Each is told of results, one after the other, in the order in which the tests stand, or were shuffled. nil: nobody is.
	Each func(*Result)
}

// Outcome is how a test has ended.
type Outcome int

// The outcomes.
const (
	Passed Outcome = iota
	Failed
	Skipped
)

// String is "passed", "failed" or "skipped".
func (o Outcome) String() string { return [...]string{"passed", "failed", "skipped"}[o] }

// Case is a test as its file defines it.
type Case struct {
	File string // as messages name it
	Name string
	Line int
}

// Result is what came of a test. A file that fails while it is loaded has one, without a name.
type Result struct {
	Case
	Outcome Outcome
	Reason  string        // of one that was skipped
	Err     error         // why it failed
	Output  string        // what it printed, to standard output and standard error
	Took    time.Duration // by the machine's clock
	Note    string        // how to repeat a failure of chaos or of a cancellation; else ""
	Pages   []string      // of its trace

	text   func(chunk string) string // the sources
	traces *traces
}

// Report is what came of all tests.
type Report struct {
	Results []*Result
	// Broken are the errors of files that could not be read, or do not compile: [interp.SyntaxError] or what the file system says.
	Broken []error
	// Unused are snapshots that no test has asked for, each as "file: name"; those of files of which a test failed, or did not run, are left
	// out.
	Unused []string
	Took   time.Duration

	// Places are how often a test was cancelled on purpose, Left how often it has failed there, and Real the tests that go by the
	// machine's clock and were not.
	Places, Left, Real int
}

// Count is how many tests have ended so.
func (r *Report) Count(o Outcome) (n int) {
	for _, res := range r.Results {
		if res.Outcome == o {
			n++
		}
	}
	return n
}

// Status is the exit status of a program that has run the tests: 0, 1 if one has failed, 3 if a file cannot be read or does not
// compile, 5 if there was no test.
func (r *Report) Status() int {
	switch {
	case len(r.Broken) > 0:
		return 3
	case r.Count(Failed) > 0:
		return 1
	case len(r.Results) == 0:
		return 5
	}
	return 0
}

// Summary is a line such as "12 passed, 1 failed, 2 skipped in 41 ms".
func (r *Report) Summary() string {
	var parts []string
	for _, o := range []Outcome{Passed, Failed, Skipped} {
		if n := r.Count(o); n > 0 || o == Passed {
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	if n := len(r.Broken); n == 1 {
		parts = append(parts, "1 file broken")
	} else if n > 1 {
		parts = append(parts, fmt.Sprintf("%d files broken", n))
	}
	if r.Places > 0 {
		parts = append(parts, fmt.Sprintf("cancelled at %d places, %d left something", r.Places, r.Left))
	}
	if r.Real > 0 {
		parts = append(parts, fmt.Sprintf("%d not cancelled, for their real clock", r.Real))
	}
	return strings.Join(parts, ", ") + " in " + Took(r.Took)
}

// Took is a duration as summaries show it.
func Took(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}

// Files lists the files with tests below a folder of a file system, sorted, but for those in hidden folders and in lua_modules.
func Files(fsys fs.FS, dir string) (files []string, err error) {
	err = fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
		switch base := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && name != dir && (strings.HasPrefix(base, ".") || base == "lua_modules"):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(base, "_test.lua"):
			files = append(files, name)
		}
		return nil
	})
	return files, err
}

// Run runs tests, and returns when all have ended. Failures are in the report; the error is that of a file system that cannot be
// listed, or of ctx, which ends the tests under way: the report has those that had ended before.
func Run(ctx context.Context, fsys fs.FS, opts Options) (*Report, error) {
	r, err := load(ctx, fsys, opts)
	if err != nil {
		return nil, err
	}
	return r.all(ctx)
}

// List returns the tests that Run would run, in their order, and the errors of files that cannot be loaded.
func List(ctx context.Context, fsys fs.FS, opts Options) ([]Case, []error, error) {
	r, err := load(ctx, fsys, opts)
	if err != nil {
		return nil, nil, err
	}
	var cases []Case
	broken := slices.Clone(r.report.Broken)
	for _, t := range r.queue {
		if t.failure != nil {
			broken = append(broken, t.failure)
			continue
		}
		cases = append(cases, t.Case)
	}
	return cases, broken, nil
}

// runner runs the tests of some files.
type runner struct {
	opts   Options
	fsys   fs.FS
	began  time.Time
	report *Report
	files  []*file
	queue  []*job

	mu   sync.Mutex // of what several tests count in report, and of what is told of files
	over bool       // all have ended, but for what was left behind
}

// file is a file with tests. Its fields are fixed when the first test runs, but for the snapshots, which are locked.
type file struct {
	r      *runner
	name   string // in the file system
	shown  string // as messages have it
	prog   *interp.Program
	src    []byte
	broken error
	cases  []*job
	snaps  *snapshots
}

// job is a test that is to be run.
type job struct {
	Case
	file    *file
	number  int // of those that the file defines, from 1
	item    int // of each, from 1; 0: there is none
	skip    string
	timeout time.Duration
	real    bool  // it goes by the machine's clock
	failure error // the file could not be loaded
	page    string
	output  string

	done chan struct{} // closed when result is there
	res  *Result
}

func (o *Options) jobs() int { return cmp.Or(max(o.Jobs, 0), runtime.GOMAXPROCS(0)) }

// load reads and compiles the files, and finds out which tests they have.
func load(ctx context.Context, fsys fs.FS, opts Options) (*runner, error) {
	if opts.Timeout <= 0 {
		opts.Timeout = 10 * time.Second
	}
	if opts.Runtime == nil {
		opts.Runtime = func(string, []string) []interp.Option { return nil }
	}
	r := &runner{opts: opts, fsys: fsys, began: time.Now(), report: &Report{}}
	names := opts.Files
	if names == nil {
		var err error
		if names, err = Files(fsys, "."); err != nil {
			return nil, err
		}
	}
	for _, name := range names {
		shown := name
		if opts.Root != "" && opts.Root != "." {
			shown = path.Join(opts.Root, name)
		}
		r.files = append(r.files, &file{r: r, name: name, shown: shown})
	}
	each(r.files, opts.jobs(), func(f *file) { f.load(ctx) })
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if opts.Trace != "" {
		r.namePages()
	}
	for _, f := range r.files {
		if f.broken != nil {
			r.report.Broken = append(r.report.Broken, f.broken)
			continue
		}
		for _, j := range f.cases {
			if j.failure != nil || opts.Filter == nil || opts.Filter.MatchString(j.Name) {
				r.queue = append(r.queue, j)
			}
		}
	}
	if opts.Shuffle {
		rand.New(rand.NewPCG(opts.Seed, opts.Seed)).Shuffle(len(r.queue), func(i, j int) { r.queue[i], r.queue[j] = r.queue[j], r.queue[i] })
	}
	return r, nil
}

// each calls fn for all items, so many at once.
func each[T any](items []T, jobs int, fn func(T)) {
	var wg sync.WaitGroup
	next := make(chan T)
	for range min(jobs, len(items)) {
		wg.Go(func() {
			for item := range next {
				fn(item)
			}
		})
	}
	for _, item := range items {
		next <- item
	}
	close(next)
	wg.Wait()
}

// maxFile is how long a file with tests may be, in bytes: more than anybody writes.
const maxFile = 8 << 20

// load compiles the file and has it define its tests.
func (f *file) load(ctx context.Context) {
	if f.broken = f.compile(); f.broken != nil {
		return
	}
	if f.snaps, f.broken = readSnapshots(f); f.broken != nil {
		return
	}
	def := &definition{file: f}
	output, failure := f.run(ctx, &world{file: f, def: def})
	f.cases = def.jobs
	if failure != nil {
		f.cases = []*job{{Case: Case{File: f.shown}, file: f, failure: failure, output: output}}
	}
	for _, j := range f.cases {
		j.done = make(chan struct{})
	}
}

func (f *file) compile() error {
	info, err := fs.Stat(f.r.fsys, f.name)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return &fs.PathError{Op: "open", Path: f.shown, Err: errors.New("is a directory")}
	case info.Size() > maxFile:
		return &fs.PathError{Op: "open", Path: f.shown, Err: fmt.Errorf("is larger than %d MB", maxFile>>20)}
	}
	f.r.loads(f.shown, f.shown)
	if f.src, err = fs.ReadFile(f.r.fsys, f.name); err != nil {
		return err
	}
	f.prog, err = interp.Compile("@"+f.shown, f.src)
	return err
}

// all runs the tests.
func (r *runner) all(ctx context.Context) (*Report, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	told := make(chan struct{})
	go func() {
		defer close(told)
		for _, j := range r.queue {
			<-j.done
			if j.res == nil { // it was not run
				continue
			}
			r.report.Results = append(r.report.Results, j.res)
			if r.opts.Each != nil {
				r.opts.Each(j.res)
			}
			if r.opts.FailFast && j.res.Outcome == Failed {
				stop(errFailFast)
			}
		}
	}()
	each(r.queue, r.opts.jobs(), func(j *job) {
		defer close(j.done)
		if ctx.Err() == nil {
			res := j.run(ctx)
			if ctx.Err() == nil || res.Outcome != Failed {
				j.res = res
			}
		}
	})
	<-told
	for _, f := range r.files {
		if f.broken == nil {
			unused, err := f.writeSnapshots()
			if err != nil {
				r.report.Broken = append(r.report.Broken, err)
			}
			r.report.Unused = append(r.report.Unused, unused...)
		}
	}
	r.mu.Lock()
	r.over = true
	r.mu.Unlock()
	r.report.Took = time.Since(r.began)
	if err := context.Cause(ctx); err != nil && err != errFailFast {
		return r.report, err
	}
	return r.report, nil
}

// errFailFast ends the tests under way once one has failed.
var errFailFast = errors.New("another test has failed")
