package process

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// command is a program, or a pipeline of several, with the options that stand beside it.
type command struct {
	stages   []stage
	pipeline bool
	alone    bool // it was a string, not a list

	cwd                    string
	clearEnv, echo         bool
	passive, detach, keep  bool
	env                    interp.Value
	input, stdout, stderr  interp.Value
	prefix                 string
	check                  check
	timeout                time.Duration // 0: none
	killSignal             string
	interrupt              string // "script": Ctrl-C is ours, too, though the command has the terminal
	killAfter              time.Duration
	maxOutput              float64
	shell                  []string // nil: none
	checked, shelled       interp.Value
	limit, after, killWith interp.Value
}

// stage is one program of a pipeline.
type stage struct {
	argv  []string
	cwd   string // "" : the pipeline's
	env   interp.Value
	check *check
}

// check says which ends are good.
type check struct {
	any  bool
	good []int
}

func (k check) passes(e interp.Exit) bool {
	return k.any || e.Signal == "" && slices.Contains(k.good, e.Status)
}

// Sizes and times that a row has.
const (
	maxOutput = 64 << 20
	killAfter = 2 * time.Second
)

// parse reads the first argument. shell says that it is a script for a shell.
func parse(c *interp.Call, shell bool) (*command, error) {
	if name := c.Name(); name != "lines" && !c.Arg(2).IsNil() { // or it would be dropped without a word
		return nil, c.ArgError(2, fmt.Sprintf("a command is one value: use a list, process.%s { \"program\", \"argument\", timeout = 1 }", name))
	}
	k := &command{check: check{good: []int{0}}, killSignal: "TERM", killAfter: killAfter, maxOutput: maxOutput}
	var items []interp.Value
	if name, ok := c.Arg(1).Text(); ok {
		k.alone = true
		items = []interp.Value{c.Arg(1)}
		if name == "" {
			return nil, c.ArgError(1, "the name of the program is empty")
		}
	} else {
		var err error
		if items, err = c.List(1, k.fields()); err != nil {
			return nil, err
		}
	}
	if err := k.options(c, shell); err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, c.ArgError(1, "the command is empty: a list of the program and its arguments is expected")
	}
	if _, first := items[0].Table(); first {
		if k.shell != nil {
			return nil, c.ArgError(1, "a pipeline is not for a shell: put the pipeline into the script, or a shell into its stages")
		}
		k.pipeline = true
		for i, v := range items {
			s, err := k.stage(c, i+1, v)
			if err != nil {
				return nil, err
			}
			k.stages = append(k.stages, s)
		}
		return k, nil
	}
	argv, err := words(c, "", nil, items, c.Arg(1))
	if err != nil {
		return nil, err
	}
	if name, _ := k.shelled.Text(); len(argv) > 1 && (name == "cmd" || name == "pwsh") {
		return nil, c.ArgError(1, fmt.Sprintf("option 'shell': %q takes no arguments, which it would read as code: give them by env", name))
	}
	if k.shell != nil {
		argv = slices.Concat(k.shell, argv[:1], k.arg0(), argv[1:])
	}
	if argv[0] == "" {
		return nil, c.ArgError(1, "the name of the program is empty")
	}
	k.stages = []stage{{argv: argv}}
	return k, nil
}

func (k *command) fields() map[string]any {
	return map[string]any{
		"cwd": &k.cwd, "env": &k.env, "clear_env": &k.clearEnv, "input": &k.input, "stdout": &k.stdout, "stderr": &k.stderr, "prefix": &k.prefix,
		"check": &k.checked, "timeout": &k.limit, "kill_signal": &k.killWith, "kill_after": &k.after, "max_output": &k.maxOutput, "shell": &k.shelled, "interrupt": &k.interrupt,
		"echo": &k.echo, "passive": &k.passive, "detach": &k.detach, "keep": &k.keep,
	}
}

