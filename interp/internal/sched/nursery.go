package sched

import "slices"

// Nursery owns tasks: it is a scope of its owner's whose cancellation is also theirs, and Close does not return before
// the last of them has ended. (The name and the idea are Trio's; the members may be tasks that existed before.)
type Nursery struct {
	Host any // the host's

	scope   Scope
	owner   *Task
	members []*Task
	live    int
	onEnd   func(*Task) bool
	closing bool
	waker   Waker
	by      *Cancelled // has reached the members; new ones are cancelled at once
	force   force

	several []*Nursery // that own a task, for which this one, which is none, stands; nil: it is one
}

// Open opens the nursery in the running task. onEnd (unless nil) is called on the loop for each member that has ended, in
// the order of their ends; true cancels the rest, the owner's own body included.
func (n *Nursery) Open(owner *Task, onEnd func(*Task) bool) {
	n.owner, n.onEnd = owner, onEnd
	n.scope.nurse = n
	owner.Enter(&n.scope)
}

// Grow makes room for so many more members.
func (n *Nursery) Grow(more int) { n.members = slices.Grow(n.members, more) }

// Own makes t a member. One that has ended already is reported to onEnd at once. It must not own the nursery's owner,
// through others or as the owner itself: each would wait for the other.
func (n *Nursery) Own(t *Task) {
	if t.state == ended {
		n.tell(t)
		return
	}
	n.members = append(n.members, t)
	n.live++
	switch first := t.owner; {
	case first == nil:
		t.owner = n
	case first.several == nil:
		t.owner = &Nursery{several: []*Nursery{first, n}}
	default:
		first.several = append(first.several, n)
	}
	if n.by != nil {
		t.Root().cancel(n.by, n.force)
	}
}

// Oldest is the first member that has not ended, or nil.
func (n *Nursery) Oldest() *Task {
	for _, t := range n.members {
		if t.state != ended {
			return t
		}
	}
	return nil
}

// Live is how many members have not ended.
func (n *Nursery) Live() int { return n.live }

// Cancel cancels the members and the owner's body.
func (n *Nursery) Cancel(c *Cancelled) {
	n.scope.Cancel(c)
	n.reached(n.scope.by, c.force()) // also where the scope is detached
}

// By is the cancellation that has reached the members, or nil.
func (n *Nursery) By() *Cancelled { return n.by }

// Scope is the nursery's scope.
func (n *Nursery) Scope() *Scope { return &n.scope }

func (n *Nursery) reached(by *Cancelled, f force) {
	if n.by == nil {
		n.by = by
	} else if f <= n.force {
		return
	}
	n.force = f
	for _, t := range n.members {
		if t.state != ended {
			t.Root().cancel(n.by, f)
		}
	}
}

func (n *Nursery) taskEnded(t *Task) {
	n.live--
	if len(n.members) > 64 && len(n.members) > 2*n.live {
		n.compact()
	}
	n.tell(t)
	if n.closing && n.live == 0 {
		n.waker.Wake(nil)
	}
}

// compact forgets members that have ended, so that a nursery that is used for long stays small.
func (n *Nursery) compact() {
	live := n.members[:0]
	for _, t := range n.members {
		if t.state != ended {
			live = append(live, t)
		}
	}
	clear(n.members[len(live):])
	n.members = live
}

func (n *Nursery) tell(t *Task) {
	if n.onEnd != nil && n.onEnd(t) {
		n.Cancel(&Cancelled{Reason: "a sibling ended"})
	}
}

// Join waits, without being interrupted, until every member has ended: a cancellation of the owner meanwhile is theirs
// as well, so it does not wait for long.
func (n *Nursery) Join() { n.JoinIn(n.owner) }

// JoinIn is Join in another task than the one that opened the nursery: a coroutine may have brought it there.
func (n *Nursery) JoinIn(t *Task) {
	for n.BeginJoin(t) {
		t.Suspend()
		_, _ = t.Outcome() // a wait that no cancellation ends
	}
}

// BeginJoin begins a wait for the members, or reports false when all have ended: after each wait it is to be called again,
// as one more may come between the end of the last and the owner's turn.
func (n *Nursery) BeginJoin(t *Task) bool {
	n.owner = t
	if n.closing = n.live > 0; !n.closing {
		return false
	}
	n.waker = t.Waker()
	return t.BeginFirm(n)
}

// Close ends the nursery after its body has ended with err: it cancels the members if err is not nil, waits for them, and
// closes the scope. It reports whether err was the nursery's own cancellation, as [Task.Exit] does.
func (n *Nursery) Close(err error) bool {
	if err != nil {
		n.Cancel(&Cancelled{Reason: "the owner ended"})
	}
	n.Join()
	return n.owner.Exit(&n.scope, err)
}

// Abandon leaves the members to themselves, cancelled: for an owner that is discarded and cannot wait.
func (n *Nursery) Abandon() {
	n.Cancel(&Cancelled{Reason: "the owner was discarded"})
}
