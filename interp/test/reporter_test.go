package test_test

import (
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp/test"
)

// A person is shown the beginning and the end of what a test has printed, and how much is left out.
func TestPrettyIsShort(t *testing.T) {
	var out strings.Builder
	p := &test.Pretty{W: &out}
	for _, r := range run(t, `test("t\n1", function() for i = 1, 1e5 do print(i) end error("x") end)`, test.Options{}).Results {
		if err := p.Each(r); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"FAIL a_test.lua: t\\n1\n", "  | 1\n  | 2\n", " bytes are left out ...\n", "  | 100000\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in what is shown", want)
		}
	}
	if out.Len() > 100<<10 {
		t.Errorf("%d bytes", out.Len())
	}
}
