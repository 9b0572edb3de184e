package interp_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lull-lua/lull/interp"
)

// require finds a module of builtins where there is no file of its name, and makes once what is no global.
func TestRequireOfBuiltins(t *testing.T) {
	made := 0
	modules := interp.Combine(
		interp.WithModule(interp.Module{Name: "own", Defs: []interp.Def{{Name: "who", Value: "builtin"}}}),
		interp.WithModule(interp.Module{Name: "own", Defs: []interp.Def{{Name: "more", Value: 1}}}),
		interp.WithModule(interp.Module{Name: "made.here", Make: func(c *interp.Call) error {
			made++
			t := c.NewTable(0)
			t.SetField("n", interp.Number(float64(made)))
			return c.Return(t)
		}}),
		interp.WithModule(interp.Module{Name: "broken", Make: func(c *interp.Call) error { return fmt.Errorf("out of order") }}),
	)
	rt := newRuntime(t, modules)
	vals, err := rt.RunString(t.Context(), "=t", `
		local made = require "made.here"
		return require "own" == own, own.who, own.more, package.loaded.own == own, made.n, require "made.here" == made, rawget(_G, "made.here"),
			require "task" == task, select(2, pcall(require, "broken")), select(2, pcall(require, "none"))`)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(vals)
	if !strings.HasPrefix(got, "[true builtin 1 true 1 true nil true t:4: out of order module 'none' not found:") {
		t.Error(got)
	}
	rt = newRuntime(t, modules, interp.WithFS(fstest.MapFS{"own.lua": {Data: []byte(`return { who = "file" }`)}, "made/here.lua": {Data: []byte(`return "file"`)}}))
	vals, err = rt.RunString(t.Context(), "=t", `return require "own".who, own.who, require "made.here"`)
	if err != nil || fmt.Sprint(vals) != "[file builtin file]" {
		t.Error(vals, err)
	}
	for _, m := range []interp.Module{
		{Name: "a.b", Defs: []interp.Def{{Name: "x", Value: 1}}},
		{Make: func(*interp.Call) error { return nil }},
		{Name: "x", Make: func(*interp.Call) error { return nil }, Defs: []interp.Def{{Name: "x", Value: 1}}},
	} {
		if rt, err := interp.New(interp.WithModule(m)); err == nil {
			t.Errorf("%+v is taken", m)
			rt.Close()
		}
	}
}

// crate is an object with a table that is made when a script asks for it.
type crate struct {
	made int
	t    interp.Value
}

// A field that is a table is made at its first use, and is the same then; what has neither is nil, and an error is raised.
func TestMadeFields(t *testing.T) {
	b := &crate{}
	rt := newRuntime(t, interp.WithModule(interp.Module{
		Name: "boxes",
		Defs: []interp.Def{{Name: "get", Fn: func(c *interp.Call) error { return c.Return(b) }}},
		Types: []interp.Type{{
			Name:    "box",
			Of:      (*crate)(nil),
			Methods: []interp.Def{{Name: "open", Fn: func(c *interp.Call) error { return c.Return("open") }}},
			Field: func(_ any, name string) any {
				if name == "size" {
					return 3
				}
				return nil
			},
			Made: func(c *interp.Call, v any, name string) (any, error) {
				b := v.(*crate)
				switch {
				case name == "broken":
					return nil, interp.Errorf("broken", "out of order")
				case name != "contents":
					return nil, nil
				case b.t.IsNil():
					b.made++
					b.t, _ = c.Value(c.NewTable(0))
				}
				return b.t, nil
			},
		}},
	}))
	vals, err := rt.RunString(t.Context(), "=t", `
		local b = boxes.get()
		return b.size, b.contents == b.contents, b.contents == boxes.get().contents, b.none, b:open(), select(2, pcall(function() return b.broken end))`)
	if got := fmt.Sprint(vals); err != nil || b.made != 1 || got != "[3 true true nil open t:3: box.broken: out of order]" {
		t.Error(got, b.made, err)
	}
}

// A Stub that is none at all is an error of New, which names the module.
func TestBrokenStub(t *testing.T) {
	for stub, want := range map[string]string{
		"": "",
		"---@meta\n---Does it.\nfunction f() end": "",
		"\n-- A stub.\n":                "",
		"shop.lua":                      `module "shop": its Stub is none: it begins with "shop.lua"`,
		"function shop.buy() end":       `it begins with "function shop.buy() end"`,
		"---@meta\n---```lua\n---f()\n": "an example has no end",
		"---@meta\n---```lua\n---f()\n---```\n---```lua\n---f()\n":                         "an example has no end",
		"---@meta\n---```lua\n---f()\n---```\n---```\n---f()\n":                            "an example has no end",
		"---@meta\n---```\n---f()\n":                                                       "an example has no end",
		"---@meta\n---```lua\n---f()\n---```\n---```lua\n---f()\n---```\nfunction f() end": "",
		"---@meta\n---```\n---f()\n---```":                                                 "",
		"---@meta \xff":                                                                    "no text in UTF-8",
		"---@meta \x00":                                                                    "no text in UTF-8",
	} {
		rt, err := interp.New(interp.WithModule(interp.Module{Name: "shop", Stub: stub}))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", stub, err, want)
		}
		if rt != nil {
			rt.Close()
		}
	}
}
