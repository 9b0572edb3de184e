// Package list has the one doubly linked list of the runtime. Its links are inside its elements: nothing is allocated, an element
// leaves from wherever it stands, and one that is in no list takes two words for each that it can be in.
package list

import "iter"

// Link is an element's place in one list. The zero value is in none.
type Link[E any] struct{ prev, next *E }

// Links says which Link of its elements a list uses. It is an empty struct: an element that has several Links has a type for
// each, so that lists of the same elements cannot be taken for each other.
type Links[E any] interface {
	Of(e *E) *Link[E]
}

// List is a list, in the order of Push. The zero value is empty. It is not to be copied.
//
// Invariant: an element is in at most one of the lists that use the same Link.
type List[E any, L Links[E]] struct{ first, last *E }

func of[E any, L Links[E]](e *E) *Link[E] {
	var links L
	return links.Of(e)
}

// First is the first element, or nil.
func (l *List[E, L]) First() *E { return l.first }

// Push puts e, which is in no list, at the end.
func (l *List[E, L]) Push(e *E) {
	of[E, L](e).prev = l.last
	if l.last != nil {
		of[E, L](l.last).next = e
	} else {
		l.first = e
	}
	l.last = e
}

// Remove takes e out, and reports whether it was in the list. It is not for the element of another list.
func (l *List[E, L]) Remove(e *E) bool {
	k := of[E, L](e)
	if k.prev == nil && l.first != e {
		return false
	}
	if k.prev != nil {
		of[E, L](k.prev).next = k.next
	} else {
		l.first = k.next
	}
	if k.next != nil {
		of[E, L](k.next).prev = k.prev
	} else {
		l.last = k.prev
	}
	*k = Link[E]{}
	return true
}

// Pop takes the first element out, or returns nil.
func (l *List[E, L]) Pop() *E {
	e := l.first
	if e != nil {
		l.Remove(e)
	}
	return e
}

// All are the elements in their order. The loop may remove the one that it is at.
func (l *List[E, L]) All() iter.Seq[*E] {
	return func(yield func(*E) bool) {
		for e := l.first; e != nil; {
			next := of[E, L](e).next
			if !yield(e) {
				return
			}
			e = next
		}
	}
}
