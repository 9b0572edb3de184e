package interp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

type server struct {
	Host     string `lua:"host"`
	MaxConns int
	Delay    time.Duration
	Tags     []string
	Inner    struct{ Deep map[string]float64 }
	Secret   string `lua:"-"`
}

type counter struct {
	Count int
	mu    sync.Mutex
}

func (c *counter) Add(n int) int    { c.Count += n; return c.Count }
func (c *counter) Fail() error      { return errors.New("no") }
func (c *counter) String() string   { return fmt.Sprintf("counter at %d", c.Count) }
func (c *counter) Lock() *sync.Cond { return sync.NewCond(&c.mu) }
func (c *counter) Slow(ctx context.Context, s string) (string, error) {
	return strings.ToUpper(s), ctx.Err()
}

func TestTypedFunctions(t *testing.T) {
	opts := []interp.Option{
		interp.WithFunc("add", func(a, b int) int { return a + b }),
		interp.WithFunc("i64", func(i int64) string { return fmt.Sprint(i) }),
		interp.WithFunc("u8", func(b uint8) uint8 { return b }),
		interp.WithFunc("big", func() (int64, uint64) { return 1 << 53, 1 << 60 }),
		interp.WithFunc("lossy", func() int64 { return 1<<53 + 1 }),
		interp.WithFunc("app.join", func(sep string, parts ...string) string { return strings.Join(parts, sep) }),
		interp.WithFunc("app.both", func() (string, error) { return "x", errors.New("both") }),
		interp.WithFunc("conf", func(s server) server { return s }),
		interp.WithFunc("confp", func(s *server) string { return fmt.Sprint(s == nil) }),
		interp.WithFunc("keys", func(m map[string]int) map[string]int { m["z"] = 1; return m }),
		interp.WithFunc("any", func(v any) string { return fmt.Sprintf("%T", v) }),
		interp.WithFunc("new_counter", func() *counter { return &counter{} }),
		interp.WithFunc("inc", func(c *counter) { c.Count++ }),
		interp.WithFunc("apply", func(c *interp.Function) (interp.Value, error) { return interp.Value{}, nil }),
		interp.WithFunc("when", func(at time.Time, d time.Duration) string { return at.Add(d).UTC().Format(time.RFC3339Nano) }),
		interp.WithFunc("raw", func(r json.RawMessage) json.RawMessage { return r }),
		interp.WithFunc("both", func() (struct{ Err error }, map[string]any) {
			return struct{ Err error }{fs.ErrNotExist}, map[string]any{"e": interp.ExitError{Code: 3}}
		}),
		interp.WithFunc("deep", func(any) {}),
		interp.WithFunc("twice", func(m map[string]string) {}),
		interp.WithFunc("numbered", func(m map[int]string) string { return fmt.Sprint(m) }),
		interp.WithFunc("nan", func() map[float64]int { return map[float64]int{math.NaN(): 1} }),
		interp.WithFunc("array", func(a [2]int) [2]int { return a }),
		interp.WithFunc("fail", func(e error) error { return e }),
		interp.WithFunc("dur", func(d time.Duration) time.Duration { return d }),
		interp.WithFunc("f32", func(f float32) float32 { return f }),
		interp.WithFunc("opt", func(s *string) string { return fmt.Sprint(s == nil) }),
		interp.WithFunc("sum", func(first int, rest ...int) int {
			for _, n := range rest {
				first += n
			}
			return first
		}),
		interp.WithAsync("each", func(ctx context.Context, items []string, fn *interp.Function) (int, error) {
			total := 0
			for _, s := range items {
				vals, err := fn.Call(ctx, s)
				if err != nil {
					return 0, err
				}
				n := 0
				if err := vals.Into(&n); err != nil {
					return 0, err
				}
				total += n
			}
			return total, nil
		}),
		interp.WithFunc("bytes", func(b []byte) int { return len(b) }),
		interp.WithFunc("panics", func() { panic("ouch") }),
		interp.WithFunc("adder", func(a int) func(b int) int { return func(b int) int { return a + b } }),
		interp.WithAsync("price", func(ctx context.Context, sym string) (float64, error) {
			if sym == "" {
				return 0, errors.New("no symbol")
			}
			return 1.5, ctx.Err()
		}),
		interp.WithAsync("hang", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }),
		interp.WithAsync("panic_off_loop", func(ctx context.Context) { panic("off loop") }),
	}
	for _, tt := range []struct{ src, want string }{
		{`print(add(2, 3), add("4", 1))`, "5\t5\n"},
		{`print(pcall(add, 1.5, 1))`, "false\tbad argument #1 to 'add' (integer expected, got 1.5)\n"},
		{`print(pcall(add, 1))`, "false\tbad argument #2 to 'add' (value expected, got no value)\n"},
		{`print(pcall(add, {}, 1))`, "false\tbad argument #1 to 'add' (integer expected, got table)\n"},
		{`print(u8(255), pcall(u8, 300))`, "255\tfalse\tbad argument #1 to 'u8' (300 does not fit a uint8)\n"},
		{`print(i64("9007199254740993"), i64(" -9223372036854775808 "), i64("0x10"), pcall(i64, 2^63))`, "9007199254740993\t-9223372036854775808\t16\tfalse\tbad argument #1 to 'i64' (9.2233720368548e+18 does not fit an int64)\n"},
		{`print(pcall(u8, -1))`, "false\tbad argument #1 to 'u8' (-1 does not fit a uint8)\n"},
		{`print(pcall(u8, 1/0))`, "false\tbad argument #1 to 'u8' (integer expected, got inf)\n"},
		{`print(pcall(u8, 0/0))`, "false\tbad argument #1 to 'u8' (integer expected, got nan)\n"},
		{`print(big())`, "9007199254740992\t1152921504606846976\n"},
		{`print(pcall(lossy))`, "false\tlossy: result 1: 9007199254740993 is no number that Lua can hold without loss\n"},
		{`print(app.join("-", "a", 1, "c"), app.join("-"))`, "a-1-c\t\n"},
		{`local ok, e = pcall(app.both) print(ok, e.message)`, "false\tboth\n"},
		{`local s = conf{host = "h", max_conns = 3, delay = 0.5, tags = {"a", "b"}, inner = {deep = {x = 1}}}
			print(s.host, s.max_conns, s.delay, #s.tags, s.inner.deep.x, s.Secret)`, "h\t3\t0.5\t2\t1\tnil\n"},
		{`print(pcall(conf, {hsot = "h"}))`, "false\tbad argument #1 to 'conf' (unknown field 'hsot', did you mean 'host'? there are: host, max_conns, delay, tags, inner)\n"},
		{`print(pcall(conf, {inner = {deep = {x = "y"}}}))`, "false\tbad argument #1 to 'conf' (field 'inner.deep.x': number expected, got string)\n"},
		{`print(pcall(conf, {tags = {"a", nil, "c"}}))`, "false\tbad argument #1 to 'conf' (field 'tags': the list has a hole)\n"},
		{`print(pcall(conf, {tags = {"a", false}}))`, "false\tbad argument #1 to 'conf' (field 'tags[2]': string expected, got boolean)\n"},
		{`local t = {} t.inner = t print(pcall(conf, t))`, "false\tbad argument #1 to 'conf' (field 'inner': unknown field 'inner'; there are: deep)\n"},
		{`local t = {} t[1] = t print(pcall(any, t))`, "false\tbad argument #1 to 'any' (field '" + strings.Repeat("[1]", 101) + "': tables inside tables more than 100 deep)\n"},
		{`print(confp(nil), confp(), confp{host = "x"})`, "true\ttrue\tfalse\n"},
		{`local m = keys{b = 1, a = 2} local o = {} for k, v in pairs(m) do o[#o + 1] = k .. v end print(table.concat(o, " "))`, "a2 b1 z1\n"},
		{`print(any(1), any("s"), any(true), any(nil), any({1, 2}), any({a = 1}), any(print), any({}))`,
			"float64\tstring\tbool\t<nil>\t[]interface {}\tmap[string]interface {}\t*interp.Function\tmap[string]interface {}\n"},
		{`local c = new_counter() inc(c) print(c:add(2), c.count, tostring(c)) c.count = 10 print(c.count, c == c, c.nothing)`,
			"3\t3\tcounter at 3\n10\ttrue\tnil\n"},
		{`local c = new_counter() local ok, e = pcall(c.fail, c) print(ok, e.message, c:slow("up"))`, "false\tno\tUP\n"},
		{`local c = new_counter() print(pcall(function() c.count = "x" end))`, "false\tcounter.count: integer expected, got string\n"},
		{`local c = new_counter() print(pcall(function() c.cuont = 1 end))`, "false\ta counter has no field 'cuont'\n"},
		{`print(pcall(inc, 1))`, "false\tbad argument #1 to 'inc' (table expected, got number)\n"},
		{`print(pcall(inc, task.current()))`, "false\tbad argument #1 to 'inc' (counter expected, got task)\n"},
		{`print(when(0.25, 60))`, "1970-01-01T00:01:00.25Z\n"},
		{`print(bytes("\0\255x"), bytes(12))`, "3\t2\n"},
		{`print(raw("[1]"), pcall(raw, {1}))`, "[1]\tfalse\tbad argument #1 to 'raw' (string expected, got table)\n"},
		{`local s, m = both() print(s.err.message, m.e.message)`, "file does not exist\texit status 3\n"},
		{`local t = {} for i = 1, 60 do t = {t, t} end print(pcall(deep, t))`, "false\tbad argument #1 to 'deep' (tables that occur in it more than once come to more than 100000 values)\n"},
		{`print(pcall(twice, {["1"] = "a", [1] = "b"}))`, "false\tbad argument #1 to 'twice' (the keys 1 and '1' are the same as a string)\n"},
		{`print(numbered{[3] = "c", [-1] = "a"}, pcall(numbered, {x = "y"}))`, "map[-1:a 3:c]\tfalse\tbad argument #1 to 'numbered' (key x: integer expected, got string)\n"},
		{`print(pcall(nan))`, "false\tnan: result 1: NaN cannot be a key\n"},
		{`print(unpack(array{1, 2})) print(pcall(array, {1}))`, "1\t2\nfalse\tbad argument #1 to 'array' (a list of 2 expected, got one of 1)\n"},
		{`print(pcall(fail, nil)) local ok, e = pcall(fail, "text") print(e) local _, io = pcall(read, "/no/such") local ok, e = pcall(fail, io) print(e == io)`, "true\ntext\ntrue\n"},
		{`print(dur(0.1 + 0.2), dur(-1.5), pcall(dur, math.huge))`, "0.3\t-1.5\tfalse\tbad argument #1 to 'dur' (inf seconds are no duration)\n"},
		{`print(f32(0.5), pcall(f32, 1e300))`, "0.5\tfalse\tbad argument #1 to 'f32' (1e+300 does not fit a float32)\n"},
		{`print(opt(), opt(nil), opt("x"))`, "true\ttrue\tfalse\n"},
		{`print(sum(1), sum(1, 2, 3, 4, 5, 6, 7), pcall(sum, 1, 2, "x"))`, "1\t28\tfalse\tbad argument #3 to 'sum' (integer expected, got string)\n"},
		{`print(each({"a", "bb"}, function(s) sleep(1) return #s end), now() >= 2, pcall(each, {"a"}, function() return 1.5 end))`,
			"3\ttrue\tfalse\tinterp: value 1: integer expected, got 1.5\n"},
		{`local ok, e = pcall(panics) print(ok, e.kind, e.message)`, "false\tpanic\ta builtin panicked: ouch\n"},
		{`local ok, e = pcall(panic_off_loop) print(ok, e.kind)`, "false\tpanic\n"},
		{`print(adder(2)(3))`, "5\n"},
		{`print(price("X"), pcall(price, ""))`, "1.5\tfalse\tno symbol\n"},
		{`local t = spawn(hang) sleep(0) t:cancel() print(pcall(await, t)) print(t:cancelled())`, "false\ttask 'hang' was cancelled\ntrue\n"},
	} {
		src := strings.ReplaceAll(tt.src, "t:1: ", "")
		out, errw, err := runScript(t, src, opts...)
		out = strings.ReplaceAll(out, "t:1: ", "")
		out = strings.ReplaceAll(out, "t:2: ", "")
		if out != tt.want || errw != "" || err != nil {
			t.Errorf("%s\nprinted %q\nwant    %q, standard error %q, %v", tt.src, out, tt.want, errw, err)
		}
	}
}

