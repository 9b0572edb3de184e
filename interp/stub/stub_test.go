package stub

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// withoutBuiltins is the reference without builtins, and a runtime that has what it tells of.
func withoutBuiltins(t *testing.T) (*Index, *interp.Runtime) {
	t.Helper()
	x, err := Of(nil)
	if err != nil {
		t.Fatal(err)
	}
	rt, err := interp.New(interp.WithSystem())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close() })
	return x, rt
}

// The reference of Lua's own library tells of functions that are there, and is not for editors, which know them.
func TestLuaLibrary(t *testing.T) {
	x, rt := withoutBuiltins(t)
	told := 0
	for _, e := range x.All() {
		if e.Kind == Class {
			continue
		}
		told++
		is, err := rt.RunString(context.Background(), "=t", "file = io.stdout return type("+strings.Replace(e.Name, ":", ".", 1)+")")
		if err != nil || is.Get(1).String() != "function" {
			t.Errorf("%s is a %v value, %v", e.Name, is, err)
		}
	}
	if told < 25 {
		t.Errorf("%d functions are told of", told)
	}
	if _, ok := x.Files()["lua.lua"]; ok {
		t.Error("editors get Lua's own library")
	}
	if f := x.Files(); f["bit.lua"] == "" || f["string.lua"] == "" {
		t.Error("editors do not get what Lua 5.1 lacks")
	}
	if got := x.Lookup("os.execute"); len(got) != 1 || !got[0].Async {
		t.Errorf("os.execute: %v", got)
	}
}

// Every function that Lua's own library has in a runtime, methods of files among them, has an entry, and every entry is one's. Those that
// are as in Lua 5.1 are found by name alone.
func TestLuaLibraryIsWhole(t *testing.T) {
	x, rt := withoutBuiltins(t)
	vals, err := rt.RunString(context.Background(), "=t", `
		local names = {}
		local function add(before, t)
			for k, v in pairs(t) do
				if type(v) == "function" and not k:find("^__") then names[#names + 1] = before .. k end
			end
		end
		add("", _G)
		for name, t in pairs(package.loaded) do
			if name ~= "_G" then add(name .. ".", t) end
		end
		add("file:", getmetatable(io.stdout).__index)
		return table.concat(names, " ")`)
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, name := range strings.Fields(vals.Get(1).String()) {
		there[name] = true
		if !slices.ContainsFunc(x.Lookup(name), func(e Entry) bool { return e.Name == name && e.Kind != Class }) {
			t.Errorf("%s has no entry: describe it in lua51.lua, or where it differs in lua.lua", name)
		}
	}
	if len(there) < 130 {
		t.Errorf("only %d functions were looked at", len(there))
	}
	described := map[string]bool{}
	for e := range x.known() {
		if e.Kind == Class {
			continue
		}
		if described[e.Name] {
			t.Errorf("%s is described twice", e.Name)
		}
		if described[e.Name] = true; !there[e.Name] {
			t.Errorf("%s is described, and not there", e.Name)
		}
	}
	if _, listed := x.Files()["lua51.lua"]; listed || slices.ContainsFunc(x.All(), func(e Entry) bool { return e.Name == "string.gsub" }) {
		t.Error("functions that are as in Lua 5.1 are listed, or given to editors")
	}
	if got := x.Text(x.Lookup("string"), 80); !strings.Contains(got, "string.gsub(s, pattern, repl [, n])") {
		t.Errorf("the table string is\n%s", got)
	}
	if got, want := x.Unknown("string.gsbu"), "there is no 'string.gsbu'; did you mean 'string.gsub'?"; got != want {
		t.Errorf("a name that is misspelt: %s", got)
	}
}

// Every function that is as in Lua 5.1 has an example, which prints what it says.
func TestLuaExamples(t *testing.T) {
	for _, e := range lua().lua51 {
		if e.Kind == Function && len(e.Examples) != 1 {
			t.Errorf("%s has %d examples", e.Name, len(e.Examples))
		}
		for _, ex := range e.Examples {
			var out, errw bytes.Buffer
			rt, err := interp.New(interp.WithStdio(nil, &out, &errw), interp.WithSystem(), interp.WithVirtualTime())
			if err != nil {
				t.Fatal(err)
			}
			_, err = rt.RunString(context.Background(), "=example", ex.Source)
			if cerr := rt.Close(); err != nil || cerr != nil || errw.Len() > 0 {
				t.Errorf("%s: %v, %v, standard error %q", e.Name, err, cerr, errw.String())
			}
			if want := strings.Join(ex.Prints, "\n") + "\n"; out.String() != want {
				t.Errorf("%s prints\n%swant\n%s", e.Name, out.String(), want)
			}
		}
	}
}

