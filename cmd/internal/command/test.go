package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/report"
	"github.com/lull-lua/lull/interp/test"
)

const testUsage = `usage: lull test [flags] [file|folder...]

Runs tests: files whose names end in _test.lua, below the folders, the current one if none is named; those in hidden folders and in
lua_modules are left out. A test is test("name", function() ... end): see lull doc test, expect, fake. Each runs in a runtime of its
own, in virtual time, on all cores.

  --filter PATTERN       only tests whose names match, a regular expression (RE2)
  --list                 run nothing, list the tests
  --fail-fast            begin no further test after one has failed
  --jobs N               at once (default: as many as there are processors)
  --shuffle SEED         in another order; a whole number
  --timeout 10s          of a test, by the machine's clock (10 is 10s); a test's own time-out wins
  --update               write snapshots anew, and remove those that are not used
  --ci                   a snapshot that is missing is a failure; also if CI is set
  --reporter NAME        pretty, tap (version 13), junit (XML) or json
  -o FILE                write the report to a file, and what pretty says to standard output
  --coverage, --coverage=FILE
                         which lines have run, per file; to a file in lcov's format
  --coverage-min 80      fail if less than so much has run, in percent
  --trace DIR            a page of each test that fails, and of the scripts that it has run: what their tasks did
  --watch                again when a file that was loaded changes, until Ctrl-C
  --chaos N              each test under the seeds 1 to N: timers and results from outside are late; seed=7 is that one alone,
                         and with ,fail=0.05 behind it calls that touch the outside fail now and then
  --cancel, --cancel=N   each test once more for each place, cancelled there; or at the one of that number

The status is 0 if none has failed, 1 if one has, 2 for wrong usage, 3 if a file does not compile, 5 if there are no tests.
`

// testFlags are the command line of lull test.
type testFlags struct {
	filter   *regexp.Regexp
	list     bool
	failFast bool
	jobs     int
	shuffle  bool
	seed     uint64
	timeout  time.Duration
	update   bool
	ci       bool
	reporter string
	output   string
	coverage bool
	lcov     string // where the coverage goes in lcov's format; "": standard output, for a person
	least    float64
	trace    string
	watch    bool
	chaos    []interp.Chaos
	cancel   bool
	cancelAt int
	paths    []string
}

// optional is a flag that may have a value, behind =.
type optional func(text string, given bool) error

func (optional) String() string   { return "" }
func (optional) IsBoolFlag() bool { return true }
func (o optional) Set(text string) error {
	return o(text, text != "true")
}

// reporters are the names that --reporter takes.
var reporters = []string{"pretty", "tap", "junit", "json"}

func parseTestFlags(args []string) (*testFlags, error) {
	o := &testFlags{reporter: "pretty", ci: os.Getenv("CI") != "" && os.Getenv("CI") != "false"}
	flags := flag.NewFlagSet("lull test", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("filter", "", func(text string) (err error) {
		o.filter, err = regexp.Compile(text)
		return err
	})
	flags.BoolVar(&o.list, "list", false, "")
	flags.BoolVar(&o.failFast, "fail-fast", false, "")
	flags.Func("jobs", "", func(text string) (err error) {
		if o.jobs, err = strconv.Atoi(text); err != nil || o.jobs < 1 || o.jobs > 10_000 {
			return errors.New("a number from 1 to 10000 is needed")
		}
		return nil
	})
	flags.Func("shuffle", "", func(text string) (err error) {
		if o.seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			return errors.New("a whole number from 0 on is needed")
		}
		o.shuffle = true
		return nil
	})
	flags.Func("timeout", "", func(text string) (err error) {
		o.timeout, err = parseTimeout(text)
		return err
	})
	flags.BoolVar(&o.update, "update", false, "")
	flags.BoolVar(&o.ci, "ci", o.ci, "")
	flags.Func("reporter", "", func(text string) error {
		if o.reporter = text; !slices.Contains(reporters, text) {
			return errors.New("there are: " + strings.Join(reporters, ", "))
		}
		return nil
	})
	flags.StringVar(&o.output, "o", "", "")
	flags.Var(optional(func(text string, given bool) error {
		if o.coverage = true; given {
			o.lcov = text
		}
		return nil
	}), "coverage", "")
	flags.Func("coverage-min", "", func(text string) (err error) {
		if o.least, err = strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64); err != nil || !(o.least >= 0 && o.least <= 100) {
			return errors.New("a number from 0 to 100 is needed")
		}
		o.coverage = true
		return nil
	})
	flags.Func("trace", "", func(text string) error {
		if o.trace = text; text == "" {
			return errors.New("a folder is needed")
		}
		return nil
	})
	flags.BoolVar(&o.watch, "watch", false, "")
	flags.Func("chaos", "", func(text string) error {
		c, single, err := parseChaos(text)
		if err != nil {
			return err
		}
		o.chaos = []interp.Chaos{c}
		if !single {
			if c.Seed < 1 || c.Seed > 1_000_000 {
				return errors.New("a number of seeds from 1 to 1000000 is needed, or seed=N")
			}
			o.chaos = make([]interp.Chaos, c.Seed)
			for i := range o.chaos {
				o.chaos[i] = interp.Chaos{Seed: uint64(i + 1), Fail: c.Fail}
			}
		}
		return nil
	})
	flags.Var(optional(func(text string, given bool) (err error) {
		if o.cancel = true; given {
			if o.cancelAt, err = strconv.Atoi(text); err != nil || o.cancelAt < 1 {
				return errors.New("the number of a checkpoint, from 1 on, is needed")
			}
		}
		return nil
	}), "cancel", "")
	err := flags.Parse(args)
	for err == nil && flags.NArg() > 0 { // a flag may stand behind a name
		o.paths = append(o.paths, flags.Arg(0))
		err = flags.Parse(flags.Args()[1:])
	}
	if err == nil && len(o.chaos) > 0 && o.cancel {
		err = errors.New("--chaos and --cancel are two things: one at a time")
	}
	if err == nil && o.update && o.ci {
		err = errors.New("--update writes snapshots, and --ci (or CI in the environment) forbids it; --ci=false allows it")
	}
	return o, FlagError(flags, err)
}

