package interp_test

import (
	"fmt"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// box holds one value; who gets waits for it, and what a waiter has not had goes to the next or back.
type box struct {
	full    bool
	v       string
	waiters interp.Waiters[string]
	told    []string // of what has left
}

func (b *box) WaitedFor() (what interp.WaitObject, holder *interp.Task) {
	return interp.WaitObject{Kind: "box", Name: "mail"}, nil
}

func (b *box) left(v string, handed bool) {
	b.told = append(b.told, fmt.Sprintf("%s/%v/%d", v, handed, b.waiters.Len()))
	if handed {
		b.put(v)
	}
}

func (b *box) put(v string) {
	if b.waiters.Wake(v) == nil {
		b.full, b.v = true, v
	}
}

// The builtins of a box, as get(seconds, name), put(value) and told().
func boxed() []interp.Def {
	b := &box{}
	b.waiters.Left, b.waiters.Of = b.left, b
	return []interp.Def{
		{Name: "get", Fn: func(c *interp.Call) error {
			if err := c.Checkpoint(); err != nil {
				return err
			}
			if b.full {
				b.full = false
				return c.Return(b.v)
			}
			got := func(c *interp.Call, v string) error { return c.Return(v) }
			name, err := c.Text(2)
			if err != nil {
				return err
			}
			if c.Arg(1).IsNil() {
				return b.waiters.Wait(c, name, got)
			}
			d, err := c.Seconds(1)
			if err != nil {
				return err
			}
			return b.waiters.WaitFor(c, d, name, got, func(c *interp.Call, v string) error { return c.Return(nil, v+" is late") })
		}},
		{Name: "put", Fn: func(c *interp.Call) error {
			v, err := c.Text(1)
			b.put(v)
			return err
		}},
		{Name: "told", Fn: func(c *interp.Call) error {
			told := fmt.Sprint(b.told)
			b.told = nil
			return c.Return(told, b.waiters.Len())
		}},
	}
}

func TestWaiters(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"first come, first served", `
			for i = 1, 2 do spawn(function() print(i, get(nil, "w")) end) end
			sleep(0) put("a") put("b") put("c") sleep(0)
			print(get(nil, "main"), told())`,
			"1\ta\n2\tb\nc\t[]\t0\n"},
		{"time is over", `print(get(2, "main")) print(now(), told())`, "nil\tmain is late\n2\t[main/false/0]\t0\n"},
		{"no time at all", `
			spawn(function() print("other") put("a") end)
			print(get(0, "main")) print(now())
			print(get(0, "main"), told())`,
			"other\nnil\tmain is late\n0\na\t[main/false/0]\t0\n"},
		{"for ever is no timer", `spawn(function() sleep(1e9) put("a") end) print(get(math.huge, "main"))`, "a\n"},
		{"it comes in time", `spawn(function() sleep(1) put("a") end) print(get(2, "main")) sleep(5) print(told())`, "a\n[]\t0\n"},
		{"it comes at the very moment: all that is due fires before a task runs", `
			spawn(function() print(get(1, "w")) end)
			spawn(function() sleep(1) put("a") end) -- its timer is the later one
			sleep(2) print(told()) print(get(nil, "main"))`,
			"nil\tw is late\n[w/false/0]\t0\na\n"},
		{"a cancelled waiter is told of", `
			local t = spawn(get, 5, "w")
			local other = spawn(function() print("other", get(5, "o")) end)
			sleep(1) t:cancel() sleep(0) print(told()) put("a") sleep(9) print(told())`,
			"[w/false/1]\t1\nother\ta\n[]\t0\n"},
		{"what it was handed goes to the next", `
			local t = spawn(get, 5, "w")
			spawn(function() print("other", get(5, "o")) end)
			sleep(1) put("a") t:cancel() sleep(0) print(told())`,
			"other\ta\n[a/true/1]\t0\n"},
		{"or back", `local t = spawn(get, 5, "w") sleep(1) put("a") t:cancel() sleep(0) print(told()) print(get(0, "main"))`, "[a/true/0]\t0\na\n"},
		{"what is waited for is told", `local t = spawn(get, 5, "w") sleep(1) print(t)`, "task 2 'get': waiting in get: box 'mail'\n"},
		{"in a coroutine, below a Go function", `
			spawn(function() sleep(1) put("a") end)
			coroutine.wrap(function() table.sort({ 2, 1 }, function() print(get(3, "main")) print(get(3, "main")) end) end)()`,
			"a\nnil\tmain is late\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, errw, err := runScript(t, tt.src, interp.WithModule(interp.Module{Defs: boxed()}), interp.WithVirtualTime())
			if out != tt.want || errw != "" || err != nil {
				t.Errorf("printed %q\nwant    %q\nstandard error %q, error %v", out, tt.want, errw, err)
			}
		})
	}
}

// A wait with a time limit counts as a timer, while it lasts.
func TestWaitersTimers(t *testing.T) {
	limits := interp.WithLimits(interp.Limits{Timers: 2})
	src := `for i = 1, 100 do get(0.1, "w") spawn(function() put("a") end) get(0.1, "w") end
		for i = 1, 3 do spawn(get, 1, "w") end`
	out, _, err := runScript(t, src, interp.WithModule(interp.Module{Defs: boxed()}), interp.WithVirtualTime(), limits)
	if err == nil || err.Error() != "limit exceeded: Timers (2)" {
		t.Errorf("printed %q, error %v", out, err)
	}
	rt := must(interp.New(interp.WithModule(interp.Module{Defs: boxed()}), interp.WithVirtualTime()))
	defer rt.Close()
	if _, err := rt.RunString(t.Context(), "=t", `get(5, "w")`); err != nil || rt.Stats().Timers != 0 {
		t.Errorf("error %v, %d timers are left", err, rt.Stats().Timers)
	}
}
