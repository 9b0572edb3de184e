package lualib

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// killAfter is how long a process group has between SIGTERM and SIGKILL.
const killAfter = 2 * time.Second

// lastWait is how long a killed process is waited for at least: it is the system's turn then.
const lastWait = 100 * time.Millisecond

// drainFor is how long the output of a process that has ended is waited for, where something that it left behind keeps it open,
// and how long one whose script was cancelled has to take what was written to it.
const drainFor = 200 * time.Millisecond

// process is a command that a script has started: a process group, whose first process is a shell.
type process struct {
	lib    *Library
	os     *os.Process
	pid    int               // of the shell, and of the group
	reads  bool              // what the script writes
	opener any               // of popen: see Host.Opener
	cut    atomic.Bool       // its opener was cancelled
	ending atomic.Bool       // it is being ended
	halted atomic.Bool       // a person's Ctrl-Z has stopped it
	count  *OpenFiles        // which it is one of
	copies []<-chan struct{} // closed when an output has been copied to its end

	done   chan struct{} // closed when it has been waited for; what is below is there then
	how    string        // "exit" or "signal"
	code   int
	status int // as C's system returns it

	// interrupted says that Ctrl-C has ended it while it had the terminal's foreground. It is written with the terminal's mu.
	interrupted bool
}

// commands are the processes that run, and their outputs that are copied to streams of the host's.
type commands struct {
	mu      sync.Mutex
	over    chan struct{} // closed when no loop is there any more
	running map[*process]struct{}

	killed bool          // KillProcesses was called
	paused int           // how many Suspend are under way
	begun  chan struct{} // closed when the next one begins
	ended  chan struct{} // closed when the last one ends; nil: none is under way
	pipes  map[*os.File]struct{}
	all    sync.WaitGroup
}

// start starts a command, which count counts, with pipe, unless nil, as its standard input or output. It is called off the loop.
func (lib *Library) start(ctx context.Context, command string, pipe *os.File, asInput bool, count *OpenFiles, opener any) (p *process, err error) {
	err = lib.Retry(ctx, func() (err error) {
		p, err = lib.tryStart(command, pipe, asInput, count, opener)
		return err
	})
	return p, err
}

func (lib *Library) tryStart(command string, pipe *os.File, asInput bool, count *OpenFiles, opener any) (*process, error) {
	if !lib.host.Processes() {
		return nil, errors.New("the host has granted no processes")
	}
	if strings.IndexByte(command, 0) >= 0 {
		return nil, errors.New("the command has a NUL byte in it")
	}
	in, out, errw := lib.host.Streams()
	p := &process{lib: lib, reads: asInput, opener: opener, count: count, done: make(chan struct{})}
	var files [3]*os.File
	var ours []*os.File // to be closed once the child has them
	defer func() {
		for _, f := range ours {
			f.Close()
		}
	}()
	null := func(i, flag int) error {
		f, err := os.OpenFile(os.DevNull, flag, 0)
		files[i] = f
		ours = append(ours, f)
		return err
	}
	var err error
	if f, ok := in.(*os.File); ok {
		files[0] = f
	} else {
		err = null(0, os.O_RDONLY)
	}
	type copying struct {
		from *os.File
		to   int
	}
	var copies []copying
	for i, w := range []io.Writer{out, errw} {
		if err != nil || pipe != nil && !asInput && i == 0 {
			continue
		}
		switch f, ok := w.(*os.File); {
		case ok:
			files[i+1] = f
		case w == nil || w == io.Discard:
			err = null(i+1, os.O_WRONLY)
		default:
			var r *os.File
			if r, files[i+1], err = os.Pipe(); err == nil {
				ours = append(ours, files[i+1])
				copies = append(copies, copying{r, i + 1})
			}
		}
	}
	if pipe != nil && asInput {
		files[0] = pipe
	} else if pipe != nil {
		files[1] = pipe
	}
	if err == nil {
		err = count.Add()
	}
	if err == nil {
		if err = lib.commands.start(p, command, files[:]); err != nil {
			count.Done()
		}
	}
	if err != nil {
		for _, c := range copies {
			c.from.Close()
		}
		return nil, fmt.Errorf("cannot start a shell: %w", err)
	}
	for _, c := range copies {
		p.copies = append(p.copies, lib.commands.forward(lib.host, c.from, c.to))
	}
	return p, nil
}

// start starts a process, which is known as one that runs from then on: whatever comes for those reaches it.
func (cs *commands) start(p *process, command string, files []*os.File) error {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.killed {
		return errors.New("the host ends")
	}
	if err := p.begin(command, files); err != nil {
		return err
	}
	cs.running[p] = struct{}{}
	if cs.paused > 0 {
		p.pause()
	}
	return nil
}

