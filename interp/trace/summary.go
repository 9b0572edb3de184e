package trace

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Summary is what a trace comes to: the tables at the right side of the page.
type Summary struct {
	Waits     []WaitSum // what was waited for, by the site
	Objects   []WaitSum // by the object: locks, queues, tasks
	Turns     []Moment  // the longest: others stand still meanwhile
	Readies   []Moment  // the longest waits of ready tasks for their turn
	Failures  []*Task   // in the order of their ends
	Broken    []Broken  // brackets that ended badly, in the order of their ends: attempts that failed, time-outs
	Cancelled []CancelSum
	Path      []Step    // the critical path: what the end of the first main task had to wait for, from the beginning to the end
	PathSums  []WaitSum // the same by kinds of steps

	Ran, Ready, Waited time.Duration // of all tasks
	Failed, Cut        int           // tasks that failed, and were cancelled
	Peak               int           // most tasks at once
}

// WaitSum is how long something was waited for.
type WaitSum struct {
	What    string
	Site    int // or Object, in Objects
	Total   time.Duration
	Count   int
	Longest Moment
	Holder  *Task         // who has held the object longest at once, in Objects; or who had it when most began to wait
	Held    time.Duration // how long that was; 0: nobody knows
}

// Moment is something that a task did.
type Moment struct {
	Task  *Task
	Begin time.Duration
	Took  time.Duration
}

// Broken is a bracket that ended badly.
type Broken struct {
	Task *Task
	Bracket
}

// CancelSum is how many tasks were cancelled for a reason.
type CancelSum struct {
	Reason string
	Count  int
	First  *Task
	By     *Task // whose doing it was, for the first; nil: nobody knows, or none's
}

// Step is a stretch of the critical path.
type Step struct {
	Task       *Task
	What       string // "computes", "ready", or what it waits for
	Begin, End time.Duration
}

// most is how long the tables of moments are.
const most = 20

// Summary works it out.
func (t *Trace) Summary() *Summary {
	s := &Summary{}
	waits, objects := newSums(), newSums()
	held := map[string]Moment{} // the longest, by the bracket
	for _, k := range t.Tasks {
		s.Ran, s.Ready, s.Waited = s.Ran+k.Ran, s.Ready+k.Ready, s.Waited+k.Waited
		switch k.State {
		case "failed":
			s.Failed++
			s.Failures = append(s.Failures, k)
		case "cancelled":
			s.Cut++
		}
		for _, b := range k.Brackets {
			if took := b.End - b.Begin; took > held[b.What].Took {
				held[b.What] = Moment{k, b.Begin, took}
			}
			if b.Text != "" {
				s.Broken = append(s.Broken, Broken{k, b})
			}
		}
		for i := range k.Turns {
			u := &k.Turns[i]
			s.Turns = longest(s.Turns, Moment{k, u.Begin, u.End - u.Begin})
			s.Readies = longest(s.Readies, Moment{k, u.Woken, u.Begin - u.Woken})
			until := k.End
			if i+1 < len(k.Turns) {
				until = k.Turns[i+1].Woken
				if k.Turns[i+1].Cause == Yielded {
					continue
				}
			} else if k.Ended {
				continue
			}
			m := Moment{k, u.End, max(0, until-u.End)}
			waits.add(u.Site, m, nil)
			if u.Object != 0 {
				objects.add(u.Object, m, t.byID[u.Holder])
			}
		}
	}
	s.Waits = waits.sorted(func(i int) string { return t.Sites[i].String() })
	s.Objects = objects.sorted(func(i int) string { return t.Objects[i].Name })
	for i := range s.Objects {
		if m, ok := held[s.Objects[i].What]; ok {
			s.Objects[i].Holder, s.Objects[i].Held = m.Task, m.Took
		}
	}
	slices.SortFunc(s.Failures, func(a, b *Task) int {
		if a.End != b.End {
			return compare(a.End, b.End)
		}
		return int(min(1, max(-1, int64(b.ID)-int64(a.ID)))) // a task before the one that waits for it
	})
	slices.SortStableFunc(s.Broken, func(a, b Broken) int { return compare(a.End, b.End) })
	s.Cancelled = t.cancelled()
	s.Path = t.path()
	s.PathSums = pathSums(s.Path)
	s.Peak = t.peak()
	return s
}

func compare(a, b time.Duration) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// longest puts a moment into a list of the longest, the longest first.
func longest(list []Moment, m Moment) []Moment {
	if m.Took <= 0 || len(list) == most && m.Took <= list[most-1].Took {
		return list
	}
	i, _ := slices.BinarySearchFunc(list, m, func(a, b Moment) int {
		if a.Took >= b.Took {
			return -1
		}
		return 1
	})
	list = slices.Insert(list, i, m)
	return list[:min(len(list), most)]
}

// sums are those by a number.
type sums struct {
	all     map[int]*WaitSum
	holders map[int]map[*Task]time.Duration
}

func newSums() *sums {
	return &sums{map[int]*WaitSum{}, map[int]map[*Task]time.Duration{}}
}

