package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

// errTail is how much of what was captured an error of kind exit has.
const errTail = 64 << 10

// running is a command under way.
type running struct {
	op      string
	command *command
	procs   interp.Processes
	proc    *interp.Process
	res     *interp.Resource
	began   int64 // loop time
	out     [3]*output
	copies  []*copying
	stdin   *os.File       // our end of its standard input, which the caller writes
	piped   bool           // the caller reads and writes, unless the options say otherwise
	begun   bool           // the goroutines of copies run
	toEnd   bool           // the call is one that waits for the end
	waited  bool           // and has done so already, where it is plain
	text    *string        // its standard input, where that is a string
	source  *stream.Source // or this
	sourceW *os.File
	ours    bool         // or our own standard input
	shared  *sharedStdin // which is passed on by source, as scripts have read ahead of it; nil otherwise
	given   []*os.File   // files that the command has, which are ours to close once it does
	feeding sync.WaitGroup
	feeder  *interp.Task    // of source, where the caller talks with the command
	late    atomic.Bool     // its time was over before it, or its output, was
	timed   atomic.Bool     // its time is over
	reading atomic.Int32    // how many of its streams are waited for
	gone    chan struct{}   // closed when the processes have ended
	cut     chan struct{}   // closed when their end was brought about: what they left behind is not waited for
	ended   chan struct{}   // closed when terminate has done what it can
	kill    atomic.Bool     // the script has sent them a signal
	ctx     context.Context // ends when nobody wants to know any more
	end     context.CancelFunc
	mu      sync.Mutex
	failure error // of a goroutine
}

// fail ends the command because of a goroutine's error.
func (r *running) fail(err error) {
	r.mu.Lock()
	if r.failure == nil {
		r.failure = err
	}
	r.mu.Unlock()
	r.end()
}

func (r *running) failed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failure
}

// prepare says what becomes of the streams. piped are those that the caller reads or writes unless the options say otherwise.
func prepare(c *interp.Call, k *command, piped bool) (*running, error) {
	r := &running{op: "process." + c.Name(), command: k, piped: piped, gone: make(chan struct{}), cut: make(chan struct{}), ended: make(chan struct{})}
	r.ctx, r.end = context.WithCancel(context.Background())
	var err error
	if r.out[1], err = parseOutput(c, r.op, k, "stdout", k.stdout, 1); err != nil {
		return nil, err
	}
	if r.out[2], err = parseOutput(c, r.op, k, "stderr", k.stderr, 2); err != nil {
		return nil, err
	}
	k.maxOutput = min(k.maxOutput, float64(c.MaxText())) // what does not become a string need not be kept
	for _, o := range r.out[1:] {
		if !o.given() {
			o.inherit, o.pipe = !piped, piped
		}
	}
	if v := k.input; !v.IsNil() && c.Stdin(v) && c.Processes().Files()[0] != nil {
		r.ours = true
	} else if !v.IsNil() {
		if text, ok := word(v); ok {
			r.text = &text
		} else if r.source, ok = stream.SourceOf(r.op+": input", v); !ok {
			return nil, c.ArgError(1, "option 'input': string, file handle or function expected, got "+data.TypeOf(v))
		} else if c.IsClosed(v) {
			return nil, c.ArgError(1, "option 'input': the file is closed")
		}
	}
	return r, nil
}

// start starts the command. It waits.
func (r *running) start(c *interp.Call) error {
	k := r.command
	r.procs = c.Processes()
	if !r.procs.Granted() {
		return interp.Errorf(interp.KindDenied, "%s: the host has granted no processes", r.op)
	}
	if r.ours && !c.GiveBackStdin() {
		r.source, _ = stream.SourceOf(r.op+": input", k.input)
		r.shared = newSharedStdin(c.Runtime())
	}
	cmds := make([]interp.Command, len(k.stages))
	in := make([]search, len(k.stages))
	for i, s := range k.stages {
		env, err := k.environ(c, s)
		if err != nil {
			return err
		}
		in[i] = searched(c, s.env, k.env)
		dir := c.Dir()
		for _, cwd := range []string{k.cwd, s.cwd} {
			if cwd != "" {
				dir = within(dir, cwd)
			}
		}
		cmds[i] = interp.Command{Args: s.argv, Env: env, Dir: dir, Detach: k.detach}
	}
	cmds[0].Foreground, cmds[0].Interrupt = r.ours && !k.detach, k.interrupt != ""
	if v, _ := c.Env("LULL_ECHO"); k.echo || v == "1" {
		if _, err := fmt.Fprintf(c.Stderr(), "+ %s\n", k.line()); errors.Is(err, interp.ErrLimit) {
			return err
		}
	}
	files := c.Files()
	r.began = int64(c.Now())
	if !k.detach {
		r.res = c.Defer("process "+shorten(k.line()), nil, r.terminate)
		if k.keep {
			r.res.Keep()
		}
	}
	err := c.BlockFirm(func(ctx context.Context) error {
		err := r.launch(ctx, files, cmds, in)
		if err == nil && r.plain() { // one wait instead of two
			r.serve()
			if err = r.wait(ctx); err == nil {
				r.waited = true
			}
		}
		return err
	})
	if err != nil && !k.detach {
		if r.proc == nil {
			r.res.Release()
		} else { // it has failed, or the task is cancelled
			c.Close(r.res)
		}
	}
	return err
}

