package lualib

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// Work that is done in pieces, so that it can be interrupted, must be the same as in one go.

func TestIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	L := lua.NewState()
	defer L.Close()
	for range 300 {
		unit := strings.Repeat("a", 1+r.IntN(40)) + "b"
		s := strings.Repeat(unit, r.IntN(300_000)/len(unit)+1)
		n := 1 + r.IntN(min(len(s), []int{3, 2000, 200_000}[r.IntN(3)]))
		at := r.IntN(len(s) - n + 1)
		p := s[at : at+n]
		switch r.IntN(3) {
		case 0:
			p = p[:n-1] + "c"
		case 1: // further on, and over the border of two pieces
			s = s[:at] + strings.Repeat("d", r.IntN(70_000)) + s[at:]
		}
		if got, want := index(L, s, p), strings.Index(s, p); got != want {
			t.Fatalf("index in %d bytes of %d is %d, want %d", len(s), len(p), got, want)
		}
	}
}

func TestSortNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	L := lua.NewState()
	defer L.Close()
	for _, n := range []int{0, 1, 1000, 1 << 16, 1<<16 + 1, 300_000} {
		list := make([]lua.LNumber, n)
		for i := range list {
			list[i] = lua.LNumber(r.IntN(n))
		}
		want := slices.Clone(list)
		slices.Sort(want)
		sortNumbers(L, list)
		if !slices.Equal(list, want) {
			t.Errorf("%d numbers are not sorted", n)
		}
	}
}
