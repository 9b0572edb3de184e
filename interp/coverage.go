package interp

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/codegen"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Coverage collects which lines of files have run, in any number of runtimes; see [WithCoverage]. The zero value is ready, and its
// methods may be called from any goroutine.
type Coverage struct {
	mu    sync.Mutex
	files map[string]map[int]bool // by name: the lines with statements; true: they have run
}

// FileCoverage is what has run of a file: the lines at which a statement begins that have run, and those that have not, in order.
type FileCoverage struct {
	Name        string // as it was loaded: "job.lua"
	Run, Missed []int
}

// Files are the files that were loaded, sorted by name.
func (c *Coverage) Files() []FileCoverage {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []FileCoverage
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		f := FileCoverage{Name: name}
		for _, line := range slices.Sorted(maps.Keys(c.files[name])) {
			if c.files[name][line] {
				f.Run = append(f.Run, line)
			} else {
				f.Missed = append(f.Missed, line)
			}
		}
		all = append(all, f)
	}
	return all
}

// WithCoverage has a runtime note which lines of the files that it loads run: a line counts when the first instruction of a statement
// does that begins there. Code runs as fast as without it, but for the first time.
func WithCoverage(c *Coverage) Option {
	return func(cfg *config) error {
		if c == nil {
			return errors.New("WithCoverage: the coverage is nil")
		}
		cfg.coverage = c
		return nil
	}
}

// WithLoaded has loaded told the name of each file whose code is loaded, a script or a module, each time, on the loop.
func WithLoaded(loaded func(name string)) Option {
	return func(cfg *config) error {
		if loaded == nil {
			return errors.New("WithLoaded: the function is nil")
		}
		cfg.loaded = loaded
		return nil
	}
}

func (cfg *config) cover() vm.Cover {
	if cfg.coverage == nil {
		return nil
	}
	return covering{cfg.coverage}
}

// covering is a Coverage as a machine tells it.
type covering struct{ c *Coverage }

// Lines implements vm.Cover.
func (x covering) Lines(chunk string, lines []int) {
	x.c.mu.Lock()
	defer x.c.mu.Unlock()
	name := chunk[1:]
	if x.c.files == nil {
		x.c.files = map[string]map[int]bool{}
	}
	if x.c.files[name] == nil {
		x.c.files[name] = map[int]bool{}
	}
	for _, line := range lines {
		if _, known := x.c.files[name][line]; !known {
			x.c.files[name][line] = false
		}
	}
}

// Hit implements vm.Cover.
func (x covering) Hit(chunk string, line int) {
	x.c.mu.Lock()
	defer x.c.mu.Unlock()
	x.c.files[chunk[1:]][line] = true
}

// loading is told of the code of each chunk that a script loads.
func (rt *Runtime) loading(p *lua.FunctionProto) {
	rt.complete(p)
	rt.loads(p)
}

// loads is told of the code of each chunk before it runs.
func (rt *Runtime) loads(p *lua.FunctionProto) {
	if rt.cfg.loaded == nil {
		return
	}
	if name, ok := strings.CutPrefix(codegen.SourceOf(p), "@"); ok {
		rt.guard(rt.running(), "the function of WithLoaded", func() { rt.cfg.loaded(name) })
	}
}
