package sched

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Group is loops that know of each other: a first one and its siblings. It says how many of the siblings have their turns at once, has
// those that compute for long take turns, finds a deadlock of all of them together, and where time is made, keeps them on one clock: then
// one loop has its turn at a time, in the order in which they became ready, and the clock jumps when all of them wait. A loop without siblings
// has no group, and pays nothing for it.
type Group struct {
	clock maker // nil: time goes by itself
	stuck func(loops []*Loop) (then func())
	hurry atomic.Bool // somebody outside is waited for: see Hurry

	mu      sync.Mutex
	members []*member // in the order in which they joined
	queue   []*member // that want a place
	places  int       // that are free
}

// maker is a clock that makes its time.
type maker interface {
	Clock
	// jump goes on to the deadline until, if it may. outside says that work is under way outside of some loop.
	jump(until time.Duration, outside bool) bool
}

// member is a loop in its group. The group's lock guards what is below it.
type member struct {
	group *Group
	loop  *Loop
	turn  chan struct{} // receives when the loop has got a place; it holds one
	since uint32        // the watchdog's ticks when it got its place; for the loop's side

	first   bool // it needs no place, where time goes by itself
	rests   bool // nothing is ready. Invariant: until that is set back, under the lock, nothing of the loop changes but its inbox and holds
	waits   bool // it is in the queue
	has     bool // it has a place
	until   time.Duration
	outside bool
	gone    bool
}

// Group makes the loop the first of a group, of whose siblings so many may have their turns at once; it returns the one that it is in
// already, if it is. stuck is called when no task of any loop can go on: it may look at the loops, which stand still until it returns, and what it
// returns is called then; it must cancel the tasks. It is called once in a loop's turn.
func (l *Loop) Group(places int, stuck func(loops []*Loop) (then func())) *Group {
	if m := l.in.member.Load(); m != nil {
		return m.group
	}
	g := &Group{places: max(1, places), stuck: stuck}
	if c, ok := l.clock.(maker); ok {
		g.clock, g.places = c, 0 // the first has the only one now
	}
	m := &member{group: g, loop: l, turn: make(chan struct{}, 1), first: true, has: g.clock != nil}
	g.members = []*member{m}
	l.in.member.Store(m)
	return g
}

// join makes l a sibling, which is ready for its first turn; its clock shows the time of the others.
func (g *Group) join(l *Loop) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := &member{group: g, loop: l, turn: make(chan struct{}, 1), rests: true, until: Forever}
	g.members = append(g.members, m)
	l.clock = sibling(g.members[0].loop.clock)
	l.in.member.Store(m)
	g.asks(m)
}

// asks gives m a place, or puts it in the queue for one.
func (g *Group) asks(m *member) {
	if m.waits || m.gone {
		return
	}
	if g.places > 0 {
		g.places--
		g.gives(m)
		return
	}
	m.waits = true
	g.queue = append(g.queue, m)
}

func (g *Group) gives(m *member) {
	m.rests, m.waits, m.has = false, false, true
	m.turn <- struct{}{}
}

// back takes a place back, if m has one: it goes to the first who waits for one.
func (g *Group) back(m *member) {
	if !m.has {
		return
	}
	m.has = false
	if len(g.queue) == 0 {
		g.places++
		return
	}
	next := g.queue[0]
	g.queue = slices.Delete(g.queue, 0, 1)
	g.gives(next)
}

// begin waits for a sibling's first turn.
func (m *member) begin() {
	if !m.first {
		m.takes()
	}
}

// takes waits for the place.
func (m *member) takes() {
	<-m.turn
	m.since = m.loop.dog.ticks.Load()
}

