package builtins_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/stub"
)

// Each builtin, method and value of a module is described by that module's stub, and nothing else is.
func TestStubsAndBuiltins(t *testing.T) {
	lua, err := stub.Of(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range modules(t) {
		if m.Make != nil { // what require alone finds is a library of somebody else's, with its own manual
			continue
		}
		where := "builtins/" + m.Name + "/" + m.Name + ".lua"
		if m.Name == "" {
			where = "the stub of the globals, such as " + m.Defs[0].Name
		}
		t.Run(m.Name, func(t *testing.T) {
			x, err := stub.Of([]interp.Module{m})
			if err != nil {
				t.Fatal(err)
			}
			functions, values := described(x.All()[:len(x.All())-len(lua.All())])
			for name, fn := range defined(m) {
				in, what := values, "a ---@field of the table's ---@class"
				if fn {
					in, what = functions, "a description and an empty declaration, as its neighbours have"
				}
				if !in[name] {
					t.Errorf("%s is in the module and not in its stub: give it %s in %s, then go test ./builtins -run Reference -update", name, what, where)
				}
				delete(in, name)
			}
			for _, name := range slices.Sorted(maps.Keys(functions)) {
				t.Errorf("%s is in the stub and not in the module: take it out of %s, or give the module a Def of that name", name, where)
			}
		})
	}
}

// defined are the names that a module defines, "task.map", "task:cancel"; true for functions and methods.
func defined(m interp.Module) map[string]bool {
	names := map[string]bool{}
	for _, d := range m.Defs {
		name := d.Name
		if m.Name != "" {
			name = m.Name + "." + name
		}
		names[name] = d.Fn != nil
	}
	for _, typ := range m.Types {
		for _, d := range typ.Methods {
			names[typ.Name+":"+d.Name] = true
		}
	}
	return names
}

// described are the functions and methods that entries are of, and the fields of classes.
func described(entries []stub.Entry) (functions, values map[string]bool) {
	functions, values = map[string]bool{}, map[string]bool{}
	for _, e := range entries {
		switch e.Kind {
		case stub.Function, stub.Method:
			functions[e.Name] = true
		case stub.Class:
			for _, f := range e.Fields {
				values[e.Name+"."+f.Name] = true
			}
		}
	}
	return functions, values
}

// The form of a call with a table, such as gather{...}, is an overload in the stub of whatever has one: each maker of sync takes its
// arguments by their names, and a name.
func TestOverloads(t *testing.T) {
	checked := 0
	for _, e := range reference(t).All() {
		if e.Kind == stub.Function && (e.Table == "sync" || e.Name == "gather" || e.Name == "race") {
			checked++
			if len(e.Overloads) == 0 {
				t.Errorf("%s: the stub lacks the form with a table: ---@overload fun(opts: ...), with a ---@class for its fields", e.Name)
			}
		}
	}
	if checked < 9 {
		t.Errorf("only %d were looked at", checked)
	}
}

// A table's folder is one of Std's tables.
func TestEveryFolderIsATable(t *testing.T) {
	folders, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	stubs := reference(t).Files()
	for _, f := range folders {
		if name := f.Name(); f.IsDir() && name != "internal" && name != "testdata" && stubs[name+".lua"] == "" {
			t.Errorf("no module with the stub %s/%s.lua is in Std: put %s.Module() into the list in builtins.go, and give it its Stub, which begins with ---@meta lull.%s", name, name, name, name)
		}
	}
}

// A table of options is named by its table and the function that takes it, task.map_options; one that several functions take is
// TABLE.options. The globals that have no table have none before their name.
func TestOptionsAreNamedAlike(t *testing.T) {
	rule := regexp.MustCompile(`^(([a-z0-9]+)\.)?([a-z0-9_]+_)?options$`)
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	x, err := stub.Of(rt.Modules())
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, e := range x.All() {
		known[e.Name] = true
	}
	for _, e := range x.All() {
		if e.Kind != stub.Class || !strings.HasSuffix(e.Name, "options") {
			continue
		}
		m := rule.FindStringSubmatch(e.Name)
		if m == nil || m[2] == "" && m[3] == "" || m[2] != "" && !known[m[2]] || m[2] == "" && !known[strings.TrimSuffix(m[3], "_")] {
			t.Errorf("%s: options are named like task.map_options, or log.options where several functions take them", e.Name)
		}
	}
}