func (s *sums) add(i int, m Moment, holder *Task) {
	w := s.all[i]
	if w == nil {
		w = &WaitSum{Site: i}
		s.all[i] = w
	}
	w.Total += m.Took
	w.Count++
	if m.Took > w.Longest.Took || w.Longest.Task == nil {
		w.Longest = m
	}
	if holder != nil {
		h := s.holders[i]
		if h == nil {
			h = map[*Task]time.Duration{}
			s.holders[i] = h
		}
		h[holder] += m.Took
	}
}

// sorted are the sums, the largest first.
func (s *sums) sorted(name func(int) string) []WaitSum {
	var list []WaitSum
	for i, w := range s.all {
		w.What = name(i)
		for k, d := range s.holders[i] {
			if w.Holder == nil || d > s.holders[i][w.Holder] || d == s.holders[i][w.Holder] && k.ID < w.Holder.ID {
				w.Holder = k
			}
		}
		list = append(list, *w)
	}
	slices.SortFunc(list, func(a, b WaitSum) int {
		if a.Total != b.Total {
			return compare(b.Total, a.Total)
		}
		return strings.Compare(a.What, b.What)
	})
	return list
}

func (t *Trace) cancelled() []CancelSum {
	by := map[string]int{}
	var list []CancelSum
	for _, k := range t.Tasks {
		if k.State != "cancelled" {
			continue
		}
		i, ok := by[k.Text]
		if !ok {
			i = len(list)
			by[k.Text] = i
			list = append(list, CancelSum{Reason: k.Text, First: k, By: t.cancelledBy(k)})
		}
		list[i].Count++
	}
	slices.SortStableFunc(list, func(a, b CancelSum) int { return b.Count - a.Count })
	return list
}

// cancelledBy is the task whose doing it was that a task was cancelled, or nil.
func (t *Trace) cancelledBy(k *Task) *Task {
	for i := len(k.Turns) - 1; i >= 0; i-- {
		if u := &k.Turns[i]; u.Cause&Cancelled != 0 && u.Cause.Who() == ByTask && u.By != k.ID {
			return t.byID[u.By]
		}
	}
	return nil
}

// peak is how many tasks there were at most at once.
func (t *Trace) peak() (peak int) {
	type change struct {
		at time.Duration
		by int
	}
	var all []change
	for _, k := range t.Tasks {
		all = append(all, change{k.Spawned, 1}, change{k.End, -1})
	}
	slices.SortFunc(all, func(a, b change) int {
		if a.at != b.at {
			return compare(a.at, b.at)
		}
		return b.by - a.by
	})
	n := 0
	for _, c := range all {
		n += c.by
		peak = max(peak, n)
	}
	return peak
}

// maxPath bounds the steps of the critical path.
const maxPath = 100_000

// path is the critical path, followed from the end of the first main task backwards: a turn needed the wake before it, and that the task
// whose doing it was, in the middle of its own turn. A wait that a timer or the outside has ended is a step of its own.
func (t *Trace) path() (steps []Step) {
	var k *Task
	for _, m := range t.Tasks {
		if m.Spawner == 0 && len(m.Turns) > 0 {
			k = m
			break
		}
	}
	if k == nil {
		return nil
	}
	at := k.End
	add := func(k *Task, what string, begin, end time.Duration) {
		if end <= begin {
			return
		}
		if last := len(steps) - 1; last >= 0 && steps[last].Task == k && steps[last].What == what && steps[last].Begin == end {
			steps[last].Begin = begin
			return
		}
		steps = append(steps, Step{k, what, begin, end})
	}
	for n := 0; n < maxPath && k != nil; n++ {
		i, _ := slices.BinarySearchFunc(k.Turns, at, func(u Turn, at time.Duration) int {
			if u.Begin < at || u.Begin == at && u.End == at {
				return -1
			}
			return 1
		})
		i-- // the last turn that began before
		if i < 0 {
			by := t.byID[k.Spawner]
			if by == nil || by == k || k.Spawned > at {
				break
			}
			add(k, "ready", k.Spawned, at)
			k, at = by, k.Spawned
			continue
		}
		u := &k.Turns[i]
		if u.End < at {
			add(k, t.waits(u), u.End, at) // it was waiting then
			at = u.End
		}
		add(k, "computes", u.Begin, at)
		if at = u.Begin; i == 0 {
			by := t.byID[k.Spawner]
			add(k, "ready", u.Woken, at)
			if by == nil || by == k {
				break
			}
			k, at = by, min(k.Spawned, at)
			continue
		}
		add(k, "ready", u.Woken, at)
		at = u.Woken
		if by := t.byID[u.By]; u.Cause.Who() == ByTask && by != nil && by != k {
			k = by
			continue
		}
		before := &k.Turns[i-1]
		add(k, t.waits(before), before.End, at)
		at = before.End
	}
	slices.Reverse(steps)
	return steps
}

// waits is what a task waits for after a turn.
func (t *Trace) waits(u *Turn) string {
	s := t.Sites[u.Site].String()
	if u.Object != 0 && t.Objects[u.Object].Kind != "task" {
		s += ": " + t.Objects[u.Object].Name
	}
	if s == "" {
		return "waits"
	}
	return s
}

