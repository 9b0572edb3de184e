// Package repl is Lull's interactive prompt, for the command and for any host that has a runtime:
//
//	lines := repl.NewPlain(in, out)
//	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, lines, lines))
//	...
//	err = repl.New(rt, repl.Options{Lines: lines}).Run(ctx)
//
// A [REPL] is one run of its runtime: its main task waits for a line, evaluates it, and waits for the next. Tasks that were
// spawned go on meanwhile, and what they print goes through [Lines], which keeps the line that is being typed intact. So the
// runtime's standard output and standard error should be the REPL's Lines.
//
// In virtual time the clock stands still while the prompt waits: sleep(10) lets ten seconds pass.
package repl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/check"
	"github.com/lull-lua/lull/interp/report"
	"github.com/lull-lua/lull/interp/stub"
)

// Options set up a REPL.
type Options struct {
	Lines    Lines  // where lines come from; needed
	Prompt   string // the default is "> "
	Continue string // the prompt within a statement of several lines, where Lines reads them one by one; the default is ">> "
	Banner   string // printed at the start

	Editor string // the command of :edit, as of $EDITOR; "": there is none
	Pager  string // the command that long output goes to, as of $PAGER; "": it is just printed

	Modules []string // required at the start
	Script  *Script  // run then, as :load runs a file; nil: none
}

// Script is what a session may begin with.
type Script struct {
	Name   string // by Lua's rules, see [interp.Compile]: "@job.lua"
	Source []byte
	Args   []string // its `...`
}

// REPL reads, evaluates and prints, until the person leaves.
type REPL struct {
	rt    *interp.Runtime
	lines Lines
	opts  Options
	stubs func() (*stub.Index, error) // of the runtime's modules; read when somebody asks
	check func() (*check.Checker, error)

	// For the loop's side, while Run is under way.
	session *interp.Session
	entries int               // how many there were: part of their names
	sources map[string]string // what was entered or loaded, by its name in messages
	moved   map[string]int    // by how much their first lines are, from what was compiled
	scope   *interp.Scope     // of the evaluation under way, or nil
	cut     bool              // Ctrl-C has cancelled that
	shown   *interp.Error     // what the last evaluation to fail has shown

	last      string         // the last entry that was no command
	cutValues interp.Values  // what was shown last, if that was cut
	ended     []*interp.Task // the last of those spawned
	call      *interp.Call   // the main task's
	initial   map[string]interp.Value
	loaded    map[string]bool // modules that were there at the start

	mu      sync.Mutex
	pending string                  // the statement so far, of several lines
	stop    context.CancelCauseFunc // ends the ReadLine under way; nil: there is none
	lent    bool                    // another program has the terminal
	late    context.Context         // until it is done a Ctrl-C is the one that has ended that program, and comes late; nil: there was none
	presses int                     // of Ctrl-C: at the prompt each within a second of the one before, else all during the evaluation
	recent  context.Context         // done a second after the last one; nil: there was none
	forget  context.CancelFunc
	settle  context.CancelFunc      // of late
	end     context.CancelCauseFunc // ends the run
	slow    *time.Timer             // set once the person leaves
	said    chan struct{}           // closed when the timer has said that it takes long
}

// taskName is the name of the main task.
const taskName = "repl"

// errLeft is the cause of the end of a session that the person has ended.
var errLeft = errors.New("the session ends")

// A test may have to wait longer than a person would, where other processes hold its own up, and sets these.
var (
	slowEnd  = 500 * time.Millisecond // how long tasks may take to unwind until a line says what is waited for
	together = time.Second            // how soon after the first the second Ctrl-C at the prompt leaves
)

// New makes a REPL for a runtime, whose globals it shares. It runs once.
func New(rt *interp.Runtime, opts Options) *REPL {
	if opts.Prompt == "" {
		opts.Prompt = "> "
	}
	if opts.Continue == "" {
		opts.Continue = ">> "
	}
	return &REPL{rt: rt, lines: opts.Lines, opts: opts, session: &interp.Session{}, sources: map[string]string{}, moved: map[string]int{},
		stubs: sync.OnceValues(func() (*stub.Index, error) { return stub.Of(rt.Modules()) }),
		check: sync.OnceValues(func() (*check.Checker, error) { return check.New(rt.Modules()) })}
}

