package lualib

import (
	"errors"
	"os"
	"slices"
	"sync"
)

// Command is a program to be started.
type Command struct {
	Path   string   // of the program; a relative one starts from Dir
	Args   []string // with its name
	Env    []string
	Dir    string
	Files  [3]*os.File // its standard streams; nil is the null device
	Detach bool        // a session of its own, which nobody ends

	// Foreground, of the first of a group, says that it is to have the terminal from the start, if that is its standard input.
	// Interrupt says that Ctrl-C, which then goes to the group, is meant for us as well.
	Foreground, Interrupt bool

	Line string // on Windows, unless it is empty, all of it, as the program takes it
}

// commands are the processes that run, and their outputs that are copied to streams of the host's.
type commands struct {
	// starting is held for reading while a process is started, and for writing by what must reach all that run. It is taken before mu, so
	// that nobody who only wants to know waits for the system to start something.
	starting sync.RWMutex

	mu      sync.Mutex
	over    chan struct{} // closed when no loop is there any more
	running map[*process]struct{}

	detached []*process // that nobody waits for; those that have ended are forgotten when the next begins

	nobody chan struct{} // not nil once nobody reads the host's output; closed some time later

	killed bool          // KillProcesses was called
	paused int           // how many Suspend are under way
	begun  chan struct{} // closed when the next one begins
	ended  chan struct{} // closed when the last one ends; nil: none is under way
	stops  func()        // ends the goroutine that looks for children that have stopped; nil: there is none
	//lint:ignore U1000 systems differ
	exits exitQueue // of systems that have one for all
	pipes map[*os.File]struct{}
	all   sync.WaitGroup
}

var errHostEnds = errors.New("the host ends")

// start starts a process, which is known as one that runs from then on: whatever comes for those reaches it.
func (cs *commands) start(p *process, cmd *Command) error {
	return cs.begin(func() error {
		cs.mu.Lock()
		cs.detached = slices.DeleteFunc(cs.detached, (*process).isOver)
		cs.watchStops(&p.lib.files.tty)
		cs.mu.Unlock()
		if err := p.begin(cmd); err != nil {
			return err
		}
		cs.mu.Lock()
		defer cs.mu.Unlock()
		g := p.group
		g.all = append(g.all, p)
		if cmd.Detach {
			cs.detached = append(cs.detached, p)
			return nil
		}
		g.left.Add(1)
		cs.running[p] = struct{}{}
		if cs.stops != nil {
			p.sys.nudge(p) // it may have stopped before it was known
		}
		if cs.paused > 0 {
			p.pause()
		}
		return nil
	})
}

// begin calls fn, which starts a process, unless the host ends.
func (cs *commands) begin(fn func() error) error {
	cs.starting.RLock()
	defer cs.starting.RUnlock()
	cs.mu.Lock()
	killed := cs.killed
	cs.mu.Unlock()
	if killed {
		return errHostEnds
	}
	return fn()
}

// forward copies what a process writes to a stream of the host's, on the loop: nobody else writes there.
func (cs *commands) forward(host Host, r *os.File, to int) <-chan struct{} {
	done := make(chan struct{})
	cs.mu.Lock()
	cs.pipes[r] = struct{}{}
	cs.mu.Unlock()
	cs.all.Go(func() {
		defer close(done)
		defer func() {
			cs.mu.Lock()
			delete(cs.pipes, r)
			cs.mu.Unlock()
			r.Close()
		}()
		for {
			buf := make([]byte, 32<<10)
			n, err := r.Read(buf)
			if n > 0 {
				cs.write(host, to, buf[:n])
			}
			if err != nil {
				return
			}
		}
	})
	return done
}

// write writes to a stream of the host's, on the loop: nobody else writes there.
func (cs *commands) write(host Host, to int, p []byte) {
	write := func() {
		w := host.Stdout()
		if to == 2 {
			w = host.Stderr()
		}
		_, _ = w.Write(p) // standard output keeps its error for the script's next print, or the end
	}
	written := make(chan struct{})
	host.Post(func() {
		write()
		close(written)
	})
	select {
	case <-written:
	case <-cs.over:
		cs.mu.Lock()
		write()
		cs.mu.Unlock()
	}
}

// suspension has what is closed when the next Suspend begins, and when the one under way ends: nil if there is none.
func (cs *commands) suspension() (begun, ended <-chan struct{}) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return cs.begun, cs.ended
}
