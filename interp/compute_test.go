package interp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// fill(n [, size]) makes a list of n lists of a number and a name; without end if n is negative. size is what it says it takes in.
func fill(c *interp.Call) error {
	n, err := c.Int(1)
	if err != nil {
		return err
	}
	size, _ := c.Arg(2).Number()
	var made interp.Table
	err = c.Compute(int(size), interp.LargeInput, func(w *interp.Work) error {
		var items []interp.Value
		name := w.Name("name")
		for i := 0; i != n; i++ {
			pair := w.Map([]interp.Value{name, w.Text(fmt.Sprint("item ", i)), w.Name("n"), w.Number(float64(i))})
			items = append(items, w.List([]interp.Value{pair.Value()}).Value())
			if err := w.Did(64); err != nil {
				return err
			}
			if n < 0 && len(items) == 1000 {
				items = []interp.Value{w.List(items).Value()}
			}
		}
		made = w.List(items)
		return nil
	})
	if err != nil {
		return err
	}
	return c.Return(made)
}

const large = 2 * interp.LargeInput

func TestCompute(t *testing.T) {
	rt := newRuntime(t, interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "fill", Fn: fill}}}))
	for _, size := range []int{0, large} {
		vals, err := rt.RunString(t.Context(), "=t", fmt.Sprintf(`
			local list = fill(3, %d)
			list[4] = "more"
			list[2][1].other = true
			local names = {}
			for k in pairs(list[2][1]) do names[#names + 1] = k end
			return #list, list[2][1].name, list[3][1].n, table.concat(names, ","), getmetatable(list) == nil`, size))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(vals); got != "[4 item 1 2 name,n,other true]" {
			t.Errorf("%d bytes: %s", size, got)
		}
	}
}

// Off the loop it holds nobody up, and is abandoned when its task is cancelled; in place a deadline of the host's cuts it.
func TestComputeIsCancelled(t *testing.T) {
	fillModule := interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "fill", Fn: fill}}})
	rt := newRuntime(t, fillModule)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // for a loop that is held up
	defer cancel()
	vals, err := rt.RunString(ctx, "=t", fmt.Sprintf(`
		local filling = spawn(fill, -1, %d)
		for _ = 1, 10 do sleep(0.001) end
		local running = not filling:done()
		filling:cancel()
		return running, pcall(await, filling)`, large))
	if err != nil || fmt.Sprint(vals) != "[true false t:6: task 'fill' was cancelled]" {
		t.Errorf("off the loop: %v, %v", vals, err)
	}
	for _, tt := range []struct {
		name string
		opts []interp.Option
	}{
		{"small", nil},
		{"virtual time", []interp.Option{interp.WithVirtualTime()}},
	} {
		rt := newRuntime(t, append(tt.opts, fillModule)...)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := rt.RunString(ctx, "=t", fmt.Sprintf("fill(-1, %d)", map[string]int{"small": 0, "virtual time": large}[tt.name]))
		cancel()
		if !errors.Is(err, interp.ErrTimeout) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestComputeUnderLimits(t *testing.T) {
	for _, tt := range []struct {
		limits interp.Limits
		script string
		want   string
	}{
		{interp.Limits{Memory: 16 << 20}, "pcall(fill, -1, %d)", "limit exceeded: Memory (16777216)"},
		{interp.Limits{Memory: 64 << 20}, "for i = 1, 5 do fill(1000, %d) end return 'well'", ""},
		{interp.Limits{Instructions: 1000}, "pcall(fill, 1, %d) while true do end", "limit exceeded: Instructions (1000)"},
	} {
		for _, size := range []int{0, large} {
			rt := newRuntime(t, interp.WithLimits(tt.limits), interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "fill", Fn: fill}}}))
			_, err := rt.RunString(t.Context(), "=t", fmt.Sprintf(tt.script, size))
			var e *interp.Error
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("%+v, %d bytes: %v", tt.limits, size, err)
			case tt.want != "" && (!errors.As(err, &e) || e.Kind != interp.KindLimit || e.Msg != tt.want):
				t.Errorf("%+v, %d bytes: %v, want %s", tt.limits, size, err, tt.want)
			}
		}
	}
}

// A table that is marked as a list is, to Lua, one without a metatable.
func TestListMark(t *testing.T) {
	rt := newRuntime(t, interp.WithFunc("list", func() []string { return nil }),
		interp.WithFunc("marked", func(t interp.Table) bool { return t.IsList() }),
		interp.WithFunc("any", func(v any) string { return fmt.Sprintf("%T", v) }))
	vals, err := rt.RunString(t.Context(), "=t", `
		local t = list()
		local none = getmetatable(t) == nil and debug.getmetatable(t) == nil and rawequal(getmetatable(t), nil) and type(getmetatable(t)) == "nil"
		t.x = 1
		local plain = t.x == 1 and t.y == nil and #t == 0 and t ~= {} and not pcall(function() return t < {} end)
		local before = marked(t)
		local was = setmetatable(list(), { __index = function() return "meta" end })
		return none, plain, before, marked{}, marked(was), was.field, marked(table.pack(1)), marked(gather{}), marked(task.map({}, print)),
			any(list()), any{}`)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(vals); got != "[true true true false false meta true true true []interface {} map[string]interface {}]" {
		t.Error(got)
	}
}

type celsius struct{ degrees float64 }

// An object that equals others of its value, and is text where .. wants some.
func ExampleType() {
	rt, err := interp.New(builtins.Safe(), interp.WithStdio(nil, os.Stdout, os.Stdout), interp.WithModule(interp.Module{
		Defs: []interp.Def{{Name: "celsius", Fn: func(c *interp.Call) error {
			degrees, err := c.Number(1)
			if err != nil {
				return err
			}
			return c.Return(&celsius{degrees})
		}}},
		Types: []interp.Type{{
			Name:   "temperature",
			Of:     (*celsius)(nil),
			String: func(v any) string { return fmt.Sprintf("%g °C", v.(*celsius).degrees) },
			Equal:  func(a, b any) bool { return *a.(*celsius) == *b.(*celsius) },
			Text:   true,
		}},
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rt.Close()
	_, err = rt.RunString(context.Background(), "=t", `
		print(celsius(20) == celsius(20), celsius(20) == celsius(21), "it is " .. celsius(20))
		print(pcall(function() return celsius(1) .. {} end))`)
	fmt.Println(err)
	// Output:
	// true	false	it is 20 °C
	// false	t:3: attempt to concatenate a table value
	// <nil>
}

// A copy of a record is its own, in the same order.
func TestLike(t *testing.T) {
	var out bytes.Buffer
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, nil), interp.WithFunc("records", func(c *interp.Call) error {
		w := c.InPlace()
		name := w.Name("name")
		first := w.Map([]interp.Value{name, w.Text("a"), w.Name("size"), w.Number(1), w.Name("on"), interp.Bool(true)})
		second := w.Like(first, name, w.Text("b"))
		return c.ReturnValues(interp.Values{first.Value(), second.Value(), w.Like(second).Value()})
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunString(t.Context(), "t", `
		local all = { records() }
		all[1].more, all[1].name = "x", nil
		all[2].size, all[2][1], all[2].other = nil, "one", "y"
		all[2].size = 7
		for _, r in ipairs(all) do
			for k, v in pairs(r) do io.write(tostring(k), "=", tostring(v), " ") end
			print(r.name, r.size, r.on)
		end`); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "size=1 on=true more=x nil\t1\ttrue\n1=one name=b size=7 on=true other=y b\t7\ttrue\nname=b size=1 on=true b\t1\ttrue\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}