// forward copies what a process writes to a stream of the host's, on the loop: nobody else writes there.
func (cs *commands) forward(host Host, r *os.File, to int) <-chan struct{} {
	done := make(chan struct{})
	cs.mu.Lock()
	cs.pipes[r] = struct{}{}
	cs.mu.Unlock()
	write := func(p []byte) {
		w := host.Stdout()
		if to == 2 {
			w = host.Stderr()
		}
		_, _ = w.Write(p) // standard output keeps its error for the script's next print, or the end
	}
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
				written := make(chan struct{})
				host.Post(func() {
					write(buf[:n])
					close(written)
				})
				select {
				case <-written:
				case <-cs.over:
					cs.mu.Lock()
					write(buf[:n])
					cs.mu.Unlock()
				}
			}
			if err != nil {
				return
			}
		}
	})
	return done
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
		p.terminate(p.lib.host.Grace())
	}
	p.drain()
}

// interruptTime is how long a Ctrl-C that has ended a child may take to cancel the task which waits for that.
const interruptTime = time.Second

// handOn is called where a task, whose end ctx is, has waited for the end of a process. If that was Ctrl-C's doing, it returns when
// the task is cancelled as well, before it begins with something else. A host may have other plans with SIGINT: then it returns soon.
func (p *process) handOn(ctx context.Context) {
	if p.ended() && p.interrupted {
		ctx, cancel := context.WithTimeout(ctx, interruptTime)
		defer cancel()
		<-ctx.Done()
	}
}

// terminate ends the process group: SIGTERM, 2 s later SIGKILL. It returns when it is gone, at the latest after grace.
func (p *process) terminate(grace time.Duration) {
	p.ending.Store(true)
	polite := min(killAfter, grace)
	ctx, cancel := context.WithTimeout(context.Background(), polite)
	defer cancel()
	p.signal(false)
	p.await(ctx)
	for look := 5 * time.Millisecond; ctx.Err() == nil && !p.gone(); look *= 2 { // others of the group may need longer
		tick, stop := context.WithTimeout(ctx, look)
		<-tick.Done()
		stop()
	}
	if p.gone() {
		return
	}
	p.signal(true)
	ctx, cancel = context.WithTimeout(context.Background(), max(grace-polite, lastWait))
	defer cancel()
	p.await(ctx)
}

// await waits for the end of the shell, and reports whether it has come before that of ctx.
func (p *process) await(ctx context.Context) bool {
	select {
	case <-p.done:
		return true
	case <-ctx.Done():
		return false
	}
}

// over tells that the shell has been waited for.
func (p *process) over() {
	cs := &p.lib.commands
	p.count.Done()
	cs.mu.Lock()
	delete(cs.running, p)
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
			lib.files.closing.Go(func() { p.terminate(lib.host.Grace()) })
		}
	}
}

// KillProcesses ends the process groups that run, without SIGTERM, and takes the terminal back from them. No others can be started
// then. It may be called from any goroutine.
func (lib *Library) KillProcesses() {
	lib.commands.mu.Lock()
	defer lib.commands.mu.Unlock()
	lib.commands.killed = true
	for p := range lib.commands.running {
		p.ending.Store(true)
		p.signal(true)
	}
	lib.files.tty.abandon()
}

// Suspend stops the process groups that run, and those that begin, until resume is called. It may be called from any goroutine.
func (lib *Library) Suspend() (resume func()) {
	cs := &lib.commands
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.paused++; cs.paused == 1 {
		close(cs.begun)
		cs.begun, cs.ended = make(chan struct{}), make(chan struct{})
	}
	for p := range cs.running {
		if !p.halted.Load() {
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
			if !p.halted.Load() {
				p.resume()
			}
		}
		close(cs.ended)
		cs.ended = nil
	}
}

// suspension has what is closed when the next Suspend begins, and when the one under way ends: nil if there is none.
func (cs *commands) suspension() (begun, ended <-chan struct{}) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	return cs.begun, cs.ended
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

// execute is os.execute([command]).
func (lib *Library) execute(L *lua.LState, w *waits) int {
	if L.Get(1) == lua.LNil {
		L.Push(lua.LNumber(b2i(lib.host.Processes() && haveShell())))
		return 1
	}
	command := lib.checkString(L, 1)
	count := lib.host.OpenFiles()
	p, err := lib.run(w, func(ctx context.Context) (*process, error) {
		p, err := lib.start(ctx, command, nil, false, count, nil)
		if err == nil {
			p.wait(ctx)
			p.handOn(ctx)
		}
		return p, err
	})
	if err != nil {
		lib.host.Fail(L, fmt.Errorf("os.execute: %w", err))
	}
	if !p.ended() {
		lib.host.Fail(L, errors.New("os.execute: the process could not be killed"))
	}
	L.Push(lua.LNumber(p.status))
	L.Push(lua.LString(p.how))
	L.Push(lua.LNumber(p.code))
	return 3
}