// options sees that the options make sense.
func (k *command) options(c *interp.Call, shell bool) error {
	wrong := func(name, want string, got interp.Value) error {
		text := data.TypeOf(got)
		if n, ok := got.Number(); ok {
			text = interp.Number(n).String()
		}
		return c.ArgError(1, fmt.Sprintf("option '%s': %s expected, got %s", name, want, text))
	}
	if strings.Contains(k.cwd, "\x00") {
		return c.ArgError(1, "option 'cwd': the path contains a NUL byte")
	}
	if !k.checked.IsNil() {
		chk, ok := checkOf(k.checked)
		if !ok {
			return wrong("check", "true, false or a list of statuses", k.checked)
		}
		k.check = chk
	}
	if !k.limit.IsNil() && k.limit.Type() != "boolean" {
		n, ok := k.limit.Number()
		if !ok || !(n > 0) {
			return wrong("timeout", "a number of seconds above 0, or false", k.limit)
		}
		k.timeout = interp.Seconds(n)
	} else if k.limit.Truth() {
		return wrong("timeout", "a number of seconds above 0, or false", k.limit)
	}
	if !k.after.IsNil() {
		n, ok := k.after.Number()
		if !ok || !(n >= 0) {
			return wrong("kill_after", "a number of seconds from 0 on", k.after)
		}
		k.killAfter = interp.Seconds(n)
	}
	if !k.killWith.IsNil() {
		name, ok := k.killWith.Text()
		if ok {
			k.killSignal, ok = interp.SignalName(name)
		}
		if !ok {
			return wrong("kill_signal", "the name of a signal, such as \"TERM\",", k.killWith)
		}
	}
	if !(k.maxOutput >= 0) {
		return wrong("max_output", "a number of bytes from 0 on", interp.Number(k.maxOutput))
	}
	if v := k.shelled; shell || !v.IsNil() {
		list, ok := shellOf(v, shell)
		if !ok {
			return wrong("shell", `true, "bash", "pwsh", "cmd" or a list`, v)
		}
		k.shell = list
	}
	switch {
	case k.interrupt == "":
	case k.interrupt != "script":
		return c.ArgError(1, fmt.Sprintf(`option 'interrupt': "script" expected, got %.60q`, k.interrupt))
	case !c.Stdin(k.input):
		return c.ArgError(1, "option 'interrupt': it is for a command that has the terminal, by input = io.stdin; Ctrl-C is the script's otherwise")
	}
	if _, ok := k.env.Table(); !ok && !k.env.IsNil() {
		return wrong("env", "a table", k.env)
	}
	return nil
}

func checkOf(v interp.Value) (check, bool) {
	if v.Type() == "boolean" {
		return check{any: !v.Truth(), good: []int{0}}, true
	}
	t, ok := v.Table()
	if !ok {
		return check{}, false
	}
	var k check
	for i := 1; i <= t.Len(); i++ {
		n, ok := t.Index(i).Int()
		if !ok {
			return check{}, false
		}
		k.good = append(k.good, n)
	}
	return k, len(k.good) > 0
}

// shellOf is what stands before a script.
func shellOf(v interp.Value, byDefault bool) ([]string, bool) {
	if v.IsNil() || v.Type() == "boolean" {
		if v.Truth() || v.IsNil() && byDefault {
			return systemShell(), true
		}
		return nil, !byDefault
	}
	if name, ok := v.Text(); ok {
		switch name {
		case "bash":
			return []string{"bash", "-eo", "pipefail", "-c"}, true
		case "pwsh":
			return []string{"pwsh", "-NoProfile", "-Command"}, true
		case "cmd":
			return []string{"cmd", "/C"}, true
		}
		return nil, false
	}
	t, ok := v.Table()
	if !ok {
		return nil, false
	}
	var list []string
	for i := 1; i <= t.Len(); i++ {
		word, ok := word(t.Index(i))
		if !ok {
			return nil, false
		}
		list = append(list, word)
	}
	return list, len(list) > 0
}

// arg0 is $0 of a script in a POSIX shell, before its arguments.
func (k *command) arg0() []string {
	switch k.shelled.Type() {
	case "nil", "boolean":
		return []string{"sh"}
	}
	if name, ok := k.shelled.Text(); ok && name == "bash" {
		return []string{"bash"}
	}
	return nil
}

// stage reads one program of a pipeline, the i-th.
func (k *command) stage(c *interp.Call, i int, v interp.Value) (s stage, err error) {
	at := fmt.Sprintf("stage %d: ", i)
	t, ok := v.Table()
	if !ok {
		return s, c.ArgError(1, fmt.Sprintf("%sa list of the program and its arguments expected, got %s", at, data.TypeOf(v)))
	}
	last := t.Len()
	for key, v := range t.Fields() {
		if n, ok := key.Int(); ok && n > 0 {
			last = max(last, n)
			continue
		}
		name, _ := key.Text()
		switch name {
		case "cwd":
			if s.cwd, ok = v.Text(); !ok || strings.Contains(s.cwd, "\x00") {
				return s, c.ArgError(1, at+"option 'cwd': a path expected")
			}
		case "env":
			if _, ok := v.Table(); !ok {
				return s, c.ArgError(1, at+"option 'env': table expected, got "+data.TypeOf(v))
			}
			s.env = v
		case "check":
			chk, ok := checkOf(v)
			if !ok {
				return s, c.ArgError(1, at+"option 'check': true, false or a list of statuses expected")
			}
			s.check = &chk
		case "n":
		default:
			return s, c.ArgError(1, fmt.Sprintf("%sunknown option '%.60s'; a stage has cwd, env and check, all others are the pipeline's", at, key.String()))
		}
	}
	items := make([]interp.Value, last)
	for j := range items {
		items[j] = t.Index(j + 1)
	}
	if s.argv, err = words(c, at, nil, items, v); err != nil {
		return s, err
	}
	if len(s.argv) == 0 || s.argv[0] == "" {
		return s, c.ArgError(1, at+"the program is missing")
	}
	return s, nil
}