// Run is the session. It returns when every task that was started in it has ended: nil where the person left (Ctrl-D, :quit,
// Ctrl-C twice at the prompt), or the end of the input came; an [interp.ExitError] where a script ended it with a status, or with an
// error that was shown already, as a limit's is; an error of ErrCancelled and ctx's cause where ctx ended.
func (r *REPL) Run(ctx context.Context) error {
	if r.lines == nil {
		return errors.New("repl: Options.Lines is nil: NewPlain or NewEditor makes them")
	}
	ctx, r.end = context.WithCancelCause(ctx)
	defer r.end(nil)
	defer r.rt.Hold()() // a task that waits for ever is no deadlock
	_, err := r.rt.RunFunc(ctx, taskName, r.main)
	r.mu.Lock()
	slow, forget, settle := r.slow, r.forget, r.settle
	r.mu.Unlock()
	if slow != nil && !slow.Stop() {
		<-r.said
	}
	for _, end := range []context.CancelFunc{forget, settle} {
		if end != nil {
			end()
		}
	}
	errs := untold(err)
	for i, err := range errs { // a limit ends the session with the evaluation that has crossed it
		if e, ok := err.(*interp.Error); ok && r.shown != nil && e.Kind == r.shown.Kind && e.Error() == r.shown.Error() {
			errs[i] = interp.ExitError{Code: 1}
		}
	}
	return errors.Join(errs...)
}

// untold is what a run has failed with, one by one, without what is no news.
func untold(err error) (news []error) {
	for _, err := range report.Each(err) {
		if e, ok := err.(*interp.Error); ok && (e.Reported() || errors.Is(err, errLeft)) {
			continue
		}
		news = append(news, err)
	}
	return news
}

// Interrupt is Ctrl-C as a signal, for SIGINT's handler: it cancels the evaluation under way, or else the line that is
// typed, or a task that computes and lets nobody else have a turn. During an evaluation it first ends the line of the screen,
// where a terminal has shown ^C. The second at the prompt leaves, where it comes within a second of the first. The third during an
// evaluation leaves whenever it comes, as cleanups may take a while: the second says so. It reports false if the session is ending
// already, so that there is nothing left to interrupt. It may be called from any goroutine.
func (r *REPL) Interrupt() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.slow != nil {
		return false
	}
	if r.lent || r.late != nil && r.late.Err() == nil {
		r.late = nil
		return true // it is that program's
	}
	if r.stop != nil {
		r.stop(ErrInterrupted) // the main task hears of it, if it gets a turn
	} else {
		fmt.Fprintln(r.lines) // below the terminal's ^C; no ReadLine can begin meanwhile
		switch r.pressed(false) {
		case 1:
		case 2:
			fmt.Fprintln(r.lines, "waiting for what was cancelled to end; Ctrl-C once more leaves")
		default:
			r.leave()
			return true
		}
	}
	r.rt.Post(func() {
		if r.scope != nil && !r.cut {
			r.cut = true
			r.scope.Interrupt("interrupted")
		} else { // nobody gets a turn, or the evaluation would have ended
			r.interruptRunning()
		}
	})
	return true
}

// interruptRunning cancels a task that computes, which nobody waits for.
func (r *REPL) interruptRunning() {
	if r.call == nil {
		return
	}
	for _, t := range r.call.Tasks() {
		if t.State() == "running" && t != r.call.Task() && t.Interrupt("interrupted") {
			t.Warn("task '%s' is cancelled: it let nobody else have a turn", t.Name())
		}
	}
}

// pressed counts a Ctrl-C, and those before it: at the prompt only such as have just come. The caller holds mu.
func (r *REPL) pressed(prompt bool) int {
	if r.recent == nil || prompt && r.recent.Err() != nil {
		r.presses = 0
	}
	if r.forget != nil {
		r.forget()
	}
	r.presses++
	r.recent, r.forget = context.WithTimeout(context.Background(), together)
	return r.presses
}

// leave cancels everything, and so ends the run. The caller holds mu.
func (r *REPL) leave() {
	if r.slow != nil {
		return
	}
	r.said = make(chan struct{})
	r.slow = time.AfterFunc(slowEnd, func() {
		defer close(r.said)
		fmt.Fprintln(r.lines, "waiting for tasks to clean up; Ctrl-C leaves at once")
	})
	r.end(errLeft)
}

func (r *REPL) left() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.slow != nil
}

// main is the run's main task.
func (r *REPL) main(c *interp.Call) error {
	c.Task().SetName(taskName)
	c.Task().OnCancel(func(reason string) { // for t in task.all(): the evaluation ends, not the session
		if r.scope != nil {
			r.scope.Cancel(reason)
		}
	})
	c.Task().WatchRun(endings{r})
	r.call = c
	defer func() { r.call = nil }()
	r.remember(c)
	if r.opts.Banner != "" {
		fmt.Fprintln(c.Stdout(), strings.TrimRight(r.opts.Banner, "\n"))
	}
	if err := r.begin(c); err != nil {
		return err
	}
	for {
		err := r.turn(c)
		if errors.Is(err, io.EOF) {
			r.mu.Lock()
			r.leave()
			r.mu.Unlock()
		} else if err != nil && !errors.Is(err, ErrInterrupted) {
			return err
		}
		if r.left() {
			return c.Sleep(interp.Forever) // until the cancellation comes
		}
	}
}

