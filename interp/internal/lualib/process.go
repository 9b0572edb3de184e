package lualib

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// killAfter is how long a process group has between SIGTERM and SIGKILL.
const killAfter = 2 * time.Second

// lastWait is how long a killed process is waited for at least: it is the system's turn then.
const lastWait = 100 * time.Millisecond

// drainFor is how long the output of a process that has ended is waited for, where something that it left behind keeps it open,
// and how long one whose script was cancelled has to take what was written to it.
const drainFor = 200 * time.Millisecond

// process is a program that a script has started, in a process group: its own, or that of the pipeline which it is part of.
type process struct {
	lib    *Library
	sys    sysProcess
	pid    int
	group  *group
	reads  bool              // what the script writes
	opener any               // of popen: see Host.Opener
	cut    atomic.Bool       // its opener was cancelled
	count  *OpenFiles        // which it is one of
	shows  []*os.File        // the host's standard output and error, where it has them as they are
	shown  func()            // see Host.Shows; nil where there are none of them
	copies []<-chan struct{} // closed when an output has been copied to its end

	done   chan struct{} // closed when it has been waited for; what is below is there then
	how    string        // "exit" or "signal"
	code   int
	status int // as C's system returns it
}

// group is a process group, of all processes that were started together.
type group struct {
	id     int // the first one's, or that of hears
	all    []*process
	left   atomic.Int32   // how many have not ended
	waited int            // how many have been waited for; with by, under commands.mu
	by     syscall.Signal // see ends
	ending atomic.Bool    // it is being ended
	//lint:ignore U1000 systems differ
	sys    sysGroup
	hears  *hearing    // of a Ctrl-C that it gets; nil: nothing does
	halted atomic.Bool // a person's Ctrl-Z has stopped it

	// interrupted says that Ctrl-C has ended it while it had the terminal's foreground. It is written with the terminal's mu.
	interrupted bool
}

// leader stands for the group.
func (g *group) leader() *process { return g.all[0] }

// start starts a shell's command, which count counts, with pipe, unless nil, as its standard input or output. It is called off the loop.
func (lib *Library) start(ctx context.Context, command string, pipe *os.File, asInput bool, o opening) (p *process, err error) {
	err = lib.Retry(ctx, func() (err error) {
		p, err = lib.tryStart(command, pipe, asInput, o)
		return err
	})
	return p, err
}

var errNoProcesses = errors.New("the host has granted no processes")

// opening is the task for which something is started off the loop.
type opening struct {
	count  *OpenFiles
	opener any
	env    []string
}

func (lib *Library) opening() opening {
	return opening{lib.host.OpenFiles(), lib.host.Opener(), lib.host.Environ()}
}

// errNoSystem is the error of starting something where there is nothing but files: in WebAssembly.
var errNoSystem = errors.New("there are no processes on this system")

func (lib *Library) tryStart(command string, pipe *os.File, asInput bool, o opening) (*process, error) {
	if !lib.host.Processes() {
		return nil, errNoProcesses
	}
	if runtime.GOARCH == "wasm" {
		return nil, errNoSystem
	}
	if strings.IndexByte(command, 0) >= 0 {
		return nil, errors.New("the command has a NUL byte in it")
	}
	in, out, errw := lib.host.Streams()
	cmd := shellCommand(command, o.env)
	cmd.Dir = lib.host.Dir()
	var ours []*os.File // to be closed once the child has them
	defer func() {
		for _, f := range ours {
			f.Close()
		}
	}()
	if f, ok := in.(*os.File); ok {
		cmd.Files[0] = f
	}
	type copying struct {
		from *os.File
		to   int
	}
	var copies []copying
	var err error
	for i, w := range []io.Writer{out, errw} {
		if err != nil || pipe != nil && !asInput && i == 0 {
			continue
		}
		switch f, ok := w.(*os.File); {
		case ok:
			cmd.Files[i+1] = f
		case w == nil || w == io.Discard:
		default:
			var r *os.File
			if r, cmd.Files[i+1], err = os.Pipe(); err == nil {
				ours = append(ours, cmd.Files[i+1])
				copies = append(copies, copying{r, i + 1})
			}
		}
	}
	if pipe != nil && asInput {
		cmd.Files[0] = pipe
	} else if pipe != nil {
		cmd.Files[1] = pipe
	}
	var g *group
	if err == nil {
		g, err = lib.startGroup([]Command{cmd}, o.count, o.opener)
	}
	if err != nil {
		for _, c := range copies {
			c.from.Close()
		}
		return nil, fmt.Errorf("cannot start a shell: %w", err)
	}
	p := g.leader()
	p.reads = asInput
	for _, c := range copies {
		p.copies = append(p.copies, lib.commands.forward(lib.host, c.from, c.to))
	}
	return p, nil
}

