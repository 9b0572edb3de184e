package test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/lull-lua/lull/interp"
)

// commands are those that a test has faked: a folder in front of PATH has a link for each, to a script of the shell's that asks the
// runner. So they are found by whatever starts them, os.execute, io.popen and process alike, and inside a shell's text.
//
// The script makes a folder of its own for a call, with the arguments and the input, writes its name to the FIFO asks, and waits at
// a FIFO of its own for the status; what is to be printed lies in the folder then.
type commands struct {
	dir  string // of the calls, with the FIFO asks
	path string // of the links
	rt   *interp.Runtime
	asks *os.File
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	fakes *fakes

	mu      sync.Mutex
	answers map[string]answer
	only    bool // nothing else is started
}

// starting puts the links first wherever a program is looked for, whatever its PATH is, and refuses what fake.only forbids. Nobody sees what a
// shell's text starts by a path.
func (k *commands) starting(c *interp.Command) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	name := ""
	if len(c.Args) > 0 {
		name = c.Args[0]
	}
	_, faked := k.answers[name]
	switch {
	case faked:
		c.Path = filepath.Join(k.path, name)
	case k.only && c.Path != shell && filepath.Dir(c.Path) != k.path:
		return interp.Errorf(interp.KindDenied, "fake.only: %s: the test lets nothing start but the commands that it fakes", c.Path)
	}
	path, rest := k.path, "/usr/local/bin:/usr/bin:/bin" // what systems take without a PATH
	env := slices.DeleteFunc(slices.Clone(c.Env), func(e string) bool {
		was, is := strings.CutPrefix(e, "PATH=")
		if is {
			rest = strings.TrimPrefix(strings.TrimPrefix(was, k.path), ":")
		}
		return is
	})
	if !k.only && rest != "" {
		path += ":" + rest
	}
	c.Env = append(env, "PATH="+path)
	return nil
}

// answer is how a command is faked: by a function, or with the text that it prints.
type answer struct {
	fn   *interp.Function
	text string
}

// call is a call of such a command.
type call struct {
	args  []string
	input string
}

// shell is what runs the text of os.execute, io.popen and process.sh, which fake.only lets go on.
const shell = "/bin/sh"

// script is what each link leads to; the folder is put into it, quoted. Its own tools are the system's, whatever is faked.
const script = `#!/bin/sh
PATH=/usr/bin:/bin:/usr/sbin:/sbin
ask=%s
call=$(mktemp -d "$ask/call-XXXXXXXX") && mkfifo "$call/go" || exit 127
for word do printf '%%s\0' "$word"; done >"$call/args"
[ -t 0 ] || cat >"$call/input" 2>/dev/null
exec 9<>"$call/go"
printf '%%s %%s\n' "${call##*/}" "${0##*/}" >"$ask/asks"
read -r status <&9
cat "$call/out"
cat "$call/err" >&2
exit "$status"
`

// maxInput is how much a faked command is given.
const maxInput = 64 << 20

