package test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/report"
)

// cut counts the checkpoints that a test passes, of all its tasks and of the scripts that it runs, and cancels it at one of them.
type cut struct {
	at    int // the checkpoint, from 1; 0: nowhere, the places are noted
	scope interp.Scope

	// These are for the test's loop.
	when   time.Duration          // when it was cancelled, by the loop's clock
	asked  map[*interp.Scope]bool // of tasks that answer what scripts ask: they are cancelled with the test
	failed error                  // of a script that was cancelled

	mu    sync.Mutex // scripts have loops of their own
	open  bool
	n     int
	site  string          // where it was cancelled
	sites []interp.Site   // of each checkpoint
	known map[string]bool // errors that there are without a cancellation, and were before this one
}

// End implements interp.Tracer.
func (x *cut) End(t *interp.Task) {
	e := (*interp.Error)(nil)
	if !errors.As(t.Err(), &e) {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.site != "" {
		return
	}
	if x.known == nil {
		x.known = map[string]bool{}
	}
	x.known[errorKey(e)] = true
}

// Spawn, Switch, Park and Wake implement interp.Tracer.
func (*cut) Spawn(*interp.Task)  {}
func (*cut) Switch(*interp.Task) {}
func (*cut) Park(*interp.Task)   {}
func (*cut) Wake(*interp.Task)   {}

// fakeFolder is a name that fake.dir has made, which is another each time.
var fakeFolder = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`lull-test-[0-9]+/dir-[0-9]+`) })

// errorKey is an error by where it was raised.
func errorKey(e *interp.Error) string {
	return string(e.Kind) + " " + fakeFolder().ReplaceAllString(e.Traceback(), "")
}

// unknown are the errors that the cancellation has brought about: others may be told of, too, as nobody is left to take them.
func (x *cut) unknown(err error) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	var errs []error
	for _, one := range report.Each(err) {
		if e := (*interp.Error)(nil); !errors.As(one, &e) || len(e.Frames) == 0 || !x.known[errorKey(e)] {
			errs = append(errs, one)
		}
	}
	return errors.Join(errs...)
}

// maxNoted is how many checkpoints of a test are noted, and may be cancelled at.
const maxNoted = 1 << 20

// comes notes a checkpoint, and reports whether it is the one.
func (x *cut) comes(t *interp.Task) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.open {
		return false
	}
	x.n++
	if x.at == 0 && x.n <= maxNoted {
		x.sites = append(x.sites, t.Site())
	}
	if x.n != x.at {
		return false
	}
	x.open = false
	x.site = "the beginning"
	if site := t.Site().String(); site != "" {
		x.site = site
	}
	x.site += fmt.Sprintf(" of task '%s'", t.Name())
	return true
}

// passes is told of each checkpoint of the test's own tasks.
func (x *cut) passes(t *interp.Task) {
	if x.comes(t) {
		x.cancel(t.Now())
	}
}

// cancel cancels the test, with what it is asked.
func (x *cut) cancel(now time.Duration) {
	x.when = now
	for scope := range x.asked {
		scope.Cancel("lull test --cancel")
	}
	x.scope.Cancel("lull test --cancel")
}

// place is where the test was cancelled; "": it has not come so far.
func (x *cut) place() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.site
}

// sets lets checkpoints count, or not.
func (x *cut) sets(open bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.open = open && x.site == ""
}

// within runs the test where it can be cancelled.
func (x *cut) within(c *interp.Call, fn func(*interp.Call) error) error {
	x.scope.Name = "test"
	return c.Scope(&x.scope, func() error {
		x.sets(true)
		defer x.sets(false)
		return fn(c)
	})
}

// answers runs what a script asks of the test where it is cancelled with the test. It reports false where that was.
func (x *cut) answers(c *interp.Call, fn func(*interp.Call) error) (bool, error) {
	if x.place() != "" {
		return false, nil
	}
	scope := &interp.Scope{}
	if x.asked == nil {
		x.asked = map[*interp.Scope]bool{}
	}
	x.asked[scope] = true
	defer delete(x.asked, scope)
	err := c.Scope(scope, func() error { return fn(c) })
	return !scope.Ended(), err
}

// inTime is an error if a script has not come to a good end when it was cancelled, or the test has gone on for too long.
func (x *cut) inTime(c *interp.Call) error {
	if x.failed != nil {
		return x.failed
	}
	if took := c.Now() - x.when; x.place() != "" && took >= after {
		return interp.Errorf(interp.KindTimeout, "the test has ended %s s after it was cancelled; it has %s s for that", seconds(took), seconds(after))
	}
	return nil
}

// scriptCut is a script that may be cancelled at one of its checkpoints, as by Ctrl-C.
type scriptCut struct {
	cut   *cut
	scope interp.Scope
	cutAt time.Duration // by the script's clock
	is    bool          // it was
}

// passes is told of each checkpoint of the script.
func (s *scriptCut) passes(t *interp.Task) {
	if s.cut.comes(t) {
		s.is, s.cutAt = true, t.Now()
		s.scope.Cancel("lull test --cancel")
	}
}

// errCut is what a script ends with that was cancelled.
var errCut = errors.New("the script was cancelled")

// run is the main task of the script.
func (s *scriptCut) run(c *interp.Call, prog *interp.Program, args []any) error {
	c.Task().SetName("main")
	chunk, err := c.Value(prog)
	if err != nil {
		return err
	}
	vals := make([]interp.Value, len(args))
	for i, a := range args {
		if vals[i], err = c.Value(a); err != nil {
			return err
		}
	}
	s.scope.Name = "script"
	err = c.Scope(&s.scope, func() error {
		_, err := c.Call(chunk, vals...)
		return err
	})
	if s.is && err == nil {
		return errCut
	}
	return err
}

// verdict is what is wrong with how the script has ended at a time by its clock, which it had to when it was cancelled.
func (s *scriptCut) verdict(path string, src []byte, err error, ended time.Duration) error {
	if took := ended - s.cutAt; took >= after { // a cleanup that hangs is cut then
		return interp.Errorf(interp.KindTimeout, "%s has ended %s s after it was cancelled; it has %s s for that", path, seconds(took), seconds(after))
	}
	var errs []error
	for _, one := range report.Each(s.cut.unknown(err)) {
		if exit := (interp.ExitError{}); !errors.Is(one, errCut) && !errors.As(one, &exit) {
			errs = append(errs, one)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	var text strings.Builder // they belong to another runtime
	p := report.Printer{Text: report.Sources("@"+path, src)}
	_ = p.Error(&text, errors.Join(errs...)) // a strings.Builder takes all
	return interp.Errorf(interp.KindError, "%s was cancelled, and has failed then:\n%s", path, strings.TrimRight(text.String(), "\n"))
}

// more is how many checkpoints are taken beside the first and the last of each place.
const more = 200

// choose are the checkpoints to cancel at.
func (x *cut) choose() []int {
	first, last := map[interp.Site]int{}, map[interp.Site]int{}
	for i, s := range x.sites {
		if first[s] == 0 {
			first[s] = i + 1
		}
		last[s] = i + 1
	}
	chosen := map[int]bool{}
	for s := range first {
		chosen[first[s]], chosen[last[s]] = true, true
	}
	n := len(x.sites)
	for i := range min(more, n) {
		chosen[1+i*n/min(more, n)] = true
	}
	var all []int
	for at := range chosen {
		all = append(all, at)
	}
	slices.Sort(all)
	return all
}
