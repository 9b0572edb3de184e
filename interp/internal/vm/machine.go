package vm

import (
	"sync"
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"
)

// Config is what a machine is made of.
type Config struct {
	// Interrupted is called on the running thread, before its next instruction, after Poke. An error unwinds the thread.
	Interrupted func() error
	// Breathe is called by a thread that computes on a system of one thread, WebAssembly, every thousand steps or so: nobody else runs
	// there, to call Poke, until it lets them. nil: it does not.
	Breathe func()
	// PanicValue makes the Lua value of a Go panic in a builtin.
	PanicValue func(*Panic) lua.LValue
	// Lost is told of a panic in a builtin whose coroutine is being discarded, where nobody sees the error.
	Lost func(*Panic)
	// Instead says what one does instead of an operation that an object of the host's does not bear; "" if it does not know. It may
	// be nil.
	Instead func(v lua.LValue) string
	// Enter and Leave are told when control goes into a Lua coroutine (resume) and out of it (yield, end, error). They
	// are not called when a task waits inside one.
	Enter, Leave func(co *Thread)
	// Discard is called to discard a suspended coroutine, which nobody can resume any more, with end, which does it. Where
	// somebody's Go code stops the panic that ends its frames, it runs on until the next: it must not wait.
	Discard func(co *Thread, end func())
	// Closed is the error that a coroutine unwinds with when coroutine.close ends it.
	Closed error
	// Stacks is needed where a coroutine yields, or is resumed, below a function in Go.
	Stacks Stacks
	// Limits, unless nil, are what scripts must not exceed.
	Limits *Limits
	// Loading, unless nil, is told of the code of each chunk before a function is made of it: nothing else can come to run.
	Loading func(p *lua.FunctionProto)
	// Cover, unless nil, is told what of the files that are loaded runs.
	Cover Cover
	// Mapped says that there is code which reads and writes tables by gopher-lua's own methods: the fields of all lie in maps.
	Mapped bool
	// Globals is how many globals there are going to be, before a script makes some.
	Globals int
	// Next, unless nil, is called where the turn of a task ends in a wait, at a thread. It can begin another one's at once, and returns what
	// Resume would be called for and with then, results not being nil. Else it returns nil, having done nothing, and Resume returns Waits.
	Next func(at *Thread) (*Thread, lua.LGFunction)
	// Waited, unless nil, is called before the results of Resume: it may do what they do, as a [Quick].
	Waited func(results []lua.LValue) int
	// Host is whose machine it is: see Machine.Host.
	Host any
	// Returned, unless nil, is a second way into a Then, for what and arg, of a function with a Quick that was called by Lua, where its call
	// has returned: it must not do what a Quick must not, and the function's results are what the call has returned. Where it would have to
	// it returns false, having done nothing.
	Returned func(what, arg any) bool
}

// Machine is the Lua side of a runtime: the state that its threads share. Its methods are for the loop's side only,
// except Poke.
type Machine struct {
	cfg   Config
	root  *lua.LState
	tmpl  *lua.LState // of threads: see newThread
	cur   *Thread
	free  *Thread
	nfree int
	inUse int // threads of tasks
	traps traps

	handed int  // what the topmost function in Go of the thread that goes on returns, see settle
	waited bool // a wait is over where the turn goes on
	left   bool // the loop is to be left: the task waits, has ended with an error, or its turn goes on elsewhere

	poked   atomic.Bool
	calling bool   // a look comes just before the topmost function, one in Go, begins
	sample  func() // see SetSample
	fuel    int    // steps until the next look at poked
	tank    int    // what fuel was when spent steps were last counted
	maxText int    // of a string that the loop makes by itself: join sees to longer ones
	goCalls int    // how deep Go may call Lua
	limits  *Limits
	nums    numbers
	cache   fieldCache
	sought  int // fields looked for without a cache
	shapes  shapes
	walked  int // the place in a table's list of keys of the one that next has given last

	methods methods
	beneath callFrame // see lstate.beneath

	slip    *slip   // what the last error of the interpreter's own is about
	carried carried // until it is caught

	kept   *coroutine // suspended, and what it has is to be given back when it is dropped
	nkept  int
	reapAt int // at how many reap is due

	pcall   lua.LGFunction // the library's
	yields  lua.LGFunction // coroutine.yield; nil until that is made
	resumes lua.LGFunction // coroutine.resume
	wrapped lua.LGFunction // what coroutine.wrap returns; nil until it is called

	discarder any // the goroutine that waits until a coroutine's Go frames have gone

	mu      sync.Mutex
	dropped []*coroutine // that no script could reach any more
	drops   atomic.Bool  // there are some

	states states
	last   lastCall // of a Quick; see callLast
}

// New makes a machine. It fails if gopher-lua is not the version that this package was written for.
func New(cfg Config) (*Machine, error) {
	if err := layoutChecked(); err != nil {
		return nil, err
	}
	m := &Machine{cfg: cfg, fuel: budget, tank: budget, maxText: longText, goCalls: maxGoCalls, limits: cfg.Limits, reapAt: maxUnswept, pcall: pcall}
	if lim := m.limits; lim != nil {
		m.maxText = min(lim.Text, longText)
		if lim.GoCalls > 0 {
			m.goCalls = min(maxGoCalls, lim.GoCalls)
		}
	}
	m.shapes.init()
	m.newStates(cfg.Globals)
	m.beneath.Fn = m.root.NewFunction(func(L *lua.LState) int {
		Errorf(L, "what runs the main chunk cannot be called")
		return 0
	})
	return m, nil
}

// Host is what Config says, for functions that machines share.
func (m *Machine) Host() any { return m.cfg.Host }

// State is the root state: globals, registry and metatables. It runs no script itself.
func (m *Machine) State() *lua.LState { return m.root }

// Current is the thread that runs, or nil.
func (m *Machine) Current() *Thread { return m.cur }

func (m *Machine) set(th *Thread) {
	m.cur = th
	if th == nil {
		m.root.G.CurrentThread = m.root
	} else {
		m.root.G.CurrentThread = &th.l
	}
}

// Close discards the coroutines that are still suspended, without their cleanups. No task may be left, but Stacks must work.
func (m *Machine) Close() {
	for m.kept != nil {
		m.discard(m.kept)
	}
	m.free, m.nfree = nil, 0
}
