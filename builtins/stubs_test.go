package builtins_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp/stub"
)

// Each builtin and each method has its stub, with the same parameters, and each stub its builtin.
func TestStubsAndBuiltins(t *testing.T) {
	values := map[string]bool{}       // that are no functions: fields of the class
	registered := map[string]string{} // name to signature, without the object of a method
	for _, m := range modules(t) {
		for _, d := range m.Defs {
			name := d.Name
			if m.Name != "" {
				name = m.Name + "." + name
			}
			if d.Fn == nil {
				values[name] = true
				continue
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
	for _, e := range reference(t).All() {
		if slices.Contains([]string{"lua", "bit", "string"}, e.Table) { // Lua's own library: see the test of package stub
			continue
		}
		if e.Kind != stub.Function && e.Kind != stub.Method {
			for _, f := range e.Fields {
				delete(values, e.Name+"."+f.Name)
			}
			continue
		}
		want, ok := registered[e.Name]
		delete(registered, e.Name)
		if !ok {
			t.Errorf("%s has a stub, and is not there", e.Name)
			continue
		}
		got := e.Signature
		if e.Kind == stub.Method {
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
	for name := range values {
		t.Errorf("%s has no field in a stub", name)
	}
	for name := range registered {
		t.Errorf("%s has no stub", name)
	}
}
