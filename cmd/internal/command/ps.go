package command

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/lull-lua/lull/interp"
)

const psUsage = `usage: lull ps [--json] [--all] PID

Prints what the tasks of a lull that runs do: where each computes or waits, for what, for how long, and who holds that; tasks that wait at
the same place share a line, without --all. Isolates of parallel follow, those alike in one block. It costs the other process nothing until then, and interrupts it for some microseconds a
task. Only your own processes can be asked; root can ask anybody's. SIGQUIT (Ctrl-\) has a lull print the same by itself.
`

const pstreeUsage = `usage: lull pstree [--json] PID

Prints what the tasks of a lull that runs do, as lull ps does, each below the task that has spawned it.
`

const topUsage = `usage: lull top [--by waited|ran|ready] [--every 1s] [--once] PID

Shows the tasks of a lull that runs, in place, those first that have waited longest, computed most (ran) or been ready longest without a
turn, since top was begun. Ctrl-C ends it. --once shows one list, after the first interval.
`

// asks are the flags of ps, pstree and top.
type asks struct {
	pid             int
	json, all, once bool
	by              string
	every           time.Duration
}

// parseAsks reads the arguments of a subcommand; done says that all is said.
func parseAsks(p *process, name, usage string, args []string, define func(*flag.FlagSet, *asks)) (a *asks, status int, done bool) {
	flags := flag.NewFlagSet("lull "+name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	a = &asks{by: "waited", every: time.Second}
	define(flags, a)
	var rest []string
	err := flags.Parse(args)
	for err == nil && flags.NArg() > 0 { // a flag may stand behind the number
		rest = append(rest, flags.Arg(0))
		err = flags.Parse(flags.Args()[1:])
	}
	wrong := func(err error) (*asks, int, bool) {
		fmt.Fprintf(p.stderr, "lull %s: %v\n%s", name, err, usage[:strings.Index(usage, "\n")+1])
		return nil, statusUsage, true
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		return nil, p.say(usage), true
	case err != nil:
		return wrong(FlagError(flags, err))
	case len(rest) != 1:
		return wrong(errors.New("the number of one process is wanted"))
	}
	if a.pid, err = strconv.Atoi(rest[0]); err != nil || a.pid <= 0 {
		return wrong(fmt.Errorf("%q is not the number of a process", rest[0]))
	}
	return a, 0, false
}

// ps is "lull ps".
func ps(p *process, args []string) int {
	a, status, done := parseAsks(p, "ps", psUsage, args, func(flags *flag.FlagSet, a *asks) {
		flags.BoolVar(&a.json, "json", false, "")
		flags.BoolVar(&a.all, "all", false, "")
	})
	if done {
		return status
	}
	return askedOnce(p, "ps", a, func(list *taskList) string { return list.text(!a.all) })
}

// pstree is "lull pstree".
func pstree(p *process, args []string) int {
	a, status, done := parseAsks(p, "pstree", pstreeUsage, args, func(flags *flag.FlagSet, a *asks) { flags.BoolVar(&a.json, "json", false, "") })
	if done {
		return status
	}
	return askedOnce(p, "pstree", a, func(list *taskList) string {
		if !a.json {
			return list.tree()
		}
		list.Tasks = nested(list.Tasks)
		lists := list.Isolates
		for _, j := range list.Jobs {
			j.Tasks = nested(j.Tasks)
			lists = append(lists, j.Isolates...)
		}
		for _, i := range lists {
			i.Tasks = nested(i.Tasks)
		}
		return ""
	})
}

// askedOnce asks, and prints the answer as show has it, or as JSON.
func askedOnce(p *process, name string, a *asks, show func(*taskList) string) int {
	c, err := attach(a.pid)
	if err != nil {
		fmt.Fprintf(p.stderr, "lull %s: %v\n", name, err)
		return statusFailed
	}
	defer c.close()
	list, err := c.ask("tasks")
	if err == nil && list.Error != "" {
		err = fmt.Errorf("process %d: %s", a.pid, list.Error)
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "lull %s: %v\n", name, err)
		return statusFailed
	}
	text := show(list)
	if a.json {
		b, err := json.MarshalIndent(list, "", "  ")
		if err != nil {
			fmt.Fprintf(p.stderr, "lull %s: %v\n", name, err)
			return statusFailed
		}
		text = string(b) + "\n"
	}
	return p.say(text)
}