// share has a loop that has had its place since before the watchdog last looked give it up to who waits for one, and returns when it has one
// again: so one that computes on and on holds nobody up. Where time is made this would make the order of turns one of real time: there it is for
// a hurry.
func (m *member) share() {
	g, dog := m.group, &m.loop.dog
	if dog.ticks.Load() == m.since || g.clock != nil && !g.hurry.Load() {
		return
	}
	g.mu.Lock()
	if !m.has || len(g.queue) == 0 {
		m.since = dog.ticks.Load()
		g.mu.Unlock()
		return
	}
	m.waits = true
	g.queue = append(g.queue, m)
	g.back(m)
	g.mu.Unlock()
	dog.idle.Store(true) // it computes nothing while it waits
	m.takes()
	dog.busy()
	m.loop.Look() // the watchdog has not come by meanwhile
}

// Hurry says that a host ends what runs: where time is made as well, a loop that computes gives its turn up to the others, until the siblings have
// left. It may be called from any goroutine.
func (g *Group) Hurry() { g.hurry.Store(true) }

// posted is told that something was put into the loop's inbox, or that one who held it up does so no more.
func (m *member) posted() {
	g := m.group
	if g.clock == nil {
		return // the loop is nudged
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if m.rests {
		g.asks(m)
	}
}

// rest is called when nothing is ready on the loop, and returns when it is to look again: at the deadline until at the latest.
func (m *member) rest(until time.Duration) {
	g, l := m.group, m.loop
	g.mu.Lock()
	m.rests, m.until, m.outside = true, until, l.outside > 0
	if g.clock != nil {
		if l.in.some.Load() {
			m.waits = true
			g.queue = append(g.queue, m)
		}
		g.back(m)
		then := g.goOn()
		g.mu.Unlock()
		if then != nil {
			then()
		}
		m.takes()
		return
	}
	g.back(m)
	then := g.goOn()
	g.mu.Unlock()
	if then != nil {
		then()
	}
	l.clock.Idle(until, m.outside, l.in.wake)
	g.mu.Lock()
	m.rests = false
	if m.first {
		g.mu.Unlock()
		return
	}
	g.asks(m)
	g.mu.Unlock()
	m.takes()
}

// goOn finds out, when a loop rests, what is next where that is no loop's turn: the clock jumps, or nothing can ever come. Then
// the caller calls what it returns, without the lock.
func (g *Group) goOn() (then func()) {
	var loops []*Loop
	until, outside, held, live := Forever, false, false, false
	for _, m := range g.members {
		if !m.rests || m.waits || m.loop.in.some.Load() {
			return nil
		}
		until = min(until, m.until)
		outside, held, live = outside || m.outside, held || m.loop.holds.Load() != 0, live || m.loop.live > 0
		loops = append(loops, m.loop)
	}
	if g.clock != nil && g.places > 0 && g.clock.jump(until, outside) {
		now := g.clock.Now()
		for _, m := range g.members {
			if m.until <= now {
				g.asks(m)
			}
		}
		return nil
	}
	if until != Forever || outside || held || !live {
		return nil
	}
	return g.stuck(loops)
}

// Still calls fn and reports true where the loop is one of a group and stands still, as nothing is ready on it or it waits for a place: until fn
// returns it does. fn looks at the loop, and asks neither it nor another one for anything. It may be called from any goroutine.
func (l *Loop) Still(fn func()) bool {
	m := l.in.member.Load()
	if m == nil {
		return false
	}
	g := m.group
	g.mu.Lock()
	defer g.mu.Unlock()
	if m.gone || !m.rests && !m.waits {
		return false
	}
	fn()
	return true
}

// Leave takes the loop, whose Run has returned, out of its group: its place is free then.
func (l *Loop) Leave() {
	m := l.in.member.Load()
	if m == nil {
		return
	}
	g := m.group
	g.mu.Lock()
	if m.gone {
		g.mu.Unlock()
		return
	}
	m.gone = true
	g.members = slices.DeleteFunc(g.members, func(x *member) bool { return x == m })
	g.queue = slices.DeleteFunc(g.queue, func(x *member) bool { return x == m })
	g.back(m)
	if len(g.members) == 1 {
		g.hurry.Store(false)
	}
	then := g.goOn()
	g.mu.Unlock()
	if then != nil {
		then()
	}
}
