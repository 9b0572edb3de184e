package test

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Edits are the fewest that make the one of the other.
func TestEdits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	list := func() (l []string) {
		for range random.IntN(12) {
			l = append(l, string(rune('a'+random.IntN(4))))
		}
		return l
	}
	for range 5000 {
		a, b := list(), list()
		var was, is []string
		differ := 0
		for _, op := range edits(a, b) {
			if op.sign != '+' {
				was = append(was, op.line)
			}
			if op.sign != '-' {
				is = append(is, op.line)
			}
			if op.sign != ' ' {
				differ++
			}
		}
		if !slices.Equal(was, a) || !slices.Equal(is, b) {
			t.Fatalf("%q to %q: %q to %q", a, b, was, is)
		}
		common := make([][]int, len(a)+1) // the longest common subsequence
		for i := range common {
			common[i] = make([]int, len(b)+1)
		}
		for i := len(a) - 1; i >= 0; i-- {
			for j := len(b) - 1; j >= 0; j-- {
				if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
					common[i][j] = common[i+1][j+1] + 1
				}
			}
		}
		if want := len(a) + len(b) - 2*common[0][0]; differ != want {
			t.Fatalf("%q to %q: %d edits, not %d", a, b, differ, want)
		}
	}
}