func TestBadSignaturesFailAtRegistration(t *testing.T) {
	for name, tt := range map[string]struct {
		opt  interp.Option
		want string
	}{
		"a channel":        {interp.WithFunc("f", func(chan int) {}), "parameter 1: a chan int has no counterpart in Lua"},
		"no function":      {interp.WithFunc("f", 1), "a function is needed"},
		"nil":              {interp.WithFunc("f", (func())(nil)), "the function is nil"},
		"a context":        {interp.WithFunc("f", func(context.Context) {}), "WithAsync"},
		"no context":       {interp.WithAsync("f", func() {}), "WithFunc"},
		"a table off loop": {interp.WithAsync("f", func(context.Context, interp.Table) {}), "belongs to the loop"},
		"a late context":   {interp.WithFunc("f", func(int, context.Context) {}), "only be the first parameter"},
		"keys":             {interp.WithFunc("f", func(map[bool]int) {}), "the keys must be strings or numbers"},
		"a name":           {interp.WithFunc("a.b.c", func() {}), "no name"},
		"in a module":      {interp.WithModule(interp.Module{Name: "m", Defs: []interp.Def{{Name: "f", Fn: func(complex128) {}}}}), `module "m": "f"`},
	} {
		rt, err := interp.New(tt.opt)
		if err == nil {
			rt.Close()
			t.Errorf("%s: no error", name)
		} else if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q in it", name, err, tt.want)
		}
	}
}