// plain reports whether a command that runs to its end has nothing that a task has to look after meanwhile.
func (r *running) plain() bool {
	return r.toEnd && r.source == nil && len(r.out[1].sinks)+len(r.out[2].sinks) == 0 && r.command.timeout == 0 && !r.command.passive
}

// terminate ends the command and waits until all that belongs to it has ended.
func (r *running) terminate(ctx context.Context) error {
	defer close(r.ended)
	r.end()
	if r.proc == nil { // it has not started
		return nil
	}
	if r.stdin != nil {
		r.stdin.Close()
	}
	r.proc.Terminate(ctx, r.command.killSignal, r.command.killAfter)
	r.exited()
	r.cutOff()
	for _, p := range r.copies {
		switch {
		case p.streamed:
		case !r.begun || p.o.pipe:
			p.r.Close()
		default:
			<-p.over
		}
	}
	r.feeding.Wait()
	return nil
}

// exited is called when the processes have ended.
func (r *running) exited() {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.gone:
		return
	default:
	}
	close(r.gone)
	for _, p := range r.copies {
		if p.lent() {
			_ = p.r.SetReadDeadline(past) // read looks what that means
		}
	}
	if r.sourceW != nil {
		_ = r.sourceW.SetWriteDeadline(past)
	}
	if r.shared != nil {
		r.shared.exited()
	}
	if r.kill.Load() && r.proc.Ended() && slices.ContainsFunc(r.proc.Exits(), func(e interp.Exit) bool { return e.Signal != "" }) {
		r.cutLocked()
	}
}

// cutOff bounds how long what was printed is waited for: the command was ended.
func (r *running) cutOff() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cutLocked()
}

func (r *running) cutLocked() {
	if r.wasCut() {
		return
	}
	close(r.cut)
	for _, p := range r.copies {
		_ = p.r.SetReadDeadline(past) // read looks what that means
	}
}

func (r *running) wasCut() bool {
	select {
	case <-r.cut:
		return true
	default:
		return false
	}
}

// taken reports whether all that is printed, but for what the caller reads, has been taken to its end.
func (r *running) taken() bool {
	for _, p := range r.copies {
		if p.o.pipe {
			continue
		}
		select {
		case <-p.over:
		default:
			return false
		}
	}
	return true
}