func pathSums(steps []Step) []WaitSum {
	by := map[string]*WaitSum{}
	for _, p := range steps {
		w := by[p.What]
		if w == nil {
			w = &WaitSum{What: p.What}
			by[p.What] = w
		}
		took := p.End - p.Begin
		w.Total += took
		w.Count++
		if took > w.Longest.Took {
			w.Longest = Moment{p.Task, p.Begin, took}
		}
	}
	var list []WaitSum
	for _, w := range by {
		list = append(list, *w)
	}
	slices.SortFunc(list, func(a, b WaitSum) int {
		if a.Total != b.Total {
			return compare(b.Total, a.Total)
		}
		return strings.Compare(a.What, b.What)
	})
	return list
}

// Text is the summary for a terminal.
func (t *Trace) Text() string {
	s := t.Summary()
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %d tasks (at most %d at once), %d turns; in Lua %s", t.Script, Short(t.Elapsed()), len(t.Tasks), s.Peak, t.Turns, Short(s.Ran))
	if e := t.Elapsed(); e > 0 && !t.Virtual {
		fmt.Fprintf(&b, " (%d %%)", int(100*float64(s.Ran)/float64(e)+0.5))
	}
	if s.Failed > 0 {
		fmt.Fprintf(&b, ", %d failed", s.Failed)
	}
	if s.Cut > 0 {
		fmt.Fprintf(&b, ", %d cancelled", s.Cut)
	}
	b.WriteByte('\n')
	switch {
	case t.Truncated:
		b.WriteString("the file is cut short: the process was killed\n")
	case t.Last:
		b.WriteString("the end of the run alone was kept\n")
	}
	if t.Virtual {
		b.WriteString("times are those of the run's virtual clock\n")
	}
	table := func(title string, n int, row func(i int) []string) {
		if n == 0 {
			return
		}
		fmt.Fprintf(&b, "\n%s\n", title)
		var rows [][]string
		for i := range min(n, most) {
			rows = append(rows, row(i))
		}
		writeRows(&b, rows)
		if n > most {
			fmt.Fprintf(&b, "  ... and %d more\n", n-most)
		}
	}
	sum := func(w WaitSum) []string {
		last := w.What
		if last == "" {
			last = "waits"
		}
		switch {
		case w.Holder == nil:
		case w.Held > 0:
			last += fmt.Sprintf(", held longest by %s, for %s", w.Holder.label(), Short(w.Held))
		default:
			last += ", held by " + w.Holder.label() + " when most began to wait"
		}
		return []string{Short(w.Total), fmt.Sprintf("%d x", w.Count), "max " + Short(w.Longest.Took), last}
	}
	table("waited for, all tasks together", len(s.Waits), func(i int) []string { return sum(s.Waits[i]) })
	table("who held what was waited for", len(s.Objects), func(i int) []string { return sum(s.Objects[i]) })
	moment := func(m Moment) []string {
		return []string{Short(m.Took), "at " + Short(m.Begin-t.Begin), m.Task.label()}
	}
	table("longest turns (others stand still)", len(s.Turns), func(i int) []string { return moment(s.Turns[i]) })
	table("longest ready without a turn", len(s.Readies), func(i int) []string { return moment(s.Readies[i]) })
	table("failed", len(s.Failures), func(i int) []string {
		k := s.Failures[i]
		return []string{"at " + Short(k.End-t.Begin), k.label(), k.Text}
	})
	table("brackets that an error or a time-out has ended", len(s.Broken), func(i int) []string {
		b := s.Broken[i]
		return []string{"at " + Short(b.End-t.Begin), b.Task.label(), b.Label() + ": " + b.Text}
	})
	table("cancelled", len(s.Cancelled), func(i int) []string {
		c := s.Cancelled[i]
		text := c.Reason
		if c.By != nil {
			text += ", by " + c.By.label()
		}
		return []string{fmt.Sprintf("%d x", c.Count), c.First.label(), text}
	})
	table("critical path, by what it is made of", len(s.PathSums), func(i int) []string { return sum(s.PathSums[i]) })
	return b.String()
}

// label is the task as tables name it.
func (k *Task) label() string { return fmt.Sprintf("%d '%s'", k.ID, oneLine(k.Name, 60)) }

// oneLine is a text without what would change a terminal or a line, of so many letters.
func oneLine(s string, width int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:width]) + "..."
}

// writeRows writes a table; all columns but the last are as wide as they must be, those of numbers to the right.
func writeRows(b *strings.Builder, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row[:len(row)-1] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		b.WriteByte(' ')
		for i, cell := range row[:len(row)-1] {
			fmt.Fprintf(b, " %*s", widths[i], cell)
		}
		b.WriteString("  " + oneLine(row[len(row)-1], 200) + "\n")
	}
}

// Short is a duration to three digits, and to seconds.
func Short(d time.Duration) string {
	for unit := time.Nanosecond; unit < time.Second; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit).String()
		}
	}
	return d.Round(time.Second).String()
}
