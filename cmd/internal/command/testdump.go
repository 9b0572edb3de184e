package command

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/test"
)

// testDumps prints what the tasks of the tests do that run, on SIGQUIT.
type testDumps struct {
	w io.Writer

	mu      sync.Mutex
	running map[*interp.Runtime]test.Case

	printing sync.Mutex // held while it prints
	wg       sync.WaitGroup
}

// mostDumped bounds how many tests are told of at once: they may be hundreds.
const mostDumped = 20

// began notes that a test runs, until ended is called.
func (d *testDumps) began(c test.Case, rt *interp.Runtime) (ended func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running == nil {
		d.running = map[*interp.Runtime]test.Case{}
	}
	d.running[rt] = c
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.running, rt)
	}
}

// dump prints the lists, and lets the tests go on meanwhile. One dump that is under way is enough.
func (d *testDumps) dump() {
	if !d.printing.TryLock() {
		return
	}
	d.wg.Go(func() {
		defer d.printing.Unlock()
		d.mu.Lock()
		type run struct {
			test.Case
			rt *interp.Runtime
		}
		var runs []run
		for rt, c := range d.running {
			runs = append(runs, run{c, rt})
		}
		d.mu.Unlock()
		slices.SortFunc(runs, func(a, b run) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
		if len(runs) == 0 {
			fmt.Fprintln(d.w, "lull test: no test runs") // nobody is left to be told of an error, here and below
		}
		for i, r := range runs {
			if i == mostDumped {
				fmt.Fprintf(d.w, "lull test: %d more tests run\n", len(runs)-i)
				break
			}
			fmt.Fprintf(d.w, "lull test: %s:%d: %s\n", r.File, r.Line, printable(cutText(r.Name)))
			io.WriteString(d.w, listTasks(&subject{title: r.File, rt: r.rt}).text(true))
		}
	})
}