// runTests is "lull test".
func runTests(p *process, args []string) int {
	o, err := parseTestFlags(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return p.say(testUsage)
	case err != nil:
		fmt.Fprintf(p.stderr, "lull test: %v (lull help test lists the flags)\n", err)
		return statusUsage
	}
	opts, fsys, err := o.options(p.with)
	if err != nil {
		fmt.Fprintln(p.stderr, "lull test:", err)
		return statusUsage
	}
	dumps := &testDumps{w: p.stderr}
	defer dumps.wg.Wait()
	opts.Began, p.signals.dump = dumps.began, dumps.dump
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	status, done := 0, make(chan struct{})
	go func() {
		defer close(done)
		if o.watch && !o.list {
			status = o.runAgain(ctx, p)
			return
		}
		status = o.run(ctx, p, fsys, opts)
	}()
	sig := p.signals.wait(done)
	if sig == nil {
		return status
	}
	p.signals.decide(sig)
	cancel(signalled{sig})
	if p.signals.wait(done) == nil {
		fmt.Fprintln(p.stderr, "lull test:", signalled{sig})
	}
	return signalStatus(sig)
}

// run lists or runs the tests, and returns the exit status.
func (o *testFlags) run(ctx context.Context, p *process, fsys fs.FS, opts test.Options) (status int) {
	if o.list {
		return o.printList(ctx, p, fsys, opts)
	}
	fail := func(status int, err error) int {
		fmt.Fprintln(p.stderr, "lull test:", err)
		return status
	}
	if o.trace != "" {
		if err := os.MkdirAll(o.trace, 0o777); err != nil {
			return fail(statusUsage, fmt.Errorf("--trace: %w", err))
		}
	}
	var to io.Writer = p.stdout
	if o.output != "" {
		f, err := os.Create(o.output)
		if err != nil {
			return fail(statusUsage, err)
		}
		defer f.Close()
		to = f
	}
	all := []test.Reporter{newTestReporter(o.reporter, to)}
	if o.output != "" {
		all = append(all, newTestReporter("pretty", p.stdout))
	}
	var failed error
	tell := func(fn func(test.Reporter) error) {
		for _, r := range all {
			if err := fn(r); err != nil && failed == nil {
				failed = fmt.Errorf("the report: %w", err)
			}
		}
	}
	opts.Each = func(res *test.Result) { tell(func(r test.Reporter) error { return r.Each(res) }) }
	if o.coverage {
		opts.Coverage = &interp.Coverage{}
	}
	result, err := test.Run(ctx, fsys, opts)
	if result == nil {
		return fail(statusFailed, err)
	}
	tell(func(r test.Reporter) error { return r.End(result) })
	plain := p.stdout
	if o.reporter != "pretty" && o.output == "" { // the report is all that is on standard output
		plain = p.stderr
		fmt.Fprintln(plain, result.Summary())
	}
	status = result.Status()
	if o.coverage {
		enough, err := o.tellCoverage(plain, opts.Coverage)
		if err != nil && failed == nil {
			failed = fmt.Errorf("the coverage: %w", err)
		}
		if !enough && status == 0 {
			status = statusFailed
		}
	}
	if o.cancelAt > 0 && result.Places == 0 && status == 0 {
		status = fail(statusNoTests, fmt.Errorf("no test comes to a checkpoint %d", o.cancelAt))
	}
	if failed != nil {
		status = fail(statusFailed, failed)
	}
	return status
}

