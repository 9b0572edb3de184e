package repl

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/lull-lua/lull/interp"
)

// lend runs a command of the person's while it has the terminal. A failed error is that it could not be run; err is a cancellation.
func (r *REPL) lend(c *interp.Call, l Lender, command string, stdin io.Reader, args ...string) (ended *os.ProcessState, failed, err error) {
	err = c.BlockFirm(func(ctx context.Context) error {
		if failed = r.rt.Flush(ctx); failed != nil { // what was printed before stands above
			return nil
		}
		defer r.rt.HoldTerminal()()
		r.gives()
		defer func() { r.takesBack(ended) }()
		failed = l.Lend(func(in, out *os.File) error {
			argv := append(inWords(command), args...)
			cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
			cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = in, out, out, c.Dir()
			if stdin != nil {
				cmd.Stdin = stdin
			}
			if os.Getenv("LESS") == "" {
				cmd.Env = append(os.Environ(), "LESS=FRX") // colours, and what was read stays on the screen
			}
			err := cmd.Run()
			if ended = cmd.ProcessState; ended != nil {
				return nil
			}
			return err
		})
		return nil
	})
	return ended, failed, err
}

// inWords is a command, as of $EDITOR, that arguments may follow. A shell runs one that is more than words: Ctrl-C would end it before
// the program that it waits for.
func inWords(command string) []string {
	if runtime.GOOS != "windows" && strings.ContainsAny(command, "|&;<>()$`\\\"'*?[#~=%\n") {
		return []string{"sh", "-c", command + ` "$@"`, command}
	}
	return strings.Fields(command)
}

// gives is told that a program has the terminal.
func (r *REPL) gives() {
	r.mu.Lock()
	r.lent = true
	r.mu.Unlock()
}

// takesBack is told that the program has ended which had the terminal. The Ctrl-C that has ended it goes to this process as well, and may come later.
func (r *REPL) takesBack(ended *os.ProcessState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lent = false
	if r.settle != nil {
		r.settle()
	}
	if ended == nil {
		return
	}
	if s, ok := ended.Sys().(syscall.WaitStatus); ok && (s.Signaled() && s.Signal() == syscall.SIGINT || s.ExitStatus() == 128+int(syscall.SIGINT)) {
		r.late, r.settle = context.WithTimeout(context.Background(), lateInterrupt)
	}
}

// lateInterrupt is how long a signal to this process may take that has gone to another as well.
const lateInterrupt = 200 * time.Millisecond

// page shows a text, whole lines: in the pager, where it takes more rows than the terminal has. It is a checkpoint there.
func (r *REPL) page(c *interp.Call, text string) error {
	l, ok := r.lines.(Lender)
	if !ok || strings.TrimSpace(r.opts.Pager) == "" || r.rows(text) < l.Height() {
		fmt.Fprint(c.Stdout(), text)
		return nil
	}
	ended, failed, err := r.lend(c, l, r.opts.Pager, strings.NewReader(text))
	if err == nil && (failed != nil || ended.ExitCode() == notFound || ended.ExitCode() == notExecutable) {
		fmt.Fprint(c.Stdout(), text)
		r.say(c, "the pager '%s' could not be run; $PAGER names another", r.opts.Pager)
	}
	return err
}

// A shell's statuses of commands that it could not run.
const (
	notExecutable = 126
	notFound      = 127
)

// rows is how many rows of the screen a text takes.
func (r *REPL) rows(text string) (n int) {
	for line := range strings.Lines(text) {
		n += 1 + max(0, interp.Cells(line)-1)/r.width()
	}
	return n
}

// edit has a text edited in the person's editor, and runs what comes of it: the last entry, or a function's.
func (r *REPL) edit(c *interp.Call, name string) error {
	l, ok := r.lines.(Lender)
	if !ok || strings.TrimSpace(r.opts.Editor) == "" {
		r.say(c, ":edit needs a terminal, and an editor that $VISUAL or $EDITOR names")
		return nil
	}
	text := cmp.Or(r.last, r.lastRemembered(c))
	if name != "" {
		d, ok := r.definition(c, r.named(c, name))
		if text = d.text; !ok || text == "" {
			r.say(c, "there is no function '%s' of yours to edit", name)
			return nil
		}
	}
	var edited string
	ok = false
	err := r.scoped(c, func() (err error) {
		edited, ok, err = r.edited(c, l, text)
		return err
	})
	switch edited = strings.TrimRight(edited, " \t\r\n"); {
	case err != nil || !ok:
		return err
	case edited == "" && strings.TrimSpace(text) == "":
		r.say(c, "nothing was written: nothing is run")
		return nil
	case edited == "":
		r.say(c, "nothing is left of it: nothing is run")
		return nil
	case edited == strings.TrimRight(text, " \t\r\n"):
		r.say(c, "it is as it was: nothing is run")
		return nil
	}
	r.lines.Remember(edited)
	fmt.Fprintln(c.Stdout(), r.painted(edited))
	r.entries++
	r.last = edited
	prog, err := r.compile(edited)
	if err == nil {
		r.warn(c, edited)
	}
	return r.run(c, prog, edited, err)
}

// mostEdited is how long a text may be that comes from the editor.
const mostEdited = 16 << 20

// edited is a text as the editor has left it; ok is false where there is none, and the person was told why.
func (r *REPL) edited(c *interp.Call, l Lender, text string) (edited string, ok bool, err error) {
	dir, err := os.MkdirTemp("", "lull-")
	if err != nil {
		r.say(c, ":edit: %v", err)
		return "", false, nil
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "entry.lua")
	if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
		r.say(c, ":edit: %v", err)
		return "", false, nil
	}
	ended, failed, err := r.lend(c, l, r.opts.Editor, nil, file)
	switch {
	case err != nil:
		return "", false, err
	case failed != nil:
		r.say(c, "the editor '%s' could not be run: %v", r.opts.Editor, failed)
		return "", false, nil
	case !ended.Success():
		r.say(c, "the editor '%s' has failed (%v): nothing is run", r.opts.Editor, ended)
		return "", false, nil
	}
	info, err := os.Stat(file)
	if err == nil && info.Size() > mostEdited {
		r.say(c, "the text has more than %d MB: nothing is run", mostEdited>>20)
		return "", false, nil
	}
	src, err := os.ReadFile(file)
	if err != nil {
		r.say(c, ":edit: %v", err)
		return "", false, nil
	}
	return string(src), true, nil
}

// lastRemembered is the last entry of the history that is no command: of an earlier session, where nothing was entered in this one. It
// is "" where lines have no history.
func (r *REPL) lastRemembered(c *interp.Call) string {
	h, ok := r.lines.(interface{ remembered() []string })
	if !ok {
		return ""
	}
	for _, entry := range slices.Backward(h.remembered()) {
		if line := strings.TrimSpace(entry); line != "" && line[0] != ':' && r.meant(c, line) == "" {
			return entry
		}
	}
	return ""
}