// top is "lull top".
func top(p *process, args []string) int {
	a, status, done := parseAsks(p, "top", topUsage, args, func(flags *flag.FlagSet, a *asks) {
		flags.StringVar(&a.by, "by", a.by, "")
		flags.BoolVar(&a.once, "once", false, "")
		flags.Func("every", "", func(text string) (err error) {
			a.every, err = parseTimeout(text)
			return err
		})
	})
	if done {
		return status
	}
	if !slices.Contains([]string{"waited", "ran", "ready"}, a.by) {
		fmt.Fprintf(p.stderr, "lull top: --by is one of waited, ran and ready, not %q\n", a.by)
		return statusUsage
	}
	c, err := attach(a.pid)
	if err == nil {
		defer c.close()
		_, err = c.ask("top") // the counting begins
	}
	if err != nil {
		fmt.Fprintln(p.stderr, "lull top:", err)
		return statusFailed
	}
	screen := isTerminal(p.stdout) && !a.once
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	defer signal.Stop(interrupted)
	tick := time.NewTicker(a.every)
	defer tick.Stop()
	for {
		select {
		case <-interrupted:
			return 0
		case <-tick.C:
		}
		list, err := c.ask("top")
		if err == nil && list.Error != "" {
			err = fmt.Errorf("process %d: %s", a.pid, list.Error)
		}
		if err != nil {
			fmt.Fprintln(p.stderr, "lull top:", err)
			return statusFailed
		}
		width, height := 0, math.MaxInt
		if screen {
			if w, h, err := term.GetSize(int(p.stdout.(*os.File).Fd())); err == nil && w > 0 && h > 2 {
				width, height = w-1, h-1
			}
		}
		text := list.top(a.by, width, height)
		if screen {
			text = "\x1b[H" + strings.ReplaceAll(text, "\n", "\x1b[K\n") + "\x1b[J"
		}
		if status := p.say(text); status != 0 || a.once {
			return status
		}
	}
}

// top is a list of so many lines, of so many columns unless that is 0.
func (l *taskList) top(by string, width, height int) string {
	key := func(t *taskLine) float64 {
		switch {
		case t.Spent == nil:
			return 0
		case by == "ran":
			return t.Spent.Ran
		case by == "ready":
			return t.Spent.Ready
		}
		return t.Spent.Waited
	}
	type row struct {
		*taskLine
		byID map[uint64]*taskLine
		in   string // an isolate or a job; "": neither
	}
	var tasks []row
	add := func(in string, of []*taskLine) {
		byID := numbered(of)
		for _, t := range of {
			tasks = append(tasks, row{t, byID, in})
		}
	}
	add("", l.Tasks)
	for _, i := range l.Isolates {
		add(cutText(i.Name)+": ", i.Tasks)
	}
	for _, j := range l.Jobs {
		add("job "+cutText(j.ID)+": ", j.Tasks)
	}
	slices.SortStableFunc(tasks, func(a, b row) int {
		switch x, y := key(a.taskLine), key(b.taskLine); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	lines := []string{l.title() + ", by " + by, fmt.Sprintf("%8s %8s %8s  task", "waited", "ran", "ready")}
	for _, t := range tasks[:min(len(tasks), max(0, height-2))] {
		s := t.Spent
		if s == nil {
			s = &spent{}
		}
		var b strings.Builder
		flat := *t.taskLine
		flat.Traceback = nil
		b.WriteString(t.in)
		writeLine(&b, "", []*taskLine{&flat}, t.byID)
		lines = append(lines, fmt.Sprintf("%8s %8s %8s  %s", seconds(s.Waited), seconds(s.Ran), seconds(s.Ready), strings.TrimSuffix(b.String(), "\n")))
	}
	for i, line := range lines {
		if line = printable(line); width > 0 {
			line = interp.CutCells(line, width)
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n") + "\n"
}
