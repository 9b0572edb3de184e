package command

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// The lines of --progress, in the middle of a run.
func TestProgressLines(t *testing.T) {
	p := newProgress()
	var line string
	var lines []string
	look := func() {
		now := p.start.Add(65 * time.Second)
		line, lines = p.line(now), p.lines(now, 5)
	}
	rt, err := interp.New(builtins.Std(), interp.WithVirtualTime(), interp.WithTracer(p), interp.WithFunc("look", look))
	if err != nil {
		t.Fatal(err)
	}
	p.begin(rt.Terminal())
	defer p.end()
	_, err = rt.RunString(t.Context(), "@job.lua", `
		spawn(function() wait_for(function() sleep(100) end, 200) end)
		spawn(function() sleep(5) look() end)
		local late = spawn(sleep, 300)
		spawn(function() sleep(4) late:cancel() end)
		task.map({ "a", "b", "c", "d", "e\27[2J" }, function(name)
			sleep(name == "a" and 1 or name == "b" and 2 or 50)
			if name == "b" then error("bad") end
		end, { return_exceptions = true })`)
	if err != nil {
		t.Fatal(err)
	}
	if err := rt.Close(); err != nil {
		t.Fatal(err)
	}
	want := `^1:05  6 running, 2 done, 1 failed, 1 cancelled; map  2/5  40%  1 failed  1:3\d left; longest: job.lua:2, 1:0\d$`
	if !regexp.MustCompile(want).MatchString(line) {
		t.Errorf("%s\nwant %s", line, want)
	}
	want = `^map  2/5  40%  1 failed  1:3\d left
    1:0\d  job.lua:2  sleep at job.lua:2
    1:0\d  job.lua:3  computes
    1:0\d  c  sleep at job.lua:7
1:05  6 running, 2 done, 1 failed, 1 cancelled$`
	if got := strings.Join(lines, "\n"); !regexp.MustCompile(want).MatchString(got) {
		t.Errorf("%s\nwant %s", got, want)
	}
	if len(p.tasks) > 0 || p.done != 8 {
		t.Errorf("%d tasks are left, %d are done", len(p.tasks), p.done)
	}
}