// words are the arguments of a program: strings and numbers; a nested list is spliced in, false is left out.
// within are the lists around the items, from the outermost on.
func words(c *interp.Call, at string, out []string, items []interp.Value, within ...interp.Value) ([]string, error) {
	for i, v := range items {
		if err := c.Spend(64); err != nil { // lists that are in lists can be more than anybody has
			return nil, err
		}
		place := fmt.Sprintf("%sargument %d of the command", at, i)
		if i == 0 && len(out) == 0 && len(within) == 1 {
			place = at + "the program"
		}
		if t, ok := v.Table(); ok {
			switch {
			case slices.Contains(within, v):
				return nil, c.ArgError(1, "the list of the command contains itself")
			case len(within) > 100:
				return nil, c.ArgError(1, "the list of the command is nested too deep")
			}
			inner := make([]interp.Value, t.Len())
			for j := range inner {
				inner[j] = t.Index(j + 1)
			}
			var err error
			if out, err = words(c, place+": ", out, inner, append(within, v)...); err != nil {
				return nil, err
			}
			continue
		}
		if v.Type() == "boolean" && !v.Truth() {
			continue
		}
		w, ok := word(v)
		switch {
		case !ok:
			return nil, c.ArgError(1, fmt.Sprintf("%s: string, number, list or false expected, got %s", place, data.TypeOf(v)))
		case strings.Contains(w, "\x00"):
			return nil, c.ArgError(1, place+" contains a NUL byte")
		}
		out = append(out, w)
	}
	if len(within) == 1 && len(out) == 0 {
		return nil, c.ArgError(1, at+"the command is empty: a list of the program and its arguments is expected")
	}
	return out, nil
}

// word is a string, or a number in the shortest text that reads back.
func word(v interp.Value) (string, bool) {
	if n, ok := v.Number(); ok && v.Type() == "number" {
		if n == math.Trunc(n) && math.Abs(n) < 1<<63 {
			return fmt.Sprintf("%d", int64(n)), true
		}
		if math.IsInf(n, 0) || math.IsNaN(n) {
			return v.String(), true
		}
		return data.Format(n), true
	}
	return v.Text()
}

// environ is the environment of a stage: that of the runtime, unless it starts from nothing, with what env says.
func (k *command) environ(c *interp.Call, s stage) ([]string, error) {
	var list []string
	if !k.clearEnv {
		if err := soundEnv(c); err != nil {
			return nil, err
		}
		list = slices.Clone(c.Environ())
	}
	for _, v := range []interp.Value{k.env, s.env} {
		t, ok := v.Table()
		if !ok {
			continue
		}
		for key, v := range t.All() {
			name, ok := key.Text()
			if !ok || name == "" || strings.ContainsAny(name, "=\x00") {
				return nil, c.ArgError(1, fmt.Sprintf("option 'env': %q is no name of a variable", key.String()))
			}
			list = slices.DeleteFunc(list, func(e string) bool { return strings.HasPrefix(e, name+"=") })
			if v.Type() == "boolean" && !v.Truth() {
				continue
			}
			text, ok := word(v)
			switch {
			case !ok:
				return nil, c.ArgError(1, fmt.Sprintf("option 'env': %s: string, number or false expected, got %s", name, data.TypeOf(v)))
			case strings.Contains(text, "\x00"):
				return nil, c.ArgError(1, fmt.Sprintf("option 'env': %s contains a NUL byte", name))
			}
			list = append(list, name+"="+text)
		}
	}
	return list, nil
}

// soundEnv sees that all of process.env can be given to a program: nothing is left out without a word.
func soundEnv(c *interp.Call) error {
	v, err := c.Value(interp.Environment{})
	if err != nil {
		return err
	}
	t, _ := v.Table()
	for key, v := range t.All() {
		name, ok := key.Text()
		text, is := v.Text()
		switch {
		case !ok || name == "" || key.Type() != "string" || strings.ContainsAny(name, "=\x00"):
			return interp.Errorf(interp.KindError, "process.%s: process.env: %q is no name of a variable", c.Name(), key.String())
		case !is:
			return interp.Errorf(interp.KindError, "process.%s: process.env: %s: string or number expected, got %s", c.Name(), name, data.TypeOf(v))
		case strings.Contains(text, "\x00"):
			return interp.Errorf(interp.KindError, "process.%s: process.env: %s contains a NUL byte", c.Name(), name)
		}
	}
	return nil
}

// line is the command as a person would type it.
func line(argv []string) string {
	words := make([]string, len(argv))
	for i, w := range argv {
		words[i] = quoteWord(w)
	}
	return strings.Join(words, " ")
}

// line is the command, or all of a pipeline.
func (k *command) line() string {
	var stages []string
	for _, s := range k.stages {
		stages = append(stages, line(s.argv))
	}
	return strings.Join(stages, " | ")
}