// launch opens what the command needs, and starts it, off the loop.
func (r *running) launch(ctx context.Context, files interp.Files, cmds []interp.Command, in []search) (err error) {
	defer func() {
		for _, f := range r.given {
			f.Close()
		}
		if err != nil {
			for _, p := range r.copies {
				p.r.Close()
			}
			for _, f := range []*os.File{r.stdin, r.sourceW} {
				if f != nil {
					f.Close()
				}
			}
			if r.shared != nil && r.shared.r != nil {
				r.shared.r.Close()
			}
		}
		for _, o := range r.out[1:] {
			if o.file != nil && (err != nil || !r.copied(o)) {
				o.file.Close()
			}
		}
	}()
	for i := range cmds {
		if cmds[i].Path, err = find(cmds[i].Args[0], in[i], cmds[i].Dir); err != nil {
			return r.inStage(i, r.notStarted(cmds[i], err))
		}
		if runtime.GOOS == "windows" {
			if err := batch(r.op, cmds[i].Path, cmds[i].Args); err != nil {
				return err
			}
		}
		if err := folder(cmds[i].Dir); err != nil { // before a file of a sink is emptied
			return r.inStage(i, r.noFolder(cmds[i].Dir, err))
		}
	}
	host := r.procs.Files()
	first, last := &cmds[0], &cmds[len(cmds)-1]
	pipe := func() (rd, wr *os.File, err error) {
		if rd, wr, err = os.Pipe(); err != nil {
			err = interp.Errorf(interp.KindIO, "%s: %w", r.op, err)
		}
		return rd, wr, err
	}
	k := r.command
	switch {
	case r.text != nil || r.source != nil || k.input.IsNil() && r.piped:
		rd, wr, err := pipe()
		if err != nil {
			return err
		}
		first.Files[0] = rd
		if r.shared != nil {
			r.shared.r = rd
		} else {
			r.given = append(r.given, rd)
		}
		switch {
		case r.text != nil:
			feed(wr, *r.text, &r.feeding)
			r.sourceW = wr
		case r.source != nil:
			r.sourceW = wr
		default:
			r.stdin = wr
		}
	case !k.input.IsNil():
		first.Files[0] = host[0]
	}
	for i := range cmds[1:] {
		rd, wr, err := pipe()
		if err != nil {
			return err
		}
		r.given = append(r.given, rd, wr)
		cmds[i].Files[1], cmds[i+1].Files[0] = wr, rd
	}
	for to, o := range r.out[1:] {
		to++
		if o.path != "" {
			flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
			if o.append {
				flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
			}
			if o.file, err = files.Open(ctx, o.path, flags, 0o666); err != nil {
				return interp.PathErrorf(r.op, o.path, err)
			}
		}
		if o.same {
			continue
		}
		f, ok := o.direct(host[to])
		if !ok {
			rd, wr, err := pipe()
			if err != nil {
				return err
			}
			r.given = append(r.given, wr)
			f = wr
			r.copies = append(r.copies, &copying{o: o, run: r, r: rd, over: make(chan struct{})})
		}
		if to == 1 {
			last.Files[1] = f
		} else {
			for i := range cmds {
				cmds[i].Files[2] = f
			}
		}
	}
	if r.out[2].same {
		for i := range cmds {
			cmds[i].Files[2] = cmds[i].Files[1]
		}
	}
	if r.proc, err = r.procs.Start(ctx, cmds...); err != nil {
		return r.notStarted(cmds[0], err)
	}
	return nil
}

func (r *running) copied(o *output) bool {
	for _, p := range r.copies {
		if p.o == o {
			return true
		}
	}
	return false
}

// folder is the error of a folder to start in that is none, or may not be entered.
func folder(dir string) error {
	if dir == "" {
		return nil
	}
	st, err := os.Stat(dir)
	if err == nil && !st.IsDir() {
		err = syscall.ENOTDIR
	}
	if err == nil {
		_, err = os.Stat(dir + string(os.PathSeparator) + ".")
	}
	return err
}

// inStage is an error of the i-th stage, from 0, which says so where there are several.
func (r *running) inStage(i int, err error) error {
	if e := (*interp.Error)(nil); r.command.pipeline && errors.As(err, &e) {
		return e.With("stage", i+1)
	}
	return err
}

// noFolder is the error of a command's folder.
func (r *running) noFolder(dir string, err error) error {
	e := interp.PathErrorf(r.op, dir, err)
	e.Msg = strings.Replace(e.Msg, r.op+": ", r.op+": cwd ", 1)
	return e
}