// run is a Block that starts a process, once standard output has been written out.
func (lib *Library) run(w *waits, fn func(ctx context.Context) (*process, error)) (*process, error) {
	_ = lib.host.FlushStdout() // an error stays for the next print, or the end
	var p *process
	var failure error
	err := lib.host.Block(w.finish(false), func(ctx context.Context) { p, failure = fn(ctx) })
	if err == nil {
		err = failure
	}
	return p, err
}

// popenMode takes a mode of C's popen apart: one of r and w, beside which some C libraries know b, t and e, which mean nothing here.
func popenMode(mode string) (write, ok bool) {
	mode, _, _ = strings.Cut(mode, "\x00")
	way := strings.Trim(mode, "bte")
	return way == "w", way == "r" || way == "w"
}

// popen is io.popen(command [, mode]).
func (lib *Library) popen(L *lua.LState, w *waits) int {
	command := lib.checkString(L, 1)
	write, ok := popenMode(lib.optString(L, 2, "r"))
	if !ok {
		return failed(L, command+": ", syscall.EINVAL)
	}
	lib.files.sweep()
	count, opener := lib.host.OpenFiles(), lib.host.Opener()
	var ours *os.File
	p, err := lib.run(w, func(ctx context.Context) (*process, error) {
		if err := count.Add(); err != nil {
			return nil, err
		}
		r, wr, err := lib.pipe(ctx)
		if err != nil {
			count.Done()
			return nil, err
		}
		theirs := r
		if ours = wr; !write {
			ours, theirs = r, wr
		}
		p, err := lib.start(ctx, command, theirs, write, count, opener)
		theirs.Close()
		if err == nil && ctx.Err() != nil {
			p.terminate(lib.host.Grace())
		}
		if err != nil {
			count.Done()
			ours.Close()
		}
		return p, err
	})
	switch {
	case err != nil && p != nil: // cancelled just after it had started
		count.Done()
		ours.Close()
		if !p.ended() {
			lib.files.closing.Go(func() { p.terminate(lib.host.Grace()) })
		}
		fallthrough
	case err != nil:
		lib.host.Fail(L, fmt.Errorf("io.popen: %w", err))
	}
	f := &file{name: command, f: ours, os: ours, count: count, proc: p, kind: kindOf(ours), write: write}
	if !write {
		f.src = ours
	}
	L.Push(lib.handle(f))
	return 1
}

// exited waits for the process of a popen file that has been closed, and pushes how it ended; err is of closing the file.
func (lib *Library) exited(L *lua.LState, w *waits, p *process, err error) int {
	if cerr := lib.host.Block(w.finish(true), func(ctx context.Context) {
		p.wait(ctx)
		p.handOn(ctx)
	}); cerr != nil {
		lib.files.closing.Go(func() { p.terminate(lib.host.Grace()) })
		lib.host.Fail(L, cerr)
	}
	if err != nil {
		return failed(L, "", err)
	}
	L.Push(lua.LNil)
	if p.code == 0 {
		L.Pop(1)
		L.Push(lua.LTrue)
	}
	L.Push(lua.LString(p.how))
	L.Push(lua.LNumber(p.code))
	return 3
}

// abandon closes a file that no script uses any more. Writing the rest may take as long as grace, and so may a process
// at the other end, before it is killed.
func (f *file) abandon(grace time.Duration) error {
	cut := f.proc != nil && f.proc.cut.Load()
	if cut {
		grace = min(grace, drainFor)
	}
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	return f.abandonIn(ctx, cut)
}

// abandonIn is abandon until ctx ends. cut says that what is left may be lost.
func (f *file) abandonIn(ctx context.Context, cut bool) error {
	var err error
	if len(f.out) > 0 {
		var n int
		if n, err = f.writeOut(ctx); err == nil && n < len(f.out) {
			err = os.ErrDeadlineExceeded
		}
	}
	if cerr := f.release(ctx); err == nil {
		err = cerr
	}
	if f.proc != nil {
		f.proc.wait(ctx)
		if cut {
			return nil // what it did not take in that time is lost with it
		}
	}
	if err != nil {
		return fmt.Errorf("closing %s: %w", f.name, err)
	}
	return nil
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
	fs.tty.close()
	return errs
}
