package library

import (
	"bytes"
	"context"
	"flag"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

var update = flag.Bool("update", false, "write REFERENCE.md")

func TestReferenceIsFresh(t *testing.T) {
	const path = "../REFERENCE.md"
	want := Reference()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n"))) != want {
		t.Errorf("%s is stale: go test ./builtins/library -update", path)
	}
}

// Every example runs, in virtual time, and prints what it claims.
func TestExamples(t *testing.T) {
	for _, e := range All() {
		if (e.Kind == Function || e.Kind == Method) && len(e.Examples) == 0 {
			t.Errorf("%s has no example", e.Name)
		}
		for _, ex := range e.Examples {
			t.Run(e.Name, func(t *testing.T) {
				if runtime.GOOS == "windows" && strings.Contains(ex.Source, "/dev/") {
					t.Skip("needs /dev")
				}
				var out, errw bytes.Buffer
				rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, &errw), interp.WithVirtualTime())
				if err != nil {
					t.Fatal(err)
				}
				_, err = rt.RunString(context.Background(), "=example", ex.Source)
				if cerr := rt.Close(); err != nil || cerr != nil || errw.Len() > 0 {
					t.Errorf("%v, %v, standard error %q", err, cerr, errw.String())
				}
				if want := strings.Join(ex.Prints, "\n") + "\n"; out.String() != want {
					t.Errorf("prints\n%swant\n%s", out.String(), want)
				}
			})
		}
	}
}

// The reference of Lua's own library tells of functions that are there, and is not for editors, which know them.
func TestLuaLibrary(t *testing.T) {
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	told := 0
	for _, e := range All() {
		if e.Table != luaLibrary && !slices.Contains(more, e.Table) || e.Kind == Class {
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
	if _, ok := Files()["lua.lua"]; ok {
		t.Error("editors get Lua's own library")
	}
	if f := Files(); f["bit.lua"] == "" || f["string.lua"] == "" {
		t.Error("editors do not get what Lua 5.1 lacks")
	}
	if got := Lookup("os.execute"); len(got) != 1 || !got[0].Async {
		t.Errorf("os.execute: %v", got)
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
	for name, want := range map[string]string{
		"sleep": "sleep", "task.map": "task.map", "task:cancel": "task:cancel", "queue.put": "queue:put", "put": "queue:put",
	} {
		got := Lookup(name)
		if len(got) != 1 || got[0].Name != want {
			t.Errorf("Lookup(%q) = %v", name, got)
		}
	}
	if got := Lookup("acquire"); len(got) < 3 {
		t.Errorf("Lookup of a name that several have: %v", got)
	}
	if got := Lookup("nonsense"); got != nil {
		t.Errorf("Lookup of nonsense: %v", got)
	}
	for _, l := range strings.Split(Lookup("gather")[0].Text(60), "\n") {
		if len(l) > 60 && strings.Contains(strings.TrimSpace(l), " ") && !strings.HasPrefix(l, "    ") && !strings.Contains(l, "fun(") {
			t.Errorf("not wrapped: %q", l)
		}
	}
}