func TestFunctionsInGoHands(t *testing.T) {
	var saved *interp.Function
	var handle *interp.Handle
	var out bytes.Buffer
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, nil),
		interp.WithFunc("app.on", func(event string, fn *interp.Function) { saved = fn }),
		interp.WithFunc("app.task", func(h *interp.Handle) { handle = h }))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	ctx := context.Background()
	if _, err := rt.RunString(ctx, "=t", `
		jobs = { nightly = function(n) sleep(0) return n * 2, "done" end }
		app.on("save", function(name) sleep(0) return "saved " .. name end)`); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			vals, err := saved.Call(ctx, i)
			if got := vals.Get(1).String(); err != nil || got != fmt.Sprintf("saved %d", i) {
				t.Errorf("got %q, %v", got, err)
			}
			vals, err = rt.Call(ctx, "jobs.nightly", i)
			if n, _ := vals.Get(1).Number(); err != nil || n != float64(2*i) || vals.Get(2).String() != "done" {
				t.Errorf("got %v, %v", vals, err)
			}
		})
	}
	wg.Wait()
	for name, want := range map[string]string{"jobs.none": "a nil value, not a function", "none.x": "'none' is a nil value, not a table", "jobs": "not a function"} {
		if _, err := rt.Call(ctx, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Call(%q): %v", name, err)
		}
	}
	// The host that cancels is not there yet for a run that has begun before it: without Hold that would be a deadlock.
	release := rt.Hold()
	defer release()
	ended := make(chan error)
	go func() {
		_, err := rt.RunString(ctx, "=t", `local t = spawn(function() sleep(math.huge) end) app.task(t) pcall(await, t)`)
		ended <- err
	}()
	for {
		// The handle is there once the script has handed it over: ask on the loop.
		vals, err := rt.RunFunc(ctx, "look", func(c *interp.Call) error { return c.Return(handle != nil) })
		if err != nil {
			t.Fatal(err)
		}
		if vals.Get(1).Truth() {
			break
		}
	}
	done := handle.Done()
	handle.Cancel("enough")
	<-done
	if _, err := handle.Wait(ctx); !errors.Is(err, interp.ErrCancelled) {
		t.Errorf("Wait: %v", err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
