package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
)

// A list of tasks, as SIGQUIT prints it and lull ps, pstree and top show it. It goes from process to process as JSON, which is also what
// --json prints.

// taskList is what all tasks of a process do.
type taskList struct {
	PID    int         `json:"pid"`
	Script string      `json:"script"`
	Now    float64     `json:"now"` // the time of day, in seconds since 1970
	Error  string      `json:"error,omitempty"`
	Tasks  []*taskLine `json:"tasks"`

	Isolates []*isolateList `json:"isolates,omitempty"`
	Jobs     []*jobList     `json:"jobs,omitempty"`
}

// subject is a process as lists tell of it: a script's runtime, the jobs of an Extension's program, or both.
type subject struct {
	title string
	rt    *interp.Runtime // nil: there is no script
	jobs  func() []Job    // nil: there are none
}

// taskLine is a task in it. Durations are in seconds, on the run's clock.
type taskLine struct {
	ID        uint64      `json:"id"`
	Parent    uint64      `json:"parent,omitempty"`
	Name      string      `json:"name"`
	State     string      `json:"state"` // "running", "ready", "waiting"
	At        string      `json:"at,omitempty"`
	What      string      `json:"what,omitempty"` // the builtin that it waits in
	For       float64     `json:"for"`
	Resource  *waitedFor  `json:"resource,omitempty"`
	Holder    uint64      `json:"holder,omitempty"`
	SpawnedAt string      `json:"spawned_at,omitempty"`
	Daemon    bool        `json:"daemon,omitempty"`
	Opened    []string    `json:"opened,omitempty"`
	Traceback []string    `json:"traceback,omitempty"` // of one that runs
	Spent     *spent      `json:"spent,omitempty"`     // of top
	Children  []*taskLine `json:"children,omitempty"`  // of pstree
}

// waitedFor is what a task waits for.
type waitedFor struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Text string `json:"text"` // as lines show it, where it has no name
}

// spent is how much time a task has spent since somebody began to look.
type spent struct {
	Ran    float64 `json:"ran"`
	Ready  float64 `json:"ready"`
	Waited float64 `json:"waited"`
}

// listTimeout is how long the loop may take to tell of its tasks: only a function in Go takes more than a moment.
var listTimeout = 1500 * time.Millisecond

// listTasks asks the runtimes of a process. The list says why it has no tasks.
func listTasks(of *subject) *taskList {
	list := &taskList{PID: ownPID(), Script: of.title, Now: epoch(), Tasks: []*taskLine{}}
	ctx, cancel := context.WithTimeout(context.Background(), listTimeout)
	defer cancel()
	if of.jobs != nil {
		list.jobs(ctx, of.jobs())
	}
	if of.rt == nil {
		return list
	}
	infos, err := of.rt.Tasks(ctx)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		list.Error = heldText
	case errors.Is(err, interp.ErrClosed):
		list.Error = "the script has ended"
	case err != nil:
		list.Error = err.Error()
	}
	list.Tasks = linesOf(infos)
	list.isolates(ctx, of.rt)
	return list
}

const heldText = "a function in Go holds the loop, so that no task can be told"

// linesOf are the lines of tasks.
func linesOf(infos []interp.TaskInfo) []*taskLine {
	all, lines := make([]*taskLine, len(infos)), make([]taskLine, len(infos))
	for i := range infos {
		t := &infos[i]
		lines[i] = taskLine{ID: t.ID, Parent: t.Parent, Name: t.Name, State: t.State, At: t.At.Place(), What: t.At.Builtin(), For: t.For.Seconds(),
			Holder: t.Holder, SpawnedAt: t.Spawn.Place(), Daemon: t.Daemon, Opened: t.Opened}
		if t.State == "new" {
			lines[i].State = "ready"
		}
		if text := t.What.String(); text != "" {
			lines[i].Resource = &waitedFor{t.What.Kind, t.What.Name, text}
		}
		for _, f := range t.Frames {
			lines[i].Traceback = append(lines[i].Traceback, f.String())
		}
		all[i] = &lines[i]
	}
	return all
}

// Forms of a list as text.
const (
	mostNames   = 3  // of tasks at one place
	longestName = 60 // bytes
)

