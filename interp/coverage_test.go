package interp_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// The lines that are marked with + run, those with - do not, and all others have no statement that could.
const covered = `local M = {}                       --+
function M.f(x)                    --+
  if x then                        --+
    return 1                       --+
  elseif x == nil then             ---
    return 2                       ---
  else
    return 3                       ---
  end
end
function M.g()                     --+
  local a = 1                      --+
  local b = a                      --+
  local c = b                      --+
  local d                          --+
  local e                          --
  for i = 1, 3 do                  --+
    if i == 2 then break end       --+
    c = c + i                      --+
  end
  for k, v in pairs{ 1 } do        --+
    c = k                          --+
  end
  while true do                    --+
    c = c + 1                      --+
    if c > 10 then                 --+
      return c                     --+
    end
  end
end
function M.never(...)              --+
  print("x",                       ---
    1)
  local t = { 1, 2, ... }          ---
  repeat                           ---
    local z = 1                    ---
  until z
  do                               ---
    t.x = function() return 5 end  ---
  end
  goto out
  ::out::
  local p, q = t, t                ---
  local r = p                      ---
  return t                         ---
end
M.f(1) M.g()                       --+
return M                           --+
`

func TestCoverage(t *testing.T) {
	var run, missed []int
	for i, line := range strings.Split(covered, "\n") {
		_, mark, _ := strings.Cut(line, "--")
		switch mark {
		case "+":
			run = append(run, i+1)
		case "-":
			missed = append(missed, i+1)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "m.lua"), []byte(covered), 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := interp.Compile("@main.lua", []byte(covered))
	if err != nil {
		t.Fatal(err)
	}
	var c interp.Coverage
	for range 2 { // several runtimes share a program, and a coverage
		var loaded []string
		rt, err := interp.New(builtins.Std(), interp.WithPath(dir+"/?.lua", dir), interp.WithCoverage(&c), interp.WithLoaded(func(name string) { loaded = append(loaded, name) }))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := rt.Run(t.Context(), program); err != nil {
				t.Error(err)
			}
		}
		if _, err := rt.RunString(t.Context(), "=x", `require "m" load("x = 1")()`); err != nil {
			t.Error(err)
		}
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
		if got := strings.Join(loaded, " "); got != "main.lua main.lua "+dir+"/m.lua" {
			t.Errorf("loaded: %s", got)
		}
	}
	files := c.Files()
	if len(files) != 2 {
		t.Fatalf("%v", files)
	}
	for _, f := range files {
		if !slices.Equal(f.Run, run) || !slices.Equal(f.Missed, missed) {
			t.Errorf("%s:\nrun    %v\nwant   %v\nmissed %v\nwant   %v", f.Name, f.Run, run, f.Missed, missed)
		}
	}
}

// Scripts print with coverage what they print without.
func TestCoverageChangesNothing(t *testing.T) {
	scripts, err := filepath.Glob("../scripts/spec/task/*.lua")
	if err != nil || len(scripts) < 10 {
		t.Fatal(len(scripts), err)
	}
	for _, name := range scripts {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var outs [2]strings.Builder
		var errs [2]string
		for i := range outs {
			opts := []interp.Option{builtins.Std(), interp.WithVirtualTime(), interp.WithStdio(nil, &outs[i], nil)}
			if i == 1 {
				opts = append(opts, interp.WithCoverage(&interp.Coverage{}))
			}
			rt, err := interp.New(opts...)
			if err != nil {
				t.Fatal(err)
			}
			_, err = rt.RunString(context.Background(), "@"+name, string(src))
			errs[i] = fmt.Sprint(err)
			_ = rt.Close() // what daemons raise is the script's affair
		}
		if outs[0].String() != outs[1].String() || errs[0] != errs[1] {
			t.Errorf("%s prints\n%s%s\nwith coverage, and else\n%s%s", name, &outs[1], errs[1], &outs[0], errs[0])
		}
	}
}
