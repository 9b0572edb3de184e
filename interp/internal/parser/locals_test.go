package parser_test

import (
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp/internal/parser"
)

func TestLocalsAt(t *testing.T) {
	const src = `local a, b = 1, x
local function f(p, ...)
  local inside = function(q) return q end
  for i, v in pairs(p) do local loop = i
    print(loop)
  end
  while f do local w end
  return inside
end
local t = {}
function t.x.m:go(r, s)
  if r then local yes
  elseif s then local maybe
  else
    repeat local again until again
    do local block = 1
      print(block)
    end
  end
end
print(a)`
	for line, want := range map[int]string{
		0: "", 1: "a b", 2: "a b f p", 3: "a b f p inside", 5: "a b f p inside i v loop", 6: "a b f p inside", 7: "a b f p inside", 9: "a b f",
		10: "a b f t", 11: "a b f t self r s", 12: "a b f t self r s yes", 13: "a b f t self r s maybe", 14: "a b f t self r s",
		17: "a b f t self r s block", 18: "a b f t self r s", 21: "a b f t", 99: "a b f t",
	} {
		names, hidden := parser.LocalsAt(src, line, "")
		if got := strings.Join(names, " "); got != want || hidden != 0 {
			t.Errorf("line %d: %q, wanted %q", line, got, want)
		}
	}
	for _, c := range []struct {
		line   int
		name   string
		hidden int
	}{{9, "inside", 3}, {2, "t", 10}, {21, "again", 15}, {9, "nowhere", 0}, {99, "loop", 4}, {1, "f", 2}} {
		if _, hidden := parser.LocalsAt(src, c.line, c.name); hidden != c.hidden {
			t.Errorf("%s at line %d: declared in line %d, wanted %d", c.name, c.line, hidden, c.hidden)
		}
	}
	for _, src := range []string{"", "end end until else", "local", "for", "function", "local function", "local x = 'open", "f(function( ", "\xff\x00("} {
		parser.LocalsAt(src, 9, "x")
	}
}