// tellCoverage writes the coverage, and reports whether it is enough.
func (o *testFlags) tellCoverage(w io.Writer, c *interp.Coverage) (enough bool, err error) {
	files := test.Covered(c)
	if o.lcov == "" {
		err = test.WriteCoverage(w, files)
	} else {
		var f *os.File
		if f, err = os.Create(o.lcov); err == nil {
			err = errors.Join(test.LCOV(f, files), f.Close())
		}
	}
	if len(files) == 0 && o.least > 0 {
		fmt.Fprintln(w, "the tests have loaded no file but those with tests")
		return false, err
	}
	if got := test.Percent(files); got < o.least {
		fmt.Fprintf(w, "%.1f %% of the lines have run, less than %g %%\n", got, o.least)
		return false, err
	}
	return true, err
}

func (o *testFlags) printList(ctx context.Context, p *process, fsys fs.FS, opts test.Options) int {
	cases, broken, err := test.List(ctx, fsys, opts)
	if err != nil {
		fmt.Fprintln(p.stderr, "lull test:", err)
		return statusFailed
	}
	var b strings.Builder
	for _, c := range cases {
		fmt.Fprintf(&b, "%s:%d: %s\n", c.File, c.Line, c.Name)
	}
	if status := p.say(b.String()); status != 0 {
		return status
	}
	for _, err := range broken {
		printer := report.Printer{Title: "lull test: "}
		_ = printer.Error(p.stderr, err) // nobody is left to be told
	}
	switch {
	case len(broken) > 0:
		return statusSyntax
	case len(cases) == 0:
		return statusNoTests
	}
	return 0
}

// statusNoTests is the status of lull test where there are none.
const statusNoTests = 5

func newTestReporter(name string, w io.Writer) test.Reporter {
	switch name {
	case "tap":
		return &test.TAP{W: w}
	case "junit":
		return test.JUnit{W: w}
	case "json":
		return test.JSON{W: w}
	}
	r := &test.Pretty{W: w}
	if isTerminal(w) {
		paint := newPainter(w)
		r.Printer.Paint, r.Printer.Width = paint.part, columns(w)
		r.Good = func(text string) string { return paint.part(report.Carets, text) }
		r.Bad = func(text string) string { return paint.part(report.Title, text) }
	}
	return r
}

// options are what the tests are run with. Files outside of the current folder are named from its root on.
func (o *testFlags) options(with *Extension) (test.Options, fs.FS, error) {
	here, err := os.Getwd()
	if err != nil {
		return test.Options{}, nil, err
	}
	paths := o.paths
	if len(paths) == 0 {
		paths = []string{"."}
	}
	// Every name is looked for from one folder: the current one, or, if a name leads out of it, the root of all.
	root, shown := here, ""
	for _, name := range paths {
		if !filepath.IsLocal(filepath.Clean(name)) {
			root = filepath.VolumeName(here) + string(filepath.Separator)
			shown = filepath.ToSlash(root)
		}
	}
	fsys := os.DirFS(root)
	files := []string{}
	for _, name := range paths {
		abs, err := filepath.Abs(name)
		if err != nil {
			return test.Options{}, nil, err
		}
		rel, err := filepath.Rel(root, abs)
		if err != nil {
			return test.Options{}, nil, err
		}
		rel = filepath.ToSlash(rel)
		info, err := fs.Stat(fsys, rel)
		if err != nil {
			return test.Options{}, nil, fmt.Errorf("%s: %w", name, withoutPath(err))
		}
		found := []string{rel}
		if info.IsDir() {
			if found, err = test.Files(fsys, rel); err != nil {
				return test.Options{}, nil, err
			}
		}
		for _, f := range found {
			if !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
	}
	if shown == "" {
		shown = "."
	}
	env := slices.DeleteFunc(os.Environ(), func(e string) bool { return !strings.Contains(e, "=") }) // an environment may hold anything
	return test.Options{
		Files: files, Root: shown, Env: env, Runtime: func(name string, args []string) []interp.Option {
			return append(scriptOptions(name, args), with.Modules...)
		},
		Filter: o.filter, Shuffle: o.shuffle, Seed: o.seed, Jobs: o.jobs, Timeout: o.timeout, FailFast: o.failFast, Update: o.update, CI: o.ci,
		Chaos: o.chaos, Cancel: o.cancel, CancelAt: o.cancelAt, Trace: o.trace,
	}, fsys, nil
}

// scriptOptions are what the runtime of a script has, as the command runs it.
func scriptOptions(name string, args []string) []interp.Option {
	s := &script{chunk: "@" + name, arg0: name, args: args, before: []string{"lull"}}
	path, cpath := packagePaths(s)
	return []interp.Option{builtins.Std(), interp.WithPath(path, s.folder()), interp.WithCPath(cpath), argTable(s)}
}