// startGroup starts programs in a process group of their own, off the loop. If one of them cannot be started, those before it are killed.
func (lib *Library) startGroup(commands []Command, count *OpenFiles, opener any) (*group, error) {
	if !lib.host.Processes() {
		return nil, errNoProcesses
	}
	for i := range commands {
		if err := lib.host.Starting(&commands[i]); err != nil {
			return nil, err
		}
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	g := &group{}
	for i := range commands {
		cmd := &commands[i]
		for i, f := range cmd.Files {
			if f == nil {
				cmd.Files[i] = null
			}
		}
		var shows []*os.File
		_, out, errw := lib.host.Streams()
		for i, w := range []io.Writer{out, errw} {
			if f, ok := w.(*os.File); ok && cmd.Files[i+1] == f {
				shows = append(shows, f)
			}
		}
		p := &process{lib: lib, shows: shows, group: g, opener: opener, count: count, done: make(chan struct{})}
		if err = count.Add(); err != nil {
			break
		}
		if i == 0 && cmd.Interrupt {
			err = g.listen(p, cmd, null)
		}
		if len(shows) > 0 && !cmd.Detach {
			p.shown = lib.host.Shows(shows)
		}
		if err == nil {
			err = lib.begin(p, cmd)
		}
		if err != nil {
			p.showsNoMore()
			count.Done()
			break
		}
	}
	if err != nil && len(g.all) > 0 {
		g.ending.Store(true)
		g.leader().signal(killed)
	}
	if g.hears != nil {
		g.hears.serve(len(g.all) == 0)
	}
	// Nobody has waited for the first one before the last has joined its group, or that might be gone.
	for i, p := range g.all {
		if commands[i].Detach {
			count.Done()
			continue
		}
		lib.commands.all.Go(p.reap)
	}
	return g, err
}

// begin starts a program. One that was written a moment ago may still be open for writing, in a child that another goroutine has forked meanwhile
// and that has not come to its exec: it is tried again for half a second (go.dev/issue/22315).
func (lib *Library) begin(p *process, cmd *Command) error {
	for pause := time.Millisecond; ; pause *= 2 {
		err := lib.commands.start(p, cmd)
		if !isWritten(err) || pause > 256*time.Millisecond {
			return err
		}
		<-time.NewTimer(pause).C
	}
}

// drain waits until the outputs have been copied, for a while.
func (p *process) drain() {
	limit := time.NewTimer(drainFor)
	defer limit.Stop()
	for _, c := range p.copies {
		select {
		case <-c:
		case <-limit.C:
			return
		}
	}
}

// wait waits for the end, and when ctx has ended brings it about.
func (p *process) wait(ctx context.Context) {
	if !p.await(ctx) {
		p.group.terminate(signalOf("TERM"), killAfter, p.lib.host.Grace())
	}
	p.drain()
}

// interruptTime is how long a Ctrl-C that has ended a child may take to cancel the task which waits for that.
const interruptTime = time.Second

// handOn is called where a task, whose end ctx is, has waited for the end of a process. If that was Ctrl-C's doing, it returns when
// the task is cancelled as well, before it begins with something else. A host may have other plans with SIGINT: then it returns soon.
func (p *process) handOn(ctx context.Context) {
	if p.ended() && p.group.interrupted {
		ctx, cancel := context.WithTimeout(ctx, interruptTime)
		defer cancel()
		<-ctx.Done()
	}
	if p.group.unread() {
		select {
		case <-ctx.Done():
		case <-p.lib.commands.unread(p.lib.host):
		}
	}
}

// unread reports whether one of the group has ended by SIGPIPE because nobody reads the host's output any more.
func (g *group) unread() bool {
	if !g.ended() {
		return false
	}
	for _, p := range g.all {
		if p.brokenPipe() && slices.ContainsFunc(p.shows, readerGone) {
			return true
		}
	}
	return false
}

// unread ends every run, if it is the first to tell that nobody reads the host's output any more. The channel is closed when
// that should have been seen.
func (cs *commands) unread(host Host) <-chan struct{} {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.nobody == nil {
		seen := make(chan struct{})
		time.AfterFunc(interruptTime, func() { close(seen) })
		cs.nobody = seen
		host.Unread(syscall.EPIPE)
	}
	return cs.nobody
}

// brokenPipe reports whether the process, or what a shell has waited for last, has ended by SIGPIPE.
func (p *process) brokenPipe() bool {
	return p.how == "signal" && p.code == int(signalOf("PIPE")) || p.how == "exit" && p.code == 128+int(signalOf("PIPE"))
}

// terminate ends the process group: with sig and, after some time, SIGKILL. It returns when it is gone, at the latest after grace.
func (g *group) terminate(sig syscall.Signal, after, grace time.Duration) {
	g.ending.Store(true)
	polite := min(after, grace)
	ctx, cancel := context.WithTimeout(context.Background(), polite)
	defer cancel()
	g.leader().signal(sig)
	g.await(ctx)
	for look := 5 * time.Millisecond; ctx.Err() == nil && !g.gone(); look *= 2 { // others of the group may need longer
		tick, stop := context.WithTimeout(ctx, look)
		<-tick.Done()
		stop()
	}
	if g.gone() {
		return
	}
	g.leader().signal(killed)
	ctx, cancel = context.WithTimeout(context.Background(), max(grace-polite, lastWait))
	defer cancel()
	g.await(ctx)
}

// await waits for the end of all that were started together, and reports whether it has come before that of ctx.
func (g *group) await(ctx context.Context) bool {
	for _, p := range g.all {
		if !p.await(ctx) {
			return false
		}
	}
	return true
}

// ends is told that one of them has ended, and whether a signal has done it. With the last one it says which signal has ended the
// group: of several, Ctrl-C's.
func (g *group) ends(by syscall.Signal) (sig syscall.Signal, last bool) {
	cs := &g.leader().lib.commands
	cs.mu.Lock()
	defer cs.mu.Unlock()
	g.waited++
	if g.by != syscall.SIGINT {
		g.by = by
	}
	return g.by, g.waited == len(g.all)
}

func (g *group) ended() bool { return g.left.Load() == 0 }

// await waits for the end of the process, and reports whether it has come before that of ctx.
func (p *process) await(ctx context.Context) bool {
	select {
	case <-p.done:
		return true
	case <-ctx.Done():
		return false
	}
}

// showsNoMore says that the process writes to the host's streams no more.
func (p *process) showsNoMore() {
	if p.shown != nil {
		p.shown()
	}
}

// over tells that the process has been waited for.
func (p *process) over() {
	p.showsNoMore()
	cs := &p.lib.commands
	p.count.Done()
	cs.mu.Lock()
	delete(cs.running, p)
	p.group.left.Add(-1)
	close(p.done)
	cs.mu.Unlock()
}

// EndProcesses ends the process groups that opener, which was cancelled, has opened with popen and that still run. It does not
// wait for them: Close does. One that the script writes to is left until its file is closed: what was written is an effect, and
// most end of themselves when they have read it.
func (lib *Library) EndProcesses(opener any) {
	lib.commands.mu.Lock()
	defer lib.commands.mu.Unlock()
	for p := range lib.commands.running {
		if p.opener == opener && !p.cut.Swap(true) && !p.reads {
			lib.files.closing.Go(p.terminate)
		}
	}
}

// terminate ends a process that popen or os.execute has started.
func (p *process) terminate() { p.group.terminate(signalOf("TERM"), killAfter, p.lib.host.Grace()) }

// KillProcesses ends the process groups that run, without SIGTERM, and takes the terminal back from them. No others can be started
// then. It may be called from any goroutine.
func (lib *Library) KillProcesses() {
	lib.commands.starting.Lock()
	defer lib.commands.starting.Unlock()
	lib.commands.mu.Lock()
	defer lib.commands.mu.Unlock()
	lib.commands.killed = true
	for p := range lib.commands.running {
		p.group.ending.Store(true)
		p.signal(killed)
	}
	lib.files.tty.abandon()
}

// Suspend stops the process groups that run, and those that begin, until resume is called. It may be called from any goroutine.
func (lib *Library) Suspend() (resume func()) {
	cs := &lib.commands
	cs.starting.Lock()
	defer cs.starting.Unlock()
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.paused++; cs.paused == 1 {
		close(cs.begun)
		cs.begun, cs.ended = make(chan struct{}), make(chan struct{})
	}
	for p := range cs.running {
		if !p.group.halted.Load() {
			p.pause()
		}
	}
	return func() {
		lib.files.tty.continued()
		cs.mu.Lock()
		defer cs.mu.Unlock()
		if cs.paused--; cs.paused > 0 {
			return
		}
		for p := range cs.running {
			if !p.group.halted.Load() {
				p.resume()
			}
		}
		close(cs.ended)
		cs.ended = nil
	}
}

// HoldTerminal keeps the terminal's foreground from children until release is called: for a host that reads from it itself. It may
// be called from any goroutine, but not twice at once.
func (lib *Library) HoldTerminal() (release func()) {
	lib.files.tty.hold()
	return lib.files.tty.release
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Close gives back what scripts left open: files are written out and closed, processes waited for, all within the grace period.
// It is called when no loop is there any more, and returns what went wrong.
func (lib *Library) Close() []error {
	fs, cs := &lib.files, &lib.commands
	close(cs.over)
	var mu sync.Mutex
	var errs []error
	for f := range fs.open {
		fs.closing.Go(func() {
			if err := f.abandon(lib.host.Grace()); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	}
	fs.open = nil
	fs.closing.Wait()
	cs.mu.Lock()
	for r := range cs.pipes {
		r.SetReadDeadline(longAgo) // kept open by what a process left behind
	}
	cs.mu.Unlock()
	cs.all.Wait()
	if cs.stops != nil {
		cs.stops()
	}
	fs.tty.close()
	return errs
}
