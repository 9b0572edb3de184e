package scripts_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/stub"
)

// recording is builtins.Std whose methods tell that they are called: uncalled are those that were not. The name of one says too little
// in a text, as other types may have it.
func recording(t *testing.T) (std interp.Option, uncalled func() []string) {
	t.Helper()
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	left := map[string]bool{}
	opts := []interp.Option{interp.WithSystem(), interp.WithNetwork(interp.Network{Any: true})}
	for _, m := range rt.Modules() {
		m.Types = slices.Clone(m.Types)
		for i := range m.Types {
			typ := &m.Types[i]
			typ.Methods = slices.Clone(typ.Methods)
			for j := range typ.Methods {
				name := typ.Name + ":" + typ.Methods[j].Name
				var fn interp.Func
				switch f := typ.Methods[j].Fn.(type) {
				case interp.Func:
					fn = f
				case func(c *interp.Call) error:
					fn = f
				default:
					t.Errorf("%s is a %T: let recording know it", name, f)
					continue
				}
				left[name] = true
				typ.Methods[j].Fn = interp.Func(func(c *interp.Call) error {
					delete(left, name)
					return fn(c)
				})
				if quick := typ.Methods[j].Quick; quick != nil {
					typ.Methods[j].Quick = func(c *interp.QuickCall, self any) bool {
						done := quick(c, self)
						if done {
							delete(left, name)
						}
						return done
					}
				}
			}
		}
		opts = append(opts, interp.WithModule(m))
	}
	return interp.Combine(opts...), func() []string { return slices.Sorted(maps.Keys(left)) }
}

// Each builtin is named by a case of the specification of its table.
func TestSpecNamesEveryBuiltin(t *testing.T) {
	text := map[string]string{} // of the cases, by table
	for _, path := range specCases(t) {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		table := filepath.Base(filepath.Dir(path))
		if table == "core" { // one subject with the table task
			table = "task"
		}
		text[table] += string(src)
	}
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	x, err := stub.Of(rt.Modules())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range x.All() {
		table := strings.Replace(e.Table, "core", "task", 1)
		var name string
		switch {
		case table == "lua": // the manual's, and lualib's own tests
			continue
		case e.Kind == stub.Function:
			if of, _, ok := strings.Cut(e.Name, "."); ok { // a table may have more than one stub
				table = of
			}
			name = `(^|[^\w.:])` + regexp.QuoteMeta(e.Name) + `\b`
		case e.Kind == stub.Method:
			name = `[:.]` + e.Name[strings.IndexByte(e.Name, ':')+1:] + `\b`
		default:
			continue
		}
		if !regexp.MustCompile(name).MatchString(text[table]) {
			t.Errorf("no case names %s: write scripts/spec/%s/<what_it_shows>.lua, whose first line is a comment that says what it shows, then go test ./scripts -run TestSpec -update and read the .out",
				e.Name, table)
		}
	}
}