// begin does what the session is to begin with. An error ends it.
func (r *REPL) begin(c *interp.Call) error {
	for _, name := range r.opts.Modules {
		err := r.scoped(c, func() error {
			v, err := c.Value(name)
			if err == nil {
				_, err = c.Protect(c.Globals().Field("require"), v)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	s := r.opts.Script
	if s == nil {
		return nil
	}
	args := make([]interp.Value, len(s.Args))
	for i, a := range s.Args {
		v, err := c.Value(a)
		if err != nil {
			return err
		}
		args[i] = v
	}
	return r.scoped(c, func() error { return r.source(c, s.Name, s.Source, args...) })
}

// turn reads a command or a statement, and does it. An error ends the session, or says what was typed instead.
func (r *REPL) turn(c *interp.Call) error {
	line, err := r.readLine(c, r.opts.Prompt)
	if err != nil {
		return err
	}
	switch trimmed := strings.TrimSpace(line); {
	case trimmed == "":
		return nil
	case trimmed[0] == ':':
		r.lines.Remember(line)
		return r.command(c, trimmed[1:])
	case r.meant(c, trimmed) != "":
		r.lines.Remember(line)
		return r.command(c, r.meant(c, trimmed))
	}
	return r.statement(c, line)
}

// statement reads what is left of a statement, and evaluates it.
func (r *REPL) statement(c *interp.Call, src string) error {
	defer r.setPending("")
	r.entries++
	for {
		prog, err := r.compile(src)
		if !wantsMore(src, err) {
			r.lines.Remember(src)
			if r.last = src; err == nil {
				r.warn(c, src)
			}
			return r.run(c, prog, src, err)
		}
		r.setPending(src + "\n")
		line, readErr := r.readLine(c, r.opts.Continue)
		if errors.Is(readErr, io.EOF) { // it stays as it is
			return r.run(c, nil, src, err)
		}
		if readErr != nil {
			return readErr
		}
		src += "\n" + line
	}
}

// wantsMore reports whether src, which does not compile, may go on in the next line: not a string that ends with its line.
func wantsMore(src string, err error) bool {
	se := (*interp.SyntaxError)(nil)
	if !errors.As(err, &se) || !se.Incomplete || strings.HasPrefix(se.Msg, "no loop to break") {
		return false
	}
	tokens := scan(src)
	last := tokens[len(tokens)-1]
	return last.kind != textToken || !last.open || src[last.from] == '[' || strings.HasSuffix(src, "\\")
}

func (r *REPL) setPending(src string) {
	r.mu.Lock()
	r.pending = src
	r.mu.Unlock()
}

// readLine waits for the next line of text, while other tasks go on. A key that would edit the line, were there an editor, is no text;
// with one such a character was pasted.
func (r *REPL) readLine(c *interp.Call, prompt string) (string, error) {
	_, edits := r.lines.(Screen)
	for {
		line, err := r.anyLine(c, prompt)
		if edits {
			return line, err
		}
		at := strings.IndexFunc(line, func(k rune) bool { return (k < ' ' || k == 0x7f) && !strings.ContainsRune("\t\n\v\f\r", k) })
		if err != nil || at < 0 {
			return line, err
		}
		r.say(c, "that line has a key in it that is no text (character %d): lines cannot be edited here. It is left out", line[at])
	}
}

func (r *REPL) anyLine(c *interp.Call, prompt string) (string, error) {
	if err := c.Sleep(0); err != nil { // what was just spawned prints above the prompt
		return "", err
	}
	got := make(chan string, 1) // a cancelled Block leaves its function behind
	err := c.Block(func(ctx context.Context) error {
		if err := r.rt.Flush(ctx); err != nil { // output comes above the prompt
			return err
		}
		ctx, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		r.setStop(stop)
		defer r.setStop(nil)
		release := r.rt.HoldTerminal()
		line, err := r.lines.ReadLine(ctx, prompt, assistant{r})
		release()
		got <- line
		return err
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case errors.Is(err, ErrInterrupted):
		if r.pressed(true) > 1 && <-got == "" { // not where it cleared something
			r.leave()
		}
		return "", err
	case err != nil:
		return "", err
	}
	r.recent = nil // a person that types on does not mean to leave
	return <-got, nil
}

func (r *REPL) setStop(stop context.CancelCauseFunc) {
	r.mu.Lock()
	r.stop = stop
	r.mu.Unlock()
}

// width is how many columns there are to write in.
func (r *REPL) width() int {
	if s, ok := r.lines.(Screen); ok && s.Width() > 0 {
		return s.Width()
	}
	return 80
}

// colour writes text in a colour, where that is wanted.
func (r *REPL) colour(code, text string) string {
	if s, ok := r.lines.(Screen); ok && s.Colour() {
		return "\x1b[" + code + "m" + text + "\x1b[0m"
	}
	return text
}
