package interp_test

import (
	"context"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// endWriter calls itself when a task has ended.
type endWriter func()

func (w endWriter) TaskEnded(*interp.Task) { w() }

// Scripts read the fields that there are, whatever is remembered of them from turn to turn, where Go code has written to them in between, or in
// the middle of a turn whose Go frames are kept.
func TestFieldsBetweenTurns(t *testing.T) {
	var rests interp.Waiters[func()]
	rests.Left = func(left func(), _ bool) { left() }
	write := func(c *interp.Call) func() {
		g, v := c.Globals(), c.Arg(1)
		return func() { g.SetField("shared", v) }
	}
	wrote := func(_ *interp.Call, w func()) error { w(); return nil }
	rt, err := interp.New(builtins.Std(), interp.WithModule(interp.Module{Defs: []interp.Def{
		{Name: "by_post", Fn: func(c *interp.Call) error { c.Runtime().Post(write(c)); return nil }},
		{Name: "by_end", Fn: func(c *interp.Call) error {
			x, err := c.Awaitable(2)
			if err == nil {
				x.Task().Watch(endWriter(write(c)))
			}
			return err
		}},
		{Name: "by_block", Fn: func(c *interp.Call) error {
			return c.BlockReturn(func(context.Context) error { return nil }, func(c *interp.Call, _ error) error { write(c)(); return nil })
		}},
		{Name: "by_wait", Fn: func(c *interp.Call) error { return rests.Wait(c, write(c), wrote) }},
		{Name: "by_time", Fn: func(c *interp.Call) error { return rests.WaitFor(c, time.Millisecond, write(c), nil, wrote) }},
		{Name: "by_sleep", Fn: func(c *interp.Call) error {
			write(c)()
			return c.Sleep(0)
		}},
		{Name: "wake", Fn: func(*interp.Call) error {
			w, _ := rests.First()
			rests.Wake(w)
			return nil
		}},
	}}))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	vals, err := rt.RunString(t.Context(), "=t", `
		shared = "nothing"
		local wrong, over = {}, false
		local function reader()
			while not over do
				local a = shared
				local b, c = shared, rawget(_G, "shared")
				if a ~= c or b ~= c then wrong[#wrong + 1] = tostring(c) end
				sleep(0)
			end
		end
		spawn(reader) spawn(reader)
		local function turns() for _ = 1, 20 do sleep(0) end end
		local function comes(v) while rawget(_G, "shared") ~= v do sleep(0) end turns() end
		for round = 1, 20 do
			turns()
			by_post("post" .. round) comes("post" .. round)
			by_post(round) comes(round)
			by_end("end" .. round, spawn(turns)) comes("end" .. round)
			spawn(by_block, "block" .. round) comes("block" .. round)
			spawn(by_wait, "wait" .. round) turns() wake() comes("wait" .. round)
			local t = spawn(by_wait, "left" .. round) turns() t:cancel() comes("left" .. round)
			spawn(by_time, "time" .. round) comes("time" .. round)
			spawn(by_sleep, "sleep" .. round) comes("sleep" .. round)
			local fn = function() by_sleep("below" .. round) end
			spawn(function() turns() string.gsub("x", "x", fn) end) comes("below" .. round)
		end
		over = true
		return table.concat(wrong, " ")`)
	if err != nil || vals.Get(1).String() != "" {
		t.Errorf("read otherwise than it is: %v, error %v", vals, err)
	}
}
