package scripts_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/stub"
)

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