// notStarted is the error of a program that cannot be started.
func (r *running) notStarted(cmd interp.Command, err error) error {
	name := cmd.Args[0]
	if e := (*interp.Error)(nil); errors.As(err, &e) {
		return err
	}
	if derr := folder(cmd.Dir); derr != nil {
		return r.noFolder(cmd.Dir, derr)
	}
	e := interp.PathErrorf(r.op, name, err)
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(name, `/\`) {
		e.Msg = strings.TrimSuffix(e.Msg, syscall.ENOENT.Error()) + "no such program in the folders of PATH"
	}
	if r.command.alone && strings.ContainsAny(name, " \t") && errors.Is(err, fs.ErrNotExist) {
		e.Msg += `; a string alone is the name of a program: use a list, { "program", "argument" }, or process.sh for a shell`
	}
	return e
}

// begin starts the goroutines and, with start, the tasks that the streams need.
func (r *running) begin(c *interp.Call, start func(fn interp.Func, name string) error) error {
	for _, p := range r.copies {
		if p.o.pipe {
			continue
		}
		for _, s := range p.o.sinks {
			in := make(chan chunk)
			p.sinks = append(p.sinks, in)
			if err := start(p.sinkTask(s, in), r.op); err != nil {
				return err
			}
		}
	}
	if r.source != nil {
		if err := start(r.feedTask(r.source, r.sourceW), r.op); err != nil {
			return err
		}
	}
	r.serve()
	return nil
}

// serve starts the goroutines that copy output.
func (r *running) serve() {
	r.begun = true
	for _, p := range r.copies {
		if !p.o.pipe {
			go p.copy() // over says when it has ended; terminate waits for that
		}
	}
}

// wait waits, off the loop, until the command has ended and its output was taken.
func (r *running) wait(ctx context.Context) error {
	wctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.ctx, cancel)()
	if r.proc.Wait(wctx) {
		r.exited()
	}
	switch {
	case r.ctx.Err() != nil:
		return r.stopped(ctx)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	for _, p := range r.copies {
		if p.o.pipe {
			continue
		}
		select {
		case <-p.over:
		case <-r.ctx.Done():
			return r.stopped(ctx)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	r.feeding.Wait()
	return r.failed()
}

// stopped is the end of a wait for a command that something else ends: its failure, or else what closes it, which is waited for.
func (r *running) stopped(ctx context.Context) error {
	if err := r.failed(); err != nil {
		return err
	}
	select {
	case <-r.ended:
		return r.failed()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// finish runs a command that has been started to its end. It waits.
func (r *running) finish(c *interp.Call) error {
	n := interp.Nursery{}
	var feeder *interp.Task
	return c.Nursery(&n, (*interp.Task).Failed, func() error {
		err := r.begin(c, func(fn interp.Func, name string) error {
			x, _ := interp.AwaitableOf(c.NewFunction(name, fn))
			t, err := n.Start(x)
			feeder = t // the last one, where there is a source
			return err
		})
		if err == nil {
			err = r.await(c)
		}
		if err != nil {
			r.end()
			c.Close(r.res)
			return err
		}
		if r.source != nil && !feeder.HasEnded() {
			feeder.Cancel("the process has ended")
		}
		return nil
	})
}

// worded is the error of a goroutine as scripts see it.
func (r *running) worded(c *interp.Call, err error) error {
	k, what := r.command, ""
	switch {
	case errors.Is(err, errTooMuch):
		what = fmt.Sprintf("more than %s bytes of output: max_output bounds what is captured", data.Format(k.maxOutput))
	case errors.Is(err, errLongLine):
		what = "a line of the output has more than 16 MiB"
	default:
		return err
	}
	e := interp.Errorf(interp.KindLimit, "%s: %s: %s", r.op, shorten(k.line()), what)
	if !r.proc.Ended() {
		return e
	}
	exits := r.proc.Exits()
	return r.describe(c, e, k.stages[len(k.stages)-1], exits[len(exits)-1], exits)
}

// await waits until the command has ended.
func (r *running) await(c *interp.Call) error {
	if r.command.passive {
		return c.BlockPassive(r.wait)
	}
	return c.Block(r.wait)
}

// shorten is the beginning of a command, for messages.
func shorten(s string) string {
	if len(s) > 120 {
		s = strings.ToValidUTF8(s[:120], "") + "..."
	}
	return s
}

// result makes the table of how the command has ended, or the error that it is one.
func (r *running) result(c *interp.Call, late bool) (interp.Table, error) {
	k := r.command
	switch {
	case r.proc == nil:
		return interp.Table{}, r.lateError()
	case !r.proc.Ended():
		return interp.Table{}, interp.Errorf(interp.KindIO, "%s: %s: the process could not be killed", r.op, shorten(k.line()))
	}
	exits := r.proc.Exits()
	took := float64(int64(c.Now())-r.began) / 1e9
	t := c.NewTable(0)
	set := func(name string, v any) error {
		val, err := c.Value(v)
		if err == nil {
			t.SetField(name, val)
		}
		return err
	}
	lastExit := exits[len(exits)-1]
	failed := r.stageFailed(exits, k)
	ok := !late
	for i, e := range exits {
		if (e.Status != 0 || e.Signal != "") && !victim(exits, i) {
			ok = false
		}
	}
	fields := []struct {
		name string
		v    any
	}{{"ok", ok}, {"timed_out", late}, {"took", took}, {"pid", r.proc.Pid()}}
	if lastExit.Signal == "" {
		fields = append(fields, struct {
			name string
			v    any
		}{"status", lastExit.Status})
	} else {
		fields = append(fields, struct {
			name string
			v    any
		}{"signal", lastExit.Signal})
	}
	for _, f := range fields {
		if err := set(f.name, f.v); err != nil {
			return t, err
		}
	}
	if k.pipeline {
		if err := set("statuses", statuses(c, exits)); err != nil {
			return t, err
		}
	}
	for i, name := range []string{1: "stdout", 2: "stderr"} {
		if i > 0 && r.out[i].capture {
			b := r.out[i].captured.Bytes()
			if err := c.Room(len(b)); err != nil {
				return t, err
			}
			t.SetField(name, c.Adopt(b))
		}
	}
	switch {
	case k.check.any:
		return t, nil
	case late:
		return t, r.describe(c, r.lateError(), k.stages[len(k.stages)-1], lastExit, exits)
	case failed < 0:
		return t, nil
	}
	s, e := k.stages[failed], exits[failed]
	how := fmt.Sprintf("exit status %d", e.Status)
	if e.Signal != "" {
		how = "killed by SIG" + e.Signal
	}
	msg := fmt.Sprintf("%s: %s: %s", r.op, shorten(line(s.argv)), how)
	if said := lastLine(r.tail(2)); said != "" {
		msg += ": " + said
	}
	return t, r.describe(c, interp.Errorf("exit", "%s", msg).With("stage", stageNumber(k, failed)), s, e, exits)
}

// lateError says that the time of the command was over.
func (r *running) lateError() *interp.Error {
	return interp.Errorf(interp.KindTimeout, "%s: %s: timed out after %s s%w", r.op, shorten(r.command.line()), data.Format(r.command.timeout.Seconds()), timedOut{})
}

// timedOut makes a time-out one for errors.Is, and says nothing.
type timedOut struct{}

func (timedOut) Error() string        { return "" }
func (timedOut) Is(target error) bool { return target == interp.ErrTimeout }

func stageNumber(k *command, i int) any {
	if !k.pipeline {
		return nil
	}
	return i + 1
}

// describe gives an error what is known of the end of a command.
func (r *running) describe(c *interp.Call, e *interp.Error, s stage, exit interp.Exit, exits []interp.Exit) error {
	list := c.NewTable(len(s.argv))
	for i, w := range s.argv {
		v, err := c.Value(w)
		if err != nil {
			return err
		}
		list.SetIndex(i+1, v)
	}
	list.MarkList()
	e = e.With("cmd", list)
	if exit.Signal != "" {
		e = e.With("signal", exit.Signal)
	} else {
		e = e.With("status", exit.Status)
	}
	if r.command.pipeline {
		e = e.With("statuses", statuses(c, exits))
	}
	for i, name := range []string{1: "stdout", 2: "stderr"} {
		if i > 0 && (r.out[i].capture || r.out[i].tail > 0) {
			e = e.With(name, string(r.tail(i)))
		}
	}
	return e
}

func statuses(c *interp.Call, exits []interp.Exit) interp.Table {
	t := c.NewTable(len(exits))
	for i, e := range exits {
		v := interp.Number(float64(e.Status))
		if e.Signal != "" {
			v, _ = c.Value(e.Signal)
		}
		t.SetIndex(i+1, v)
	}
	t.MarkList()
	return t
}

// tail is the end of what a stream has brought.
func (r *running) tail(i int) []byte {
	o := r.out[i]
	b, most := o.captured.Bytes(), errTail
	if !o.capture {
		b, most = o.kept, o.tail
	}
	return b[max(0, len(b)-most):]
}

func lastLine(b []byte) string {
	b = bytes.TrimRight(b, " \t\r\n")
	return shorten(strings.ToValidUTF8(string(bytes.TrimSpace(b[bytes.LastIndexByte(b, '\n')+1:])), "?"))
}

// victim reports whether a stage has ended because the next one read no more, and that is fine.
func victim(exits []interp.Exit, i int) bool {
	return i+1 < len(exits) && (exits[i].Signal == "PIPE" || exits[i].Status == 141)
}

// stageFailed is the rightmost stage that has failed; -1: none has.
func (r *running) stageFailed(exits []interp.Exit, k *command) int {
	for i := len(exits) - 1; i >= 0; i-- {
		chk := k.check
		if k.stages[i].check != nil {
			chk = *k.stages[i].check
		}
		if !chk.passes(exits[i]) && !victim(exits, i) {
			return i
		}
	}
	return -1
}
