package interp

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/sched"
)

// Option sets up a runtime; New takes any number, later ones win.
type Option func(*config) error

type config struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	clock          sched.Clock
	modules        []given
	lacks          []given // that need what is not granted
	preload        []preload
	state          bool // see WithState
	loaders        []hostLoader
	logger         *slog.Logger
	tracers        []Tracer
	slow           *slowTurns
	args           []string
	env            []string
	dir            string
	system         bool
	limits         Limits
	network        *NetworkAccess                                          // nil: none
	denied         func(name string) string                                // nil: what is not granted is nil
	signals        func(name string, told func()) (stop func(), err error) // nil: there are none to watch
	tree           lualib.Files                                            // nil: neither WithFS nor WithRoot
	files          lualib.Files                                            // what the options come to
	path, cpath    string
	folders        []string             // see WithPath
	starting       func(*Command) error // see WithStarting
	leftovers      bool                 // see WithLeftovers
	coverage       *Coverage            // nil: none is wanted
	loaded         func(name string)
	checkpoints    func(t *Task) // see WithCheckpoints
	chaos          *chaos        // see WithChaos
	cores          int           // see WithCores; 0: the default
	seed           uint64        // see WithSeed
	seeded         bool
	grace          time.Duration // of what was shielded, and of what cannot be interrupted
	cleanup        time.Duration // the most that a cleanup may ask for
}

// given is a module that an option gave. All runtimes that are made with the option share it: nobody writes to it.
type given struct {
	*Module
	concurrent bool // see Concurrent
}

// names is how many tables the modules make, and how many globals scripts begin with, at most.
func (c *config) names() (tables, globals int) {
	globals = lualib.Globals
	for i, m := range c.modules {
		switch {
		case m.Name == "":
			globals += len(m.Defs)
		case m.Make == nil && !slices.ContainsFunc(c.modules[:i], func(was given) bool { return was.Name == m.Name }):
			tables++
		}
	}
	return tables, globals + tables
}

type preload struct {
	name   string
	loader lua.LGFunction

	concurrent bool // see Concurrent
}

type hostLoader struct {
	load       Loader
	concurrent bool
}

const defaultGrace = 5 * time.Second

// WithStdio gives the runtime its standard streams; nil stands for none: empty input, discarded output. Writes are
// buffered, see [Call.Stdout]. They are not closed. Output that a writer leaves unwritten, with an error or without, ends the run with
// an error unless a script was told. Reader and writers are not believed: a count that cannot be is an error, and so is a panic.
func WithStdio(stdin io.Reader, stdout, stderr io.Writer) Option {
	return func(c *config) error {
		c.stdin, c.stdout, c.stderr = stdin, stdout, stderr
		return nil
	}
}

// WithModule registers builtins. A module of a name that was registered before adds to it. A table's functions are made when a chunk
// is loaded that can get at them, so that those which a script does not name cost next to nothing.
func WithModule(m Module) Option {
	m, err := m.resolved() // once, for all runtimes that are made with the option
	m.key = lua.LString(m.Name)
	return func(c *config) error {
		if err != nil {
			return fmt.Errorf("WithModule: %w", err)
		}
		c.modules = append(c.modules, given{Module: &m, concurrent: m.concurrent})
		return nil
	}
}

// function registers one function, for the option of that name.
func (c *config) function(option, name string, fn Func) error {
	table, field, dotted := strings.Cut(name, ".")
	if !dotted {
		table, field = "", name
	}
	if field == "" || dotted && table == "" || strings.Contains(field, ".") {
		return fmt.Errorf("%s: %q is no name; it must be like \"add\" or \"app.add\"", option, name)
	}
	c.modules = append(c.modules, given{Module: &Module{Name: table, key: lua.LString(table), Defs: []Def{{Name: field, Fn: fn, Outside: true, fn: fn, key: lua.LString(field)}}}})
	return nil
}

// WithPreload lets scripts require a module that was written for gopher-lua. It runs on the loop and must not block.
//
// Integer keys that lie far above a table's list (t = {}; t[1000] = 1) are not in its list, as in PUC Lua, and there
// methods of gopher-lua's tables that take an integer do not look: RawGet, RawGetInt and LState.GetTable give nil for them,
// Len and MaxN pass them over. RawGetH, ForEach and Next find them. Everybody finds what such a module sets itself.
//
// A runtime with such a module keeps the fields of all tables in gopher-lua's maps, from the first: see [WithState].
func WithPreload(name string, loader lua.LGFunction) Option {
	return func(c *config) error {
		if name == "" || loader == nil {
			return errors.New("WithPreload: a name and a loader are needed")
		}
		c.preload = append(c.preload, preload{name: name, loader: loader})
		return nil
	}
}