// commandsOf are those of the test; the first that is faked makes the folder.
func commandsOf(c *interp.Call, w *world) (*commands, error) {
	if k := w.fakes.commands.Load(); k != nil {
		return k, nil
	}
	if !c.Processes().Granted() {
		return nil, interp.Errorf(interp.KindDenied, "%s: the host grants no processes", c.Name())
	}
	dir, err := w.fakes.folder(c, "commands")
	if err != nil {
		return nil, err
	}
	k := &commands{dir: dir, path: filepath.Join(dir, "bin"), rt: c.Runtime(), fakes: &w.fakes, answers: map[string]answer{}}
	err = c.BlockFirm(func(context.Context) (err error) {
		if k.asks, err = makeFIFO(filepath.Join(dir, "asks")); err != nil {
			return err
		}
		if err = os.Mkdir(k.path, 0o777); err == nil {
			text := fmt.Sprintf(script, "'"+strings.ReplaceAll(dir, "'", `'\''`)+"'")
			err = os.WriteFile(filepath.Join(dir, "ask"), []byte(text), 0o755)
		}
		if err != nil {
			k.asks.Close()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	env, err := environment(c)
	if err != nil {
		return nil, err
	}
	path := k.path
	if was, ok := env.Field("PATH").Text(); ok {
		path += string(filepath.ListSeparator) + was
	}
	v, err := c.Value(path)
	if err != nil {
		return nil, err
	}
	env.SetField("PATH", v)
	k.ctx, k.stop = context.WithCancel(context.Background())
	k.work.Go(k.listen)
	w.fakes.commands.Store(k)
	return k, nil
}

// fakeCommand is fake.command(name, fn or text).
func fakeCommand(c *interp.Call) error {
	w, err := worldOf(c)
	if err != nil {
		return err
	}
	name, err := c.Text(1)
	if err != nil {
		return err
	}
	if name == "" || strings.ContainsAny(name, "/\\\x00\n") || name == "." || name == ".." {
		return c.ArgError(1, "the name of a command expected, as it is found by PATH, got "+quoted(name))
	}
	var a answer
	if c.Arg(2).IsFunction() {
		err = c.Arg(2).Into(&a.fn)
	} else if a.text, err = c.Text(2); err != nil {
		err = c.TypeError(2, "function or string")
	}
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	k, err := commandsOf(c, w)
	if err != nil {
		return err
	}
	k.mu.Lock()
	_, known := k.answers[name]
	k.answers[name] = a
	k.mu.Unlock()
	w.fakes.Faked(name)
	if known {
		return nil
	}
	return c.BlockFirm(func(context.Context) error {
		return os.Symlink(filepath.Join(k.dir, "ask"), filepath.Join(k.path, name))
	})
}

// fakeOnly is fake.only().
func fakeOnly(c *interp.Call) error {
	w, err := worldOf(c)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	k, err := commandsOf(c, w)
	if err != nil {
		return err
	}
	env, err := environment(c)
	if err != nil {
		return err
	}
	v, err := c.Value(k.path)
	if err != nil {
		return err
	}
	env.SetField("PATH", v)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.only = true
	return nil
}

// listen answers calls until end.
func (k *commands) listen() {
	lines := bufio.NewScanner(k.asks)
	for lines.Scan() {
		dir, name, ok := strings.Cut(lines.Text(), " ")
		if ok && filepath.Base(dir) == dir {
			k.work.Go(func() { k.answer(filepath.Join(k.dir, dir), name) })
		}
	}
}

// answer answers a call.
func (k *commands) answer(dir, name string) {
	out, errs, status := "", "", 0
	one, err := readCall(dir)
	k.mu.Lock()
	a := k.answers[name]
	k.mu.Unlock()
	if err == nil {
		k.fakes.Called(name, map[string]any{"args": one.args, "input": one.input})
	}
	out = a.text
	if err == nil && a.fn != nil {
		out, errs, status, err = k.ask(a.fn, one)
	}
	if err != nil {
		errs, status = errs+name+": "+err.Error()+"\n", 1
		k.failed(interp.Errorf(interp.KindError, "the fake of the command '%s': %w", name, err))
	}
	if err := reply(dir, out, errs, status); err != nil && !errors.Is(err, errGone) && k.ctx.Err() == nil {
		k.failed(fmt.Errorf("the fake of the command '%s' cannot answer: %w", name, err))
	}
}

// failed notes an error that fails the test.
func (k *commands) failed(err error) {
	if k.ctx.Err() == nil {
		k.fakes.Fail(err)
	}
}

// ask calls the function of a fake. Time may pass meanwhile, though a process is waited for.
func (k *commands) ask(fn *interp.Function, one call) (out, errs string, status int, err error) {
	vals, err := fn.Call(k.rt.Answering(k.ctx), one.args, one.input)
	if err != nil {
		return "", "", 0, err
	}
	for i, to := range []any{&out, &status, &errs} {
		v := vals.Get(i + 1)
		if t, ok := v.Table(); ok && i == 1 { // what process.read has returned
			v = t.Field("status")
		}
		if !v.IsNil() {
			if err := v.Into(to); err != nil {
				return "", "", 0, fmt.Errorf("a fake returns its output, its status and what it prints to standard error: result %d: %w", i+1, err)
			}
		}
	}
	if status < 0 || status > 255 {
		return "", "", 0, fmt.Errorf("a fake returns a status of 0 to 255, got %d", status)
	}
	return out, errs, status, nil
}

// errGone says that nobody waits for an answer any more: the process has been killed.
var errGone = errors.New("the process has ended")

func readCall(dir string) (one call, err error) {
	args, err := os.ReadFile(filepath.Join(dir, "args"))
	if err != nil {
		return one, err
	}
	one.args = strings.Split(string(args), "\x00")
	one.args = one.args[:len(one.args)-1]
	in, err := os.Open(filepath.Join(dir, "input"))
	if errors.Is(err, os.ErrNotExist) {
		return one, nil // of a terminal nothing is taken
	}
	if err != nil {
		return one, err
	}
	defer in.Close()
	input, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err == nil && len(input) > maxInput {
		err = fmt.Errorf("its input is larger than %d MB", maxInput>>20)
	}
	one.input = string(input)
	return one, err
}

func reply(dir, out, errs string, status int) error {
	if err := os.WriteFile(filepath.Join(dir, "out"), []byte(out), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "err"), []byte(errs), 0o600); err != nil {
		return err
	}
	done, err := openWaiting(filepath.Join(dir, "go"))
	if err != nil {
		return err
	}
	if _, err = done.WriteString(strconv.Itoa(status) + "\n"); errors.Is(err, syscall.EPIPE) {
		err = errGone
	}
	return errors.Join(err, done.Close())
}

// end ends the fakes. A process that asks later gets no answer.
func (k *commands) end() error {
	k.stop()
	err := k.asks.Close()
	k.work.Wait()
	return err
}