// title is the line above the tasks.
func (l *taskList) title() string {
	if l.Error != "" {
		return fmt.Sprintf("%s (process %d): %s", l.Script, l.PID, l.Error)
	}
	if len(l.Tasks) == 0 && len(l.Jobs) > 0 {
		return fmt.Sprintf("%s (process %d): %s", l.Script, l.PID, count(len(l.Jobs), "job"))
	}
	return fmt.Sprintf("%s (process %d): %s%s%s", l.Script, l.PID, count(len(l.Tasks), "task"), l.inIsolates(), l.inJobs())
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// text is the list: a line for each task or, with together, for all that wait at the same place for the same; cycles of tasks that wait
// for each other come last.
func (l *taskList) text(together bool) string {
	return printable(l.title() + "\n" + l.places(together))
}

// places is the text without its title.
func (l *taskList) places(together bool) string {
	var b strings.Builder
	writePlaces(&b, "  ", placesOf(l.Tasks, together), numbered(l.Tasks))
	for _, line := range cycles(l.Tasks) {
		b.WriteString("  " + line + "\n")
	}
	l.writeIsolates(&b, together, func(i *isolateList) {
		writePlaces(&b, "    ", i.places, numbered(i.Tasks))
		for _, line := range cycles(i.Tasks) {
			b.WriteString("    " + line + "\n")
		}
	})
	l.writeJobs(&b, func(l *taskList) string { return l.places(together) })
	return b.String()
}

// placesOf are the tasks in order, together those that are at one place.
func placesOf(tasks []*taskLine, together bool) (places [][]*taskLine) {
	known := map[placeOf]int{}
	for _, t := range tasks {
		key := t.place()
		at, ok := known[key]
		if !ok || !together {
			at = len(places)
			known[key] = at
			places = append(places, nil)
		}
		places[at] = append(places[at], t)
	}
	return places
}

func writePlaces(b *strings.Builder, indent string, places [][]*taskLine, byID map[uint64]*taskLine) {
	for _, tasks := range places {
		writeLine(b, indent, tasks, byID)
	}
}

// numbered are the tasks by their numbers.
func numbered(tasks []*taskLine) map[uint64]*taskLine {
	byID := make(map[uint64]*taskLine, len(tasks))
	for _, t := range tasks {
		byID[t.ID] = t
	}
	return byID
}

// placeOf is what tasks of one line have in common.
type placeOf struct {
	state, what, at, resource string
	holder                    uint64
	spawned                   string // where neither is known
}

func (t *taskLine) place() placeOf {
	p := placeOf{state: t.State, what: t.What, at: t.At, holder: t.Holder}
	if t.Resource != nil {
		p.resource = t.Resource.Text
	}
	if t.At == "" {
		p.spawned = t.SpawnedAt
	}
	return p
}

// writeLine writes the line of tasks at one place.
func writeLine(b *strings.Builder, indent string, tasks []*taskLine, byID map[uint64]*taskLine) {
	t := tasks[0]
	many := len(tasks) > 1
	b.WriteString(indent)
	if many {
		var names []string
		for _, t := range tasks {
			name := "'" + cutText(t.Name) + "'"
			if slices.Contains(names, name) {
				continue
			}
			if len(names) == mostNames {
				names = append(names, "...")
				break
			}
			names = append(names, name)
		}
		fmt.Fprintf(b, "%d tasks %s", len(tasks), strings.Join(names, ", "))
	} else {
		b.WriteString(t.label())
	}
	b.WriteString(" " + t.does(many))
	least, most := t.For, t.For
	for _, t := range tasks {
		least, most = min(least, t.For), max(most, t.For)
	}
	switch a, z := seconds(least), seconds(most); {
	case a == z:
		b.WriteString(", for " + a)
	default:
		b.WriteString(", for " + a + " to " + z)
	}
	if t.Resource != nil {
		what := cutText(t.Resource.Text)
		switch h := byID[t.Holder]; {
		case h == nil:
			b.WriteString(": " + what)
		case t.Resource.Kind == "task":
			fmt.Fprintf(b, ": task %s (%s)", h.label(), h.does(false))
		default:
			fmt.Fprintf(b, ": %s, held by %s (%s)", what, h.label(), h.does(false))
		}
	}
	if !many {
		if t.Daemon {
			b.WriteString("; a daemon")
		}
		if len(t.Opened) > 0 {
			b.WriteString("; has open: " + cutList(t.Opened))
		}
	}
	b.WriteByte('\n')
	for _, line := range t.Traceback {
		b.WriteString(indent + "    " + line + "\n")
	}
}

// label is how lines name the task.
func (t *taskLine) label() string { return fmt.Sprintf("%d '%s'", t.ID, cutText(t.Name)) }

// does is what it does, and where.
func (t *taskLine) does(many bool) string {
	verb, where := "", t.At
	one := func(s, p string) string {
		if many {
			return p
		}
		return s
	}
	switch {
	case t.State == "running":
		verb = one("computes", "compute")
	case t.State == "waiting" && t.What == "close":
		verb = one("closes", "close") + " what it has opened"
	case t.State == "waiting":
		verb = one("waits", "wait")
		if t.What != "" {
			verb += " in " + t.What
		}
	case t.What == "" && where == "":
		verb = one("is", "are") + " about to start"
	default:
		verb = one("is", "are") + " ready"
		if t.What != "" {
			verb += ", after " + t.What
		}
	}
	if where != "" {
		return verb + " at " + where
	}
	if t.SpawnedAt != "" {
		return verb + ", spawned at " + t.SpawnedAt
	}
	return verb
}

// cycles are the lines about tasks that wait for each other.
func cycles(tasks []*taskLine) (lines []string) {
	infos := make([]interp.TaskInfo, len(tasks))
	for i, t := range tasks {
		infos[i] = interp.TaskInfo{ID: t.ID, Name: cutText(t.Name), Holder: t.Holder}
		if t.Resource != nil && t.Resource.Kind == "task" {
			infos[i].What.Kind = "task"
		} else if t.Resource != nil {
			infos[i].What.Kind = cutText(t.Resource.Text) // with its name
		}
	}
	for _, c := range interp.WaitCycles(infos) {
		lines = append(lines, interp.CycleText(c))
	}
	return lines
}

// tree is the list with each task below the one that has spawned it; siblings at one place, without tasks of their own, share a line.
func (l *taskList) tree() string { return printable(l.title() + "\n" + l.branches()) }

// branches is the tree without its title.
func (l *taskList) branches() string {
	var b strings.Builder
	var show func(tasks []*taskLine, byID map[uint64]*taskLine, indent string)
	show = func(tasks []*taskLine, byID map[uint64]*taskLine, indent string) {
		type line struct{ tasks []*taskLine }
		var lines []*line
		known := map[placeOf]*line{}
		for _, t := range tasks {
			if len(t.Children) > 0 {
				lines = append(lines, &line{[]*taskLine{t}})
				continue
			}
			if p := known[t.place()]; p != nil {
				p.tasks = append(p.tasks, t)
				continue
			}
			p := &line{[]*taskLine{t}}
			known[t.place()] = p
			lines = append(lines, p)
		}
		for _, p := range lines {
			writeLine(&b, indent, p.tasks, byID)
			show(p.tasks[0].Children, byID, indent+"  ")
		}
	}
	show(nested(l.Tasks), numbered(l.Tasks), "  ")
	for _, line := range cycles(l.Tasks) {
		b.WriteString("  " + line + "\n")
	}
	l.writeIsolates(&b, false, func(i *isolateList) {
		show(nested(i.Tasks), numbered(i.Tasks), "    ")
		for _, line := range cycles(i.Tasks) {
			b.WriteString("    " + line + "\n")
		}
	})
	l.writeJobs(&b, (*taskList).branches)
	return b.String()
}

// nested gives tasks their children, and returns those that nobody who is left has spawned. A chain of spawners has an end: their
// numbers fall.
func nested(tasks []*taskLine) (roots []*taskLine) {
	byID := numbered(tasks)
	for _, t := range tasks {
		if by := byID[t.Parent]; by != nil && t.Parent < t.ID && depthOf(by, byID) < maxDepth {
			by.Children = append(by.Children, t)
		} else {
			roots = append(roots, t)
		}
	}
	return roots
}

// maxDepth bounds how deep a tree is shown: what lies deeper begins again at the left.
const maxDepth = 100

func depthOf(t *taskLine, byID map[uint64]*taskLine) (n int) {
	for t != nil && n < maxDepth {
		t = byID[t.Parent]
		n++
	}
	return n
}

// printable is a text without what would change a terminal: names may hold anything.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
}

