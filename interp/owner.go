package interp

// leads reports whether t is cancelled by its run itself: what a task of the same kind owns is left to that.
func (t *Task) leads() bool { return t.leader() == t }

// leader is the outermost owner of t of the same kind, or t. The nursery of a suspended coroutine is no owner: nothing
// would cancel it.
func (t *Task) leader() *Task {
	for n := range t.owners {
		if o := n.owner; !n.closed && n.n.Scope().Entered() && o.run == t.run && o.daemon == t.daemon {
			return o.leader()
		}
	}
	return t
}

// owners are the nurseries that have owned t.
func (t *Task) owners(yield func(*Nursery) bool) {
	for i := 0; ; i++ {
		n := t.s.Owner(i)
		if n == nil || !yield(n.Host.(*Nursery)) {
			return
		}
	}
}

// ownedBy reports whether o owns t, directly or through tasks in between, or is t.
func (t *Task) ownedBy(o *Task) bool {
	return t == o || t.climb(func(n *Nursery) bool { return !n.closed && n.owner == o })
}

// memberOf reports whether n owns t, directly or through tasks in between.
func (t *Task) memberOf(n *Nursery) bool { return t.climb(func(m *Nursery) bool { return m == n }) }

// climb reports whether is holds for one of the nurseries that own t, directly or through tasks in between. It asks each
// task once: where tasks are shared, there are more ways up than anybody could go.
func (t *Task) climb(is func(*Nursery) bool) bool {
	var met map[*Task]bool // since the first task with several owners
	for next := []*Task{t}; len(next) > 0; {
		t := next[len(next)-1]
		next = next[:len(next)-1]
		if met[t] {
			continue
		}
		if met == nil && t.s.Owner(1) != nil {
			met = map[*Task]bool{}
		}
		if met != nil {
			met[t] = true
		}
		for n := range t.owners {
			if is(n) {
				return true
			}
			if !n.closed {
				next = append(next, n.owner)
			}
		}
	}
	return false
}

// Owner is the task that cancels t when it ends first, as the caller of gather does; nil if nobody owns t.
func (t *Task) Owner() *Task {
	for n := range t.owners {
		if !n.closed {
			return n.owner
		}
	}
	return nil
}
