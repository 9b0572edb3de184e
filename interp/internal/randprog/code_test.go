package randprog

import (
	"reflect"
	"testing"

	"github.com/lull-lua/lull/interp/internal/codegen"
	"github.com/lull-lua/lull/interp/internal/parser"
)

// TestCode checks the code of programs: nothing in it is out of range, and no register is read that was not written.
func TestCode(t *testing.T) {
	for i := range uint64(*count) {
		src := program(random(*seed+i), i%2 == 0)
		chunk, err := parser.Parse(src)
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		p, err := codegen.Compile(chunk, "=prog", "prog")
		if err != nil {
			continue // a limit of variables
		}
		if err := codegen.Verify(p); err != nil {
			t.Errorf("%v\n%s", err, src)
		}
	}
}

// TestPieces parses programs, and what was made of some, that come in pieces: the trees and the errors are those of the whole.
func TestPieces(t *testing.T) {
	stopped := 0
	for i := range uint64(*count) {
		c := random(*seed + i)
		src := program(c, i%2 == 0)
		if i%3 > 0 {
			src = broken(c)
		}
		whole, werr := parser.Parse(src)
		rest, n := src, 0
		some := func() string {
			n = min(1+c.intn(1+c.intn(40)), len(rest))
			piece := rest[:n]
			rest = rest[n:]
			return piece
		}
		chunk, err := parser.ParseFrom(some(), func() (string, error) { return some(), nil }, nil)
		if werr != nil && err != nil {
			if rest != "" {
				stopped++
			}
			w, e := *werr.(*parser.Error), *err.(*parser.Error)
			w.Hint, e.Hint = "", "" // by what follows, which has not come
			w.Show, e.Show = parser.Place{}, parser.Place{}
			if w != e {
				t.Errorf("%q in pieces: %+v\n want %+v", src, e, w)
			}
		} else if err != werr || !reflect.DeepEqual(chunk, whole) {
			t.Errorf("in pieces: %v, want %v\n%s", err, werr, src)
		}
	}
	if *count >= 100 && stopped == 0 {
		t.Error("reading never stopped before the end")
	}
}