// cutText bounds a name.
func cutText(name string) string {
	name = strings.ReplaceAll(name, "\n", "?")
	if len(name) <= longestName {
		return name
	}
	return strings.ToValidUTF8(name[:longestName], "") + "..."
}

// cutList is the first of several texts.
func cutList(all []string) string {
	text := make([]string, min(len(all), mostNames))
	for i := range text {
		text[i] = cutText(all[i])
	}
	if len(all) > len(text) {
		text = append(text, fmt.Sprintf("and %d more", len(all)-len(text)))
	}
	return strings.Join(text, ", ")
}

// seconds is a duration to three digits, and to seconds.
func seconds(s float64) string {
	d := time.Duration(min(s, 9e9) * float64(time.Second))
	if d < time.Microsecond {
		return "0s"
	}
	for unit := time.Nanosecond; unit < time.Second; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit).String()
		}
	}
	return d.Round(time.Second).String()
}

// dumper prints what all tasks do, on SIGQUIT.
type dumper struct {
	of   *subject
	w    io.Writer
	also func() // what else SIGQUIT does, or nil

	mu sync.Mutex // held while it prints
	wg sync.WaitGroup
}

// dump prints the list, and lets the run go on meanwhile. One that is under way is enough.
func (d *dumper) dump() {
	if !d.mu.TryLock() {
		return
	}
	d.wg.Go(func() {
		defer d.mu.Unlock()
		io.WriteString(d.w, "lull: "+listTasks(d.of).text(true)) // nobody is left to be told of an error
		if d.also != nil {
			d.also()
		}
	})
}
