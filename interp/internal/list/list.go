// Package list has the one doubly linked list of the runtime. Its links are inside its elements: nothing is allocated, and an element
// leaves from wherever it stands.
package list

import "iter"

// Link is an element's place in one list. The zero value is in none. An element has a Link for each list that it can be in at a time.
type Link[E any] struct {
	prev, next *Link[E]
	e          *E
}

// List is a list, in the order of Push. The zero value is empty. It is not to be copied.
//
// Invariant: a Link is in at most one list.
type List[E any] struct{ first, last *Link[E] }

// First is the first element, or nil.
func (l *List[E]) First() *E {
	if l.first == nil {
		return nil
	}
	return l.first.e
}

// Push puts e at the end by its link k, which is in no list.
func (l *List[E]) Push(k *Link[E], e *E) {
	k.e, k.prev = e, l.last
	if l.last != nil {
		l.last.next = k
	} else {
		l.first = k
	}
	l.last = k
}

// Remove takes the element of k out, and reports whether it was in the list. It is not for the link of another list.
func (l *List[E]) Remove(k *Link[E]) bool {
	if k.e == nil {
		return false
	}
	if k.prev != nil {
		k.prev.next = k.next
	} else {
		l.first = k.next
	}
	if k.next != nil {
		k.next.prev = k.prev
	} else {
		l.last = k.prev
	}
	*k = Link[E]{}
	return true
}

// Pop takes the first element out, or returns nil.
func (l *List[E]) Pop() *E {
	k := l.first
	if k == nil {
		return nil
	}
	e := k.e
	l.Remove(k)
	return e
}

// All are the elements in their order. The loop may remove the one that it is at.
func (l *List[E]) All() iter.Seq[*E] {
	return func(yield func(*E) bool) {
		for k := l.first; k != nil; {
			next := k.next
			if !yield(k.e) {
				return
			}
			k = next
		}
	}
}
