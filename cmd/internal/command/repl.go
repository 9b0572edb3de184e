package command

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/term"

	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/repl"
)

// wantsREPL reports whether the command line asks for a REPL and nothing before it: nothing to run is given, and somebody sits
// there or -i says so.
func wantsREPL(o *options, stdin io.Reader) bool {
	if !o.nothing() || o.check {
		return false
	}
	f, ok := stdin.(*os.File)
	return o.stay || ok && term.IsTerminal(int(f.Fd()))
}

// interactive is the REPL, which begins with the script s, unless that is nil. It returns the exit status.
func interactive(o *options, s *script, signals *signals, stdin io.Reader, stdout, stderr io.Writer) int {
	failed := func(err error) int {
		fmt.Fprintln(stderr, "lull:", err)
		return statusFailed
	}
	var ropts repl.Options
	var lines repl.Lines = repl.NewPlain(stdin, stdout)
	closeLines := func() error { return nil }
	banner := "Lull " + moduleVersion() + ". :help tells what there is, "
	if in, out, ok := editable(stdin, stdout); ok {
		ed, err := repl.NewEditor(in, out, repl.EditorOptions{History: historyFile(), Colour: newPainter(stdout).on, Quit: signals.pressQuit})
		if err != nil {
			return failed(err)
		}
		lines, closeLines = ed, ed.Close
		ropts.Editor, ropts.Pager = programs()
		banner += "Tab completes, "
	}
	ropts.Lines, ropts.Banner, ropts.Modules = lines, banner+"Ctrl-D leaves.", o.modules
	if s == nil {
		s = &script{chunk: "=repl", arg0: "lull", before: o.before}
	} else {
		ropts.Script = &repl.Script{Name: s.chunk, Source: s.src, Args: s.args}
	}
	stats := startStats()
	tr, err := startTracing(o, s)
	if err != nil {
		closeLines()
		return failed(err)
	}
	see, err := startWatching(o)
	if err != nil {
		closeLines()
		return failed(err)
	}
	rt, err := newRuntime(o, s, signals, stdin, lines, lines, tr.option(), see.option())
	if err == nil {
		err = see.begin(rt)
	}
	if err != nil {
		closeLines()
		return failed(err)
	}
	r := repl.New(rt, ropts)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	limit := startLimit(o.timeout, cancel)
	defer limit.stop()
	var run, closing error // for the goroutine until done is closed
	done := make(chan struct{})
	go func() {
		defer close(done)
		run = r.Run(ctx)
		closing = rt.Close()
		o.with.ended()
	}()
	shown := showTasks(signals, rt, s, lines, tr, o.with)
	for {
		switch sig := signals.wait(done, limit.pause, rt.Suspend); {
		case sig == nil:
			shown.stop()
			if err := closeLines(); err != nil {
				fmt.Fprintln(stderr, "lull: the terminal:", err)
			}
			if o.stats {
				stats.print(stderr, rt.Stats(), o.virtual)
			}
			if e, ok := closing.(*interp.Error); ok && e.Reported() {
				closing = nil
			}
			rep := newReporter(stderr, s)
			rep.session = true
			return see.ends(stderr, tr.ends(stderr, rep.result(context.Cause(ctx), run, closing)))
		case sig == os.Interrupt && r.Interrupt(), sig == syscall.SIGQUIT: // a person sits there
		case sig != os.Interrupt && ctx.Err() == nil:
			signals.decide(sig)
			cancel(signalled{sig})
		default:
			closeLines() // nobody is left to be told
			rt.KillProcesses()
			return signalStatus(sig)
		}
	}
}

// editable reports whether lines can be edited: both sides are a terminal that knows more than lines.
func editable(stdin io.Reader, stdout io.Writer) (in, out *os.File, ok bool) {
	in, ok = stdin.(*os.File)
	if !ok || !isTerminal(stdout) {
		return nil, nil, false
	}
	name := os.Getenv("TERM")
	return in, stdout.(*os.File), name != "dumb" && (name != "" || runtime.GOOS == "windows")
}

// programs are the person's editor and pager: what the variables say, or the system's usual ones. An empty $PAGER is none.
func programs() (editor, pager string) {
	usual := map[string][]string{"editor": {"vi", "nano"}, "pager": {"less", "more"}}
	if runtime.GOOS == "windows" {
		usual = map[string][]string{"editor": {"notepad"}}
	}
	find := func(what string) string {
		for _, name := range usual[what] {
			if _, err := exec.LookPath(name); err == nil {
				return name
			}
		}
		return ""
	}
	if editor = cmp.Or(os.Getenv("VISUAL"), os.Getenv("EDITOR")); editor == "" {
		editor = find("editor")
	}
	pager, ok := os.LookupEnv("PAGER")
	if !ok {
		pager = find("pager")
	}
	return editor, strings.TrimSpace(pager)
}

// historyFile is where the REPL keeps its history: in $LULL_HISTORY (empty: nowhere), else where the system has such
// things; "" if there is no such place.
func historyFile() string {
	if path, ok := os.LookupEnv("LULL_HISTORY"); ok {
		return path
	}
	dir := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) { // so the XDG specification has it
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".local", "state")
		if runtime.GOOS == "windows" {
			if dir, err = os.UserCacheDir(); err != nil {
				return ""
			}
		}
	}
	return filepath.Join(dir, "lull", "history")
}
