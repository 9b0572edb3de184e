package command

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lull-lua/lull/interp"
)

// progress is the Tracer of --progress: it knows what runs, and how far each task.map is.
type progress struct {
	term   interp.Terminal
	remove func()
	stop   chan struct{} // closed at the end; nil: there is a terminal
	ended  chan struct{}
	start  time.Time

	mu        sync.Mutex // of what follows: the terminal asks
	tasks     map[uint64]*seen
	done      int // tasks that have ended so
	failed    int
	cancelled int
}

// seen is a task that has not ended.
type seen struct {
	id    uint64
	name  string
	since time.Time
	at    interp.Site // where it waits; the zero Site while it does not
	begun bool        // it has had a turn
	owns  []*owned    // brackets, the innermost last
}

// owned is a bracket of a builtin that owns tasks, such as task.map.
type owned struct {
	what             string
	of, over, failed int
	since            time.Time
}

// counts reports whether tasks are counted in it: it is no bracket of another kind, such as wait_for.
func (o *owned) counts() bool { return o.of > 0 || o.over > 0 }

// progressTick is how often there is a line without a terminal.
const progressTick = 10 * time.Second

func newProgress() *progress { return &progress{tasks: map[uint64]*seen{}} }

// begin begins to show.
func (p *progress) begin(term interp.Terminal) {
	p.term, p.start = term, time.Now()
	if term.Live() {
		p.remove = term.Footer(func(columns int) []string {
			_, rows := term.Size()
			return p.lines(time.Now(), max(2, rows/3))
		})
		return
	}
	p.stop, p.ended = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(p.ended)
		tick := time.NewTicker(progressTick)
		defer tick.Stop()
		for {
			select {
			case now := <-tick.C:
				term.Warn("lull: " + p.line(now))
			case <-p.stop:
				return
			}
		}
	}()
}

// end shows nothing from now on.
func (p *progress) end() {
	if p.remove != nil {
		p.remove()
	}
	if p.stop != nil {
		close(p.stop)
		<-p.ended
	}
}

// lines are the footer: how far each task.map is, what runs, longest first, and how many more there are.
func (p *progress) lines(now time.Time, most int) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	lines := p.maps(now)
	if len(lines) > most-1 {
		lines = lines[:most-1]
	}
	room := max(0, most-1-len(lines))
	longest := p.longest(room)
	for _, t := range longest {
		where := "computes"
		if t.at != (interp.Site{}) {
			where = t.at.String()
		}
		lines = append(lines, fmt.Sprintf("%8s  %s  %s", clock(now.Sub(t.since)), plain(t.name), where))
	}
	return append(lines, p.summary(now))
}

// longest are the tasks that have run longest, but for those that wait for tasks of their own.
func (p *progress) longest(most int) (list []*seen) {
	for _, t := range p.tasks {
		if !t.begun || slices.ContainsFunc(t.owns, (*owned).counts) || t.id == 1 && len(p.tasks) > 1 {
			continue
		}
		at, _ := slices.BinarySearchFunc(list, t, func(a, b *seen) int {
			if c := a.since.Compare(b.since); c != 0 {
				return c
			}
			return int(a.id) - int(b.id)
		})
		if at < most {
			if len(list) == most {
				list = list[:most-1]
			}
			list = slices.Insert(list, at, t)
		}
	}
	return list
}

// maps are the lines of what owns tasks, oldest first.
func (p *progress) maps(now time.Time) (lines []string) {
	var all []*owned
	names := map[*owned]string{}
	for _, t := range p.tasks {
		for _, o := range t.owns {
			if o.counts() {
				all = append(all, o)
				if t.id > 1 {
					names[o] = " of " + plain(t.name)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b *owned) int { return a.since.Compare(b.since) })
	for _, o := range all {
		line := fmt.Sprintf("%s%s  %d", o.what, names[o], o.over)
		if o.of > 0 {
			line = fmt.Sprintf("%s%s  %d/%d  %d%%", o.what, names[o], o.over, o.of, 100*o.over/o.of)
		}
		if o.failed > 0 {
			line += fmt.Sprintf("  %d failed", o.failed)
		}
		if left := o.of - o.over; left > 0 && o.over > 0 {
			line += "  " + clock(now.Sub(o.since)*time.Duration(left)/time.Duration(o.over)) + " left"
		}
		lines = append(lines, line)
	}
	return lines
}

// summary is how many tasks there are.
func (p *progress) summary(now time.Time) string {
	line := fmt.Sprintf("%s  %d running, %d done", clock(now.Sub(p.start)), len(p.tasks), p.done)
	if p.failed > 0 {
		line += fmt.Sprintf(", %d failed", p.failed)
	}
	if p.cancelled > 0 {
		line += fmt.Sprintf(", %d cancelled", p.cancelled)
	}
	return line
}

// line is all of it in one line, where there is no terminal.
func (p *progress) line(now time.Time) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	parts := append([]string{p.summary(now)}, p.maps(now)...)
	if t := p.longest(1); len(t) > 0 {
		parts = append(parts, fmt.Sprintf("longest: %s, %s", plain(t[0].name), clock(now.Sub(t[0].since))))
	}
	return strings.Join(parts, "; ")
}

// clock is a duration as a person reads it: 3.2s, 1:05, 2:03:04.
func clock(d time.Duration) string {
	s := int64(d.Seconds())
	switch {
	case s < 10:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case s < 3600:
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// plain is a name without what would move a cursor.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, name)
}

// Spawn implements interp.Tracer.
func (p *progress) Spawn(t *interp.Task) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tasks[t.ID()] = &seen{id: t.ID(), name: t.Name(), since: time.Now()}
}

// Named implements interp.NameTracer.
func (p *progress) Named(t *interp.Task) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.tasks[t.ID()]; s != nil {
		s.name = t.Name()
	}
}

// Switch implements interp.Tracer.
func (p *progress) Switch(t *interp.Task) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.tasks[t.ID()]; s != nil {
		if !s.begun {
			s.begun, s.since = true, time.Now()
		}
		s.at = interp.Site{}
	}
}

// Park implements interp.Tracer.
func (p *progress) Park(t *interp.Task) {
	if t.Yields() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.tasks[t.ID()]; s != nil {
		s.at = t.Site()
	}
}

// Wake implements interp.Tracer.
func (p *progress) Wake(*interp.Task) {}

// End implements interp.Tracer.
func (p *progress) End(t *interp.Task) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.tasks, t.ID())
	switch {
	case t.Failed():
		p.failed++
	case t.Cancelled():
		p.cancelled++
	default:
		p.done++
	}
	owner := t.Owner()
	if owner == nil {
		return
	}
	if s := p.tasks[owner.ID()]; s != nil && len(s.owns) > 0 {
		o := s.owns[len(s.owns)-1]
		o.over++
		if t.Failed() {
			o.failed++
		}
	}
}

// Enter implements interp.ScopeTracer.
func (p *progress) Enter(t *interp.Task, what string, _, of int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.tasks[t.ID()]; s != nil {
		s.owns = append(s.owns, &owned{what: what, of: of, since: time.Now()})
	}
}

// Exit implements interp.ScopeTracer.
func (p *progress) Exit(t *interp.Task) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.tasks[t.ID()]; s != nil && len(s.owns) > 0 {
		s.owns = s.owns[:len(s.owns)-1]
	}
}
