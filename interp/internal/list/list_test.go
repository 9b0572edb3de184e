package list

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// element can be in a list of each kind at once.
type element struct {
	n    int
	a, b Link[element]
}

// A list is a slice whose elements leave from anywhere.
func TestList(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	elements := make([]*element, 20)
	for i := range elements {
		elements[i] = &element{n: i}
	}
	var a List[element]
	var b List[element]
	var inA, inB []*element
	for range 20_000 {
		e := elements[r.IntN(len(elements))]
		i := slices.Index(inA, e)
		switch r.IntN(4) {
		case 0:
			if i < 0 {
				a.Push(&e.a, e)
				inA = append(inA, e)
			}
			if !slices.Contains(inB, e) {
				b.Push(&e.b, e)
				inB = append(inB, e)
			}
		case 1:
			if got := a.Remove(&e.a); got != (i >= 0) {
				t.Fatalf("Remove reports %v of element %d in %v", got, e.n, inA)
			}
			if i >= 0 {
				inA = slices.Delete(inA, i, i+1)
			}
		case 2:
			var want *element
			if len(inB) > 0 {
				want, inB = inB[0], inB[1:]
			}
			if got := b.Pop(); got != want {
				t.Fatalf("Pop is %v, want %v", got, want)
			}
		default:
			some := r.IntN(3)
			for e := range a.All() { // a loop that removes what it is at
				if e.n%3 == some {
					a.Remove(&e.a)
				}
			}
			inA = slices.DeleteFunc(inA, func(e *element) bool { return e.n%3 == some })
		}
		if got := slices.Collect(a.All()); !slices.Equal(got, inA) {
			t.Fatalf("the list is %v, want %v", got, inA)
		}
		if got := slices.Collect(b.All()); !slices.Equal(got, inB) {
			t.Fatalf("the other list is %v, want %v", got, inB)
		}
		if len(inA) > 0 && a.First() != inA[0] || len(inA) == 0 && a.First() != nil {
			t.Fatalf("First is %v, want that of %v", a.First(), inA)
		}
	}
	for e := range a.All() { // one that ends early
		if e != inA[0] {
			t.Errorf("it begins with %v", e)
		}
		break
	}
}
