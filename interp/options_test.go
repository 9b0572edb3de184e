package interp_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// An option that makes no sense is an error of New that says why; its neighbours that do are none.
func TestOptionErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	tree := interp.WithFS(fstest.MapFS{"sub/a": &fstest.MapFile{}})
	module := func(name, def string) interp.Option {
		return interp.WithModule(interp.Module{Name: name, Defs: []interp.Def{{Name: def, Value: 1}}})
	}
	for _, tt := range []struct {
		name, want string
		opts       []interp.Option
	}{
		{"environment", "", []interp.Option{interp.WithEnv([]string{"A=1", "B=", "=C:=C:\\", "D=x=y"})}},
		{"no value", `WithEnv: "HOME" is not of the form NAME=value`, []interp.Option{interp.WithEnv([]string{"A=1", "HOME"})}},
		{"a NUL byte", `WithEnv: "A=\x00" is not`, []interp.Option{interp.WithEnv([]string{"A=\x00"})}},
		{"folder", "", []interp.Option{builtins.Std(), interp.WithDir(dir)}},
		{"no folder", "WithDir: ", []interp.Option{interp.WithDir(filepath.Join(dir, "none")), builtins.Std()}},
		{"a file", "is no folder", []interp.Option{builtins.Std(), interp.WithDir(file)}},
		{"folder of a tree", "", []interp.Option{tree, interp.WithDir("sub")}},
		{"no folder of a tree", "WithDir: ", []interp.Option{tree, interp.WithDir("none")}},
		{"a file of a tree", `WithDir: "sub/a" is no folder`, []interp.Option{tree, interp.WithDir("sub/a")}},
		{"no folder of a root", "WithDir: ", []interp.Option{interp.WithRoot(root), interp.WithDir("none")}},
		{"module", "", []interp.Option{module("app", "x"), module("app", "y"), module("string", "z"), module("", "w")}},
		{"a dotted module", `WithModule: module "a.b": a name has no dots`, []interp.Option{module("a.b", "x")}},
		{"a dotted definition", `WithModule: module "": "a.b": a name has no dots`, []interp.Option{module("", "a.b")}},
		{"a module in a function's place", `module "print": there is a function of that name already`, []interp.Option{module("print", "x")}},
		{"a function in a number's place", `module "x": there is a number of that name already`, []interp.Option{module("", "x"), interp.WithFunc("x.y", func() {})}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt, err := interp.New(tt.opts...)
			if err == nil {
				rt.Close()
			}
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