func TestStubsMustParse(t *testing.T) {
	for _, tt := range []struct{ name, src string }{
		{"a function without a description", "function f() end"},
		{"a parameter that is not described", "---Does.\nfunction f(x) end"},
		{"another name", "---Does.\n---@param y any\nfunction f(x) end"},
		{"a broken type", "---Does.\n---@param x fun(\nfunction f(x) end"},
		{"an unknown annotation", "---@nonsense\nfunction f() end"},
		{"code", "print(1)"},
		{"an example without end", "---Does.\n---```lua\n---print(1)\nfunction f() end"},
		{"a method of nothing", "---Does.\nfunction x:f() end"},
	} {
		if _, err := parse("t", tt.src); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
	}
}

func TestLookup(t *testing.T) {
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	x, err := Of(rt.Modules())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"sleep": "sleep", "task.map": "task.map", "task:cancel": "task:cancel", "queue.put": "queue:put", "drain": "queue:drain",
	} {
		got := x.Lookup(name)
		if len(got) != 1 || got[0].Name != want {
			t.Errorf("Lookup(%q) = %v", name, got)
		}
	}
	if got := x.Lookup("acquire"); len(got) < 3 {
		t.Errorf("Lookup of a name that several have: %v", got)
	}
	if got := x.Lookup("nonsense"); got != nil {
		t.Errorf("Lookup of nonsense: %v", got)
	}
	for _, l := range strings.Split(x.Text(x.Lookup("gather"), 60), "\n") {
		if len(l) > 60 && strings.Contains(strings.TrimSpace(l), " ") && !strings.HasPrefix(l, "    ") && !strings.Contains(l, "fun(") {
			t.Errorf("not wrapped: %q", l)
		}
	}
}

// A host's module is described as a builtin is: its stub has a name and a title, and travels with it.
func TestHostsModules(t *testing.T) {
	x, err := Of([]interp.Module{
		{Name: "app", Stub: "---@meta acme.app\n-- Our app: what it does.\n\n---Deploys it.\n---@param to string\nfunction app.deploy(to) end\n"},
		{Stub: "---Greets.\nfunction greet() end\n"},
		{Stub: "---@meta _\n---Leaves.\nfunction leave() end\n"},
		{Name: "plain"},
		{Name: "broken", Stub: "---Does.\nfunction broken.f(x) end\n"},
	})
	if err == nil || err.Error() != `the stub of module "broken": line 2: broken.f has 1 parameters and describes 0` {
		t.Errorf("the error is %v", err)
	}
	if e := x.Lookup("app.deploy"); len(e) != 1 || e[0].Signature != "app.deploy(to)" || e[0].Table != "app" {
		t.Errorf("app.deploy: %v", e)
	}
	if want := "Our app\n  app.deploy              Deploys it.\n\nGlobals\n  greet                   Greets.\n\nGlobals\n  leave                   Leaves.\n\n"; !strings.HasPrefix(x.List(x.All(), 80), want) {
		t.Errorf("the list is\n%s", x.List(x.All(), 80))
	}
	files := x.Files()
	for _, name := range []string{"app.lua", "globals.lua", "globals2.lua", "bit.lua", "string.lua"} {
		if files[name] == "" {
			t.Errorf("there is no %s", name)
		}
	}
	if len(files) != 5 {
		t.Errorf("the files are %v", files)
	}
}

// The answer to a name that is not there helps: what was meant, what its table has, or where else the name is.
func TestUnknown(t *testing.T) {
	x, err := Of([]interp.Module{
		{Name: "http", Stub: "---@meta\n---Pages.\n---@class http\nhttp = {}\n\n---Gets.\nfunction http.get() end\n\n---Posts.\nfunction http.post() end\n"},
		{Name: "archive", Stub: "---@meta\n---Archives.\n---@class archive\narchive = {}\n\n---Opens.\nfunction archive.open() end\n"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"htpp":     "there is no 'htpp'; did you mean 'http'?",
		"http.gte": "there is no 'http.gte'; did you mean 'http.get'?",
		"htp.get":  "there is no 'htp.get'; did you mean 'http.get'?",
		"http.xyz": "there is no 'http.xyz'; 'http' has http.get, http.post",
		"db.open":  "there is no 'db.open', nor a 'db'; see archive.open, io.open",
		"db.xyz":   "there is no 'db.xyz', nor a 'db'",
		"db":       "there is no 'db'",
	} {
		if got := x.Unknown(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
