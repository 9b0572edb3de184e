package step_test

import (
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/builtins/step"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// leave is a builtin of a host's that sleeps, and returns the id of what it has left with somebody else.
var leave = interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "leave", Outside: true, Fn: func(c *interp.Call) error {
	id, release, err := step.ID(c, "tag")
	if err != nil {
		return err
	}
	defer release()
	if err := c.Sleep(1e9); err != nil {
		return err
	}
	return c.Return(id)
}}}})

// A builtin that is called in a step has an id that is the same when the step is run again.
func TestID(t *testing.T) {
	j := newJob(t)
	run := func(src, want string) {
		t.Helper()
		journal := j.open(step.Run{Name: "one"})
		rt := interptest.New(t, builtins.Std(), journal.Option(), leave)
		rt.Check(src, want)
		if err := journal.Close(); err != nil {
			t.Error(err)
		}
	}
	src := `
		print(leave() == "")
		step("one", function(s)
			assert(not pcall(step, "inner", function(s)
				print(leave() == s.key)
				print(gather(function() return leave() == s.key .. "_2" end))
				print(not pcall(wait_for, leave, 0.5), leave() == s.key .. "_4")
				print(select(2, pcall(gather, leave, leave)))
				error("again")
			end))
			print(leave() == s.key)
			spawn(function() print(leave() == "") end)
			sleep(2)
		end)
		print(leave() == "")`
	want := `true
true
true
true	true
test:8: step 'inner': 'leave' is under way in it already, and when it is run again nobody could tell the two apart: give each an id of its own, such as tag = s.key .. '_a'
true
true
true
`
	run(src, want)
	run(strings.Replace(src, `step("one"`, `step("two"`, 1), want)
}

// A host's script that is no run's has no steps.
func TestRefused(t *testing.T) {
	rt := interptest.New(t, builtins.Std(), step.Refused("no steps here"))
	rt.Check(`
		for _, f in ipairs { function() step("x", print) end, function() step.sleep("x", 1) end, step.run, function() parallel.run(function() step("x", print) end) end } do
			local ok, err = pcall(f)
			print(ok, err.message)
		end`, strings.Repeat("false\tno steps here\n", 4))
}
