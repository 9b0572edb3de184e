package builtins_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// What goes on for ever stands on no more of Go's stack after a thousand times, below a Go function and elsewhere.
func TestRepeatedLastActs(t *testing.T) {
	frames := func() float64 { return float64(runtime.Callers(0, make([]uintptr, 20_000))) }
	for _, repeat := range []string{
		`task.every(1, step)`,
		`task.retry(function() if step() ~= false then error("again") end end, {attempts = math.huge, delay = 1, factor = 1, timeout = 5, when = function() return true end})`,
	} {
		for _, way := range []string{`%s`, `pcall(function() %s end)`, `table.sort({2, 1}, function() if n == 0 then %s end end)`, `coroutine.wrap(function() ("x"):gsub(".", function() %s end) end)()`} {
			src := `n = 0
				local first
				local function step()
					n = n + 1
					if n == 3 then first = frames() end
					if n == 1000 then print(frames() - first, now()) return false end
				end
				` + strings.Replace(way, "%s", repeat, 1)
			out, errw, err := run(t, src, interp.WithFunc("frames", frames))
			if out != "0\t999\n" || errw != "" || err != nil {
				t.Errorf("%s: printed %q, standard error %q, error %v", src, out, errw, err)
			}
		}
	}
}
