package interp_test

import (
	"context"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A seed is where the random numbers of a runtime begin, and those of its isolates.
func TestWithSeed(t *testing.T) {
	draw := func(opts ...interp.Option) string {
		t.Helper()
		rt := newTestRuntime(t, append(opts, builtins.Std())...)
		vals, err := rt.RunString(context.Background(), "=draw", `
			local own = math.random(1e9)
			local list = parallel.map({ 1, 2 }, function() return math.random(1e9) end)
			return own .. " " .. list[1] .. " " .. list[2]`)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := vals.Get(1).Text()
		return text
	}
	none, one, two := draw(), draw(interp.WithSeed(1)), draw(interp.WithSeed(2))
	if one != draw(interp.WithSeed(1)) || one == two || one == none || draw(interp.WithSeed(0)) == none {
		t.Errorf("none %s, 1 %s, 2 %s", none, one, two)
	}
}