// WithState lets builtins have gopher-lua's state, by [Call.State]. The methods of its tables, which anybody who has a state can call, know
// of nothing but maps. So in a runtime with this option, or with [WithPreload], the fields of all tables are in maps; elsewhere those of
// small tables lie side by side, which takes a fifth of the memory and half of the time where scripts make many.
func WithState() Option {
	return func(c *config) error {
		c.state = true
		return nil
	}
}

// mapped reports whether there may be code that reads tables by gopher-lua's own methods.
func (c *config) mapped() bool { return c.state || len(c.preload) > 0 }

// WithArgs sets the global table arg: the script's name at 0, then its arguments.
func WithArgs(script string, args ...string) Option {
	return func(c *config) error {
		c.args = append([]string{script}, args...)
		return nil
	}
}

// WithEnv gives scripts an environment, as "NAME=value" strings, for os.getenv and the processes that they start. The
// default is none.
func WithEnv(env []string) Option {
	return func(c *config) error {
		for _, e := range env {
			if !strings.Contains(e, "=") || strings.Contains(e, "\x00") {
				return fmt.Errorf("WithEnv: %q is not of the form NAME=value", e)
			}
		}
		c.env = append([]string{}, env...)
		return nil
	}
}

// WithPath sets package.path, where require looks for Lua files. The default is "./?.lua;./?/init.lua"; without files it is
// empty. folders are those whose names may have a ; or ? in them, such as the script's own: where a template begins with one of
// them, its name stands for itself.
func WithPath(path string, folders ...string) Option {
	return func(c *config) error {
		c.path, c.folders = path, folders
		return nil
	}
}

// WithCPath sets package.cpath. Modules written in C cannot be loaded: require looks for them there only to say so. The default is
// empty.
func WithCPath(path string) Option {
	return func(c *config) error {
		c.cpath = path
		return nil
	}
}

// WithGrace bounds how long a cleanup may go on after a cancellation, whatever the script asks for, and sets how long what
// was shielded may go on when a run is cut short. Without it cleanups have what they ask for, and what was shielded has
// five seconds.
func WithGrace(d time.Duration) Option {
	return func(c *config) error {
		if d < 0 {
			return errors.New("WithGrace: the duration is negative")
		}
		c.grace, c.cleanup = d, d
		return nil
	}
}

// WithVirtualTime runs scripts on a clock that jumps to the next timer when nothing is ready and no I/O is under way. It
// starts at 2000-01-01 00:00:00 UTC.
func WithVirtualTime() Option {
	return func(c *config) error {
		c.clock = sched.NewVirtualClock()
		return nil
	}
}

// ManualClock is a source of time that its owner moves: a game's tick, a simulator's step. It starts at 2000-01-01 00:00:00 UTC, and
// is made by [NewManualClock].
type ManualClock struct{ clock *sched.ManualClock }

// NewManualClock returns a clock that stands still until Advance is called. It serves one runtime at a time.
func NewManualClock() *ManualClock { return &ManualClock{sched.NewManualClock()} }

// Advance moves the clock on by d, deadline by deadline in their order, and returns when everything that this made ready has
// run as far as it goes without more time. It may be called from any goroutine, but not by a function that runs on the loop.
func (c *ManualClock) Advance(d time.Duration) { c.clock.Advance(d) }

// WithClock sets the source of time. Without it a runtime goes with the machine's clock, or with [WithVirtualTime].
func WithClock(clock *ManualClock) Option {
	return func(c *config) error {
		if clock == nil || clock.clock == nil {
			return errors.New("WithClock: the clock is none that NewManualClock has made")
		}
		c.clock = clock.clock
		return nil
	}
}

// Combine makes one option of several, which apply in their order.
func Combine(opts ...Option) Option {
	return func(c *config) error {
		for _, o := range opts {
			if err := o(c); err != nil {
				return err
			}
		}
		return nil
	}
}
