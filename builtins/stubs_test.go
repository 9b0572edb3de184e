package builtins

import (
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins/library"
	"github.com/lull-lua/lull/interp"
)

// Each builtin and each method has its stub, with the same parameters, and each stub its builtin.
func TestStubsAndBuiltins(t *testing.T) {
	registered := map[string]string{} // name to signature, without the object of a method
	for _, m := range []interp.Module{core(), files(), taskTable(), syncTable()} {
		for _, d := range m.Defs {
			name := d.Name
			if m.Name != "" {
				name = m.Name + "." + name
			}
			registered[name] = d.Sig
		}
		for _, typ := range m.Types {
			for _, d := range typ.Methods {
				_, sig, _ := strings.Cut(d.Sig, ":")
				registered[typ.Name+":"+d.Name] = sig
			}
		}
	}
	for _, e := range library.All() {
		if e.Kind != library.Function && e.Kind != library.Method {
			continue
		}
		want, ok := registered[e.Name]
		delete(registered, e.Name)
		if !ok {
			t.Errorf("%s has a stub, and is not there", e.Name)
			continue
		}
		got := e.Signature
		if e.Kind == library.Method {
			_, got, _ = strings.Cut(got, ":")
		}
		if first, form, two := strings.Cut(want, " or "); two {
			want = first
			if len(e.Overloads) == 0 {
				t.Errorf("%s: the stub lacks the form %s", e.Name, form)
			}
		}
		if got != want {
			t.Errorf("%s: the stub says %s, the builtin %s", e.Name, got, want)
		}
	}
	for name := range registered {
		t.Errorf("%s has no stub", name)
	}
}
