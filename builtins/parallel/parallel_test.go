package parallel_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

var long = flag.Bool("long", false, "run for a minute what runs for a moment otherwise; see .ci/long")

// output is what scripts print, on several goroutines.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// run runs a script in a runtime of its own, and returns what it has printed and its error.
func run(t *testing.T, src string, opts ...interp.Option) (string, error) {
	t.Helper()
	var out output
	rt, err := interp.New(append([]interp.Option{builtins.Std(), interp.WithStdio(strings.NewReader("line\n"), &out, &out)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	_, err = rt.RunString(context.Background(), "@job.lua", src)
	if closing := rt.Close(); err == nil {
		err = closing
	}
	return out.b.String(), err
}

var virtual = interp.WithVirtualTime()

func TestRules(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"values there and back", `print(parallel.run(function(...) return select("#", ...), ... end, nil, true, 1.5, "s", ({ x = { 1 } }).x[1], nil))`, "6\tnil\ttrue\t1.5\ts\t1\tnil\n"},
		{"a copy of what it had", `local n, t = 1, { 1 } local f = function() n = n + 1 t[1] = 5 return n, t[1] end print(parallel.run(f)) print(n, t[1])`, "2\t5\n1\t1\n"},
		{"sharing and cycles", `local t = {} t.self = t print(parallel.run(function(a, b) a.x = 1 return a == b, a.self == a, b.x, a == t end, t, t))`, "true\ttrue\t1\ttrue\n"},
		{"upvalues are shared as they were", `local n = 0 local function inc() n = n + 1 end local function get() return n end print(parallel.run(function() inc() inc() return get() end), n)`, "2\t0\n"},
		{"globals that the code names", `function helper(x) return x + base end base = 10 other = sync.queue() local function work(x) return helper(x) end print(parallel.run(work, 5))`, "15\n"},
		{"what is reached otherwise does not", `secret = 1 print(parallel.run(function() return _G["sec" .. "ret"] end))`, "nil\n"},
		{"recursion", `local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end print(parallel.run(fib, 15))`, "610\n"},
		{"classes", `local A = {} A.__index = A function A:get() return self.v end local function new(v) return setmetatable({ v = v }, A) end
			print(parallel.run(function(o) return o:get(), getmetatable(o) == A, new(3):get() end, new(7)))
			local back = parallel.run(function() return new(4) end) print(back:get(), getmetatable(back) == A)`, "7\ttrue\t3\n4\tfalse\n"},
		{"builtins by their names", `local insert, p, encode, j = table.insert, print, json.encode, json
			parallel.run(function() local t = {} insert(t, 1) p(encode(t), j.decode("[2]")[1], string == string, _G == getfenv(0)) end)`, "[1]\t2\ttrue\ttrue\n"},
		{"builtins that were replaced", `local old = print function print(...) old("> ", ...) end print("here") parallel.run(function() print("there") end)`, "> \there\n> \tthere\n"},
		{"fields of a builtin's table", `function string.shout(s) return s:upper() .. "!" end function table.first(t) return t[1] end
			print(parallel.run(function() return ("a"):shout(), table.first { 7 } end))`, "A!\t7\n"},
		{"functions come back", `local n = 5 local f = parallel.run(function() return function(x) n = n + x return n end end) print(f(1), f(1), n)`, "6\t7\t5\n"},
		{"error values", `local e = parallel.run(function() return select(2, pcall(read, "/no/such/file")) end) print(e.kind, e.code, e.path)`, "io\tENOENT\t/no/such/file\n"},
		{"null", `print(json.encode(parallel.run(function(v) return v end, { json.null })))`, "[null]\n"},
		{"a task is the isolate's own", `print(parallel.run(function() return task.current():name(), #task.all(), arg end))`, "main\t1\tnil\n"},
		{"spawned tasks are waited for", `parallel.run(function() spawn(function() sleep(5) print("spawned", now()) end) end) print(now())`, "spawned\t5\n5\n"},
		{"daemons end with it", `parallel.run(function() task.daemon(function() finally(function() sleep(100) end, function() print("daemon", now()) end) end) sleep(1) end) print(now())`, "daemon\t1\n1\n"},
		{"standard input is the first one's", `print(parallel.run(function() return io.read() end), io.read())`, "nil\tline\n"},
		{"isolates in isolates", `print(parallel.run(function(n) local t = parallel.map({ 1, 2, 3 }, function(i) return i * n end) return t[1] + t[2] + t[3] end, 10))`, "60\n"},
		{"with what takes functions", `print(unpack(gather { function() return parallel.run(function() return 1 end) end, function() return parallel.run(function() return 2 end) end }))
			print(wait_for(parallel.run, 5, function() return 3 end)) print(await(spawn(parallel.run, function() return 4 end)))`, "1\t2\n3\n4\n"},
		{"map", `local r = parallel.map({ 5, 6, 7 }, function(v, i) return v * i end) print(r.n, unpack(r))`, "3\t5\t12\t21\n"},
		{"map of nothing", `local r, e = parallel.map({}, print, { return_exceptions = true }) print(r.n, #r, next(e))`, "0\t0\tnil\n"},
		{"map of a builtin", `print(unpack(parallel.map({ "a", "b" }, string.upper)))`, "A\tB\n"},
		{"results that are nil", `local r = parallel.map({ 1, 2, 3 }, function(i) if i ~= 2 then return i end end) print(r.n, r[1], r[2], r[3])`, "3\t1\tnil\t3\n"},
		{"limit", `parallel.map({ 1, 2, 3, 4 }, function() sleep(10) end, { limit = 2 }) print(now()) parallel.map({ 1, 2, 3, 4 }, function() sleep(10) end) print(now())`, "20\n30\n"},
		{"setup runs once in each isolate", `local r = parallel.map({ 1, 2, 3, 4, 5, 6 }, function(v, i, ctx) ctx.n = ctx.n + 1 sleep(1) return ctx.n end, { limit = 2, setup = function() return { n = 0 } end })
			print(unpack(r)) print(now())`, "1\t1\t2\t2\t3\t3\n3\n"},
		{"an item is a fresh copy where isolates are used again", `local cfg, n = { x = 1 }, 0 local it = { cfg = cfg }
			local r = parallel.map({ it, it, it }, function(v) v.cfg.x = v.cfg.x + 1 n = n + 1 return v.cfg.x .. n end, { limit = 1, setup = function() end }) print(unpack(r))`, "21\t22\t23\n"},
		{"names", `parallel.map({ "a", { } }, function() print(task.current():name()) end, { limit = 1 }) parallel.map({ 1 }, function() print(task.current():name()) end, { name = function(v, i) return "n" .. v .. i end })`, "a\nmap[2]\nn11\n"},
		{"return_exceptions", `local r, e = parallel.map({ 1, 2, 3 }, function(i) if i == 2 then error("no " .. i) end return i end, { return_exceptions = true }) print(r[1], r[2], r[3], e[1], e[2] == r[2], e[2].kind)`,
			"1\tjob.lua:1: no 2\t3\tnil\ttrue\terror\n"},
		{"errors arrive as they were raised", `local t = {} print(pcall(parallel.run, error, "text", 0)) local ok, e = pcall(parallel.run, function() error({ code = 7, t = t }) end) print(type(e), e.code, type(e.t))
			ok, e = pcall(parallel.run, function() error(errors.new { kind = "quota", message = "m", limit = 5, q = { 1 } }) end) print(e.kind, e.message, e.limit, e.q[1])`, "false\ttext\ntable\t7\ttable\nquota\tm\t5\t1\n"},
		{"what cannot come in an error is text", `local ok, e = pcall(parallel.run, function() error({ q = sync.queue(), f = print == nil or io.stdout, c = coroutine.create(type) }) end) print(type(e.q), e.q:match("queue"), e.f:match("^file %("), e.c:match("^thread: 0x"))`, "string\tqueue\tfile (\tthread: 0x\n"},
		{"likewise in an error value", `local ok, e = pcall(parallel.run, function() error(errors.new { kind = "k", message = "m", f = io.stdout }) end) print(e.kind, e.f:match("^file %("))`, "k\tfile (\n"},
		{"likewise what is thrown", `local ok, e = pcall(parallel.run, function() error(coroutine.create(type)) end) print(type(e), tostring(e):match("^thread: 0x"))`, "string\tthread: 0x\n"},
		{"what says so itself", `local ok, e = pcall(parallel.run, function() local p = newproxy(true) getmetatable(p).__tostring = function() sleep(0) return "me " .. #"abc" end error({ p = p }) end) print(e.p)`, "me 3\n"},
		{"of an error that a task fails with", `local ok, e = pcall(parallel.run, function() task.map({ 1 }, function() error({ c = newproxy() }) end) end) print(type(e.c))`, "string\n"},
		{"what cannot say so", `local ok, e = pcall(parallel.run, function() local p = newproxy(true) getmetatable(p).__tostring = function() error("no") end error({ p = p }) end) print(type(e.p))`, "string\n"},
		{"tracebacks on both sides", `local function inner() error(errors.new { message = "deep" }) end
local function work(x) inner() end
local function outer() return (parallel.map({ 1, 2 }, work)) end
local ok, e = pcall(outer)
for line in e.traceback:gmatch("[^\n]+") do print((line:gsub("^%s+", ""))) end`,
			"stack traceback:\n[C]: in function 'new'\njob.lua:1: in function 'inner'\njob.lua:2: in function <job.lua:2>\n[isolate of 'map', item 1]\n[C]: in function 'map'\njob.lua:3: in function <job.lua:3>\n[C]: in function 'pcall'\njob.lua:4: in main chunk\n"},
		{"others", `local ok, e = pcall(parallel.map, { 1, 2, 3 }, function(i) if i == 1 then sleep(2) error("one") end finally(function() sleep(10) end, function() error("cleanup " .. i) end) end)
			print(e, #e.others, e.others[1], e.others[2])`, "job.lua:1: one\t2\tjob.lua:1: cleanup 2\tjob.lua:1: cleanup 3\n"},
		{"exit", `print(pcall(parallel.run, os.exit, 3)) print(pcall(parallel.run, function() stop(4) end)) print(pcall(parallel.run, stop)) print(select(2, pcall(parallel.run, os.exit, 0)).kind)`,
			"false\tisolate ended with status 3\nfalse\tisolate ended with status 4\nfalse\tisolate ended with status 0\nerror\n"},
		{"errors that nobody awaits", `print(pcall(parallel.run, function() spawn(error, "lost", 0) end))`, "lull: task 'error' failed: lost\nfalse\tlost\n"},
		{"cancelled, with its cleanups", `local ok, e = pcall(wait_for, parallel.run, 2, function() finally(function() sleep(100) end, function(ok, e) print("cleanup", e.kind, e.message) sleep(1) end) end) print(e.kind, now())`,
			"cleanup\tcancelled\tcancelled: timed out after 2 s\ntimeout\t3\n"},
		{"an error of a cleanup is not lost", `local ok, e = pcall(wait_for, parallel.run, 2, function() finally(function() sleep(100) end, function() error("in cleanup") end) end) print(e)`, "job.lua:1: in cleanup\n"},
		{"random numbers are each item's own", `local function draw(i) return math.random(1e9) end
			local a, b = parallel.map({ 1, 2, 3 }, draw), parallel.map({ 1, 2, 3 }, draw, { limit = 1, setup = function() math.random() end }) local c = parallel.map({ 1, 2, 3 }, draw, { limit = 2 })
			print(a[1] ~= a[2], a[1] ~= b[1], b[1] ~= c[1], parallel.run(draw) ~= a[1])`, "true\ttrue\ttrue\ttrue\n"},
		{"channels", `local ch, back = parallel.channel(), parallel.channel(1)
			spawn(parallel.run, function() for v in ch:items() do back:put(v.n * 2) end back:close() end)
			spawn(function() for i = 1, 3 do ch:put { n = i } end ch:close() end) for v in back:items() do io.write(v, " ") end print()`, "2 4 6 \n"},
		{"a channel through a channel", `local ch = parallel.channel(1) spawn(parallel.run, function() local back = ch:get() back:put("yes") end) local back = parallel.channel() ch:put(back) print(back:get())`, "yes\n"},
		{"a put waits for the getter", `local ch = parallel.channel() spawn(function() ch:put(1) print("put", now()) end) sleep(5) print(ch:size(), ch:get()) sleep(0)`, "put\t5\n0\t1\n"},
		{"a cancelled getter loses nothing", `local ch = parallel.channel(1) local t = spawn(ch.get, ch) sleep(1) ch:put("item") t:cancel() t:join() print(t:cancelled(), ch:get(1))`, "true\titem\n"},
		{"a cancelled put has put nothing", `local ch = parallel.channel() local t = spawn(ch.put, ch, 1) sleep(1) t:cancel() t:join() print(ch:get(1))`, "nil\ttimeout\n"},
		{"closed channels", `local ch = parallel.channel(1) local g = spawn(function() return pcall(ch.put, ch, 2) end) ch:put(1) ch:close() print(ch:closed(), ch:get(), ch:get(), pcall(ch.put, ch, 1)) print(await(g))`,
			"true\t1\tnil\tfalse\tjob.lua:1: put: the channel is closed\nfalse\tjob.lua:1: put: the channel is closed\n"},
		{"a channel is itself", `local ch = parallel.channel { max = 1, name = "c" } print(parallel.run(function(x) return x == ch, tostring(x) end, ch))`, "true\tchannel 'c': 0 of 1\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := run(t, tt.src, virtual)
			if err != nil || got != tt.want {
				t.Errorf("got  %q\nwant %q\n%v", got, tt.want, err)
			}
		})
	}
}

// Refusals come before anything has started, and name the way.
func TestRefusals(t *testing.T) {
	host := interp.WithFunc("app.call", func() {})
	for _, tt := range []struct{ src, want string }{
		{"local q = sync.queue()\nlocal items = { 1 }\nlocal function work(x) return q:get() end\nparallel.map(items, work)", "bad argument #2 to 'map' (upvalue 'q' of function 'work' (job.lua:3): a sync.queue cannot go to another isolate)"},
		{`parallel.map({ 1, { conn = io.stdout } }, print)`, "bad argument #1 to 'map' (field 'conn' of item 2: a file cannot go to another isolate)"},
		{`parallel.run(print, { a = { coroutine.create(print) } })`, "bad argument #2 to 'run' (field [1] of field 'a': a coroutine cannot go to another isolate)"},
		{`parallel.run(function() end, task.current())`, "bad argument #2 to 'run' (a task cannot go to another isolate)"},
		{"lock = sync.lock()\nfunction helper() lock:acquire() end\nlocal function work() helper() end\nparallel.run(work)", "bad argument #1 to 'run' (global 'lock' of function 'helper' (job.lua:2): a sync.lock cannot go to another isolate)"},
		{`local t = setmetatable({}, { __index = { q = sync.event() } }) parallel.run(print, t)`, "bad argument #2 to 'run' (field 'q' of field '__index' of the metatable: a sync.event cannot go to another isolate)"},
		{`parallel.run(coroutine.wrap(print))`, "bad argument #1 to 'run' (a function in Go cannot go to another isolate)"},
		{`parallel.run(function() app.call() end)`, "bad argument #1 to 'run' (global 'app' of the function of job.lua:1: a table of the host's, which interp.Concurrent does not mark, cannot go to another isolate)"},
		{`local f = app.call parallel.run(print, f)`, "bad argument #2 to 'run' (a function of the host's, which interp.Concurrent does not mark, cannot go to another isolate)"},
		{`parallel.map({ 1 }, print, { setup = 1 })`, "bad argument #3 to 'map' (option 'setup': function expected, got number)"},
		{`parallel.map({ 1 }, print, { limit = 0 })`, "bad argument #3 to 'map' (option 'limit': a whole number from 1 on expected, got 0)"},
		{`parallel.map({ 1 }, print, { limits = 1 })`, "bad argument #3 to 'map' (unknown option 'limits', did you mean 'limit'? there are: limit, name, progress, return_exceptions, setup)"},
		{`parallel.run(5)`, "bad argument #1 to 'run' (function or path of a script expected, got number)"},
		{`parallel.channel(1.5)`, "bad argument #1 to 'channel' (max: a whole number from 0 on expected, got 1.5)"},
		{`parallel.channel(1):put(print, 1) local ch = parallel.channel(1) ch:put(sync.lock())`, "bad argument #1 to 'put' (a sync.lock cannot go to another isolate)"},
		{`parallel.run(function() return sync.lock() end)`, "what the function returns cannot go back: a sync.lock cannot go to another isolate"},
	} {
		_, err := run(t, tt.src, host, virtual)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s\n got  %v\n want %s", tt.src, err, tt.want)
		}
	}
}

// A host's function goes along where the host has marked it.
func TestConcurrentHost(t *testing.T) {
	got, err := run(t, `local add = app.add print(parallel.run(function(a) return app.add(a, 1), add(a, 2) end, 1))`,
		interp.Concurrent(interp.WithFunc("app.add", func(a, b int) int { return a + b })))
	if err != nil || got != "2\t3\n" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestDeadlock(t *testing.T) {
	for _, clock := range []interp.Option{virtual, interp.Combine()} {
		_, err := run(t, "local ch = parallel.channel { name = 'never' }\nparallel.map({ 1, 2 }, function() finally(function()\nch:get()\nend, function() print('x') end) end, { limit = 2 })", clock)
		for _, want := range []string{"deadlock: every task waits", "task 1 'main': map at job.lua:2: 2 isolates", "isolate of 'map', item 1: task 1 '1': get at job.lua:3: channel 'never'", "isolate of 'map', item 2: task 1 '2': "} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v\nhas no %q", err, want)
			}
		}
	}
	got, err := run(t, `local ch = parallel.channel() print(pcall(parallel.run, function() ch:get() end))`, virtual)
	if err == nil || got != "" {
		t.Errorf("a deadlock was caught: %q, %v", got, err)
	}
}

// The first error is that of the lowest index, whatever comes first.
func TestOrderOfErrors(t *testing.T) {
	const script = `
		local order, fails = ...
		for run = 1, 40 do
			local ok, e = pcall(parallel.map, { 1, 2, 3, 4, 5, 6, 7, 8 }, function(i)
				local n = 0 for _ = 1, (i * 7919 + run * 104729) % 4000 do n = n + 1 end
				if i % 2 == 0 then error("item " .. i, 0) end
				return n
			end, { limit = 1 + run % 8 })
			assert(not ok and tostring(e) == "item 2", tostring(e))
		end`
	for range 5 {
		if _, err := run(t, script); err != nil {
			t.Fatal(err)
		}
	}
}

// Virtual time repeats exactly.
func TestVirtualTimeRepeats(t *testing.T) {
	const script = `
		local ch, done = parallel.channel(2), parallel.channel(100)
		gather(function()
			parallel.map({ 1, 2, 3, 4, 5 }, function(i)
				for k = 1, 5 do sleep(math.random() * i) ch:put(i .. "." .. k) print("put", i, k, now()) end
			end)
			ch:close()
		end, function()
			parallel.map({ "a", "b" }, function(name) for v in ch:items() do print(name, v, now()) sleep(math.random()) end end)
		end)`
	want, err := run(t, script, virtual)
	if err != nil || strings.Count(want, "\n") != 50 {
		t.Fatal(want, err)
	}
	for range 20 {
		if got, err := run(t, script, virtual); err != nil || got != want {
			t.Fatalf("%v\n%s\nand before\n%s", err, got, want)
		}
	}
}

// Lines of several isolates never mix, and none is lost.
func TestLinesDoNotMix(t *testing.T) {
	got, err := run(t, `
		local rest = ("x"):rep(200)
		parallel.map({ 1, 2, 3, 4, 5, 6, 7, 8 }, function(i)
			for k = 1, 200 do io.write(i) sleep(0) io.write(rest) if k % 50 == 0 then sleep(0.001) end io.write(i, "\n") end
			io.write("end", i)
		end)`)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(got) {
		if len(line) == 203 && line[0] == line[201] {
			n++
		}
	}
	if n < 1600-8 || strings.Count(got, "end") != 8 { // an unfinished last line is followed by another's
		t.Errorf("%d whole lines", n)
	}
}

func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		name, src, want string
		limits          interp.Limits
	}{
		{"instructions add up", `pcall(parallel.map, { 1, 2, 3, 4 }, function() for i = 1, 4e5 do end end)`, "limit exceeded: Instructions (1000000)", interp.Limits{Instructions: 1e6}},
		{"what is left counts", `for i = 1, 9e5 do end pcall(parallel.run, function() for i = 1, 2e5 do end end)`, "limit exceeded: Instructions (1000000)", interp.Limits{Instructions: 1e6}},
		{"output adds up", `pcall(parallel.map, { 1, 2, 3, 4 }, function() print(("x"):rep(400)) end)`, "limit exceeded: Output (1000)", interp.Limits{Output: 1000}},
		{"memory of one", `pcall(parallel.run, function() local t = {} for i = 1, 1e7 do t[i] = { i } end end)`, "limit exceeded: Memory (16777216)", interp.Limits{Memory: 16 << 20}},
		{"memory of all", `pcall(parallel.map, { 1, 2, 3, 4, 5, 6 }, function() local t = {} for i = 1, 1e5 do t[i] = { i } end sleep(5) return #t end, { limit = 6 })`, "limit exceeded: Memory (33554432)", interp.Limits{Memory: 32 << 20}},
		{"strings that isolates return", `local r = {} for i = 1, 200 do r[i] = parallel.run(function() return ("x"):rep(1e6) end) end`, "limit exceeded: Memory (67108864)", interp.Limits{Memory: 64 << 20}},
		{"strings that wait to be returned", `local l = {} for i = 1, 200 do l[i] = i end parallel.map(l, function() return ("x"):rep(1e6) end)`, "limit exceeded: Memory (67108864)", interp.Limits{Memory: 64 << 20}},
		{"strings in a channel", `local ch = parallel.channel(1e9) for i = 1, 2000 do ch:put(("x"):rep(1e5) .. i) end`, "limit exceeded: Memory (67108864)", interp.Limits{Memory: 64 << 20}},
		{"strings that an isolate puts", `local ch = parallel.channel(1e9) parallel.run(function() for i = 1, 2000 do ch:put(("x"):rep(1e5) .. i) end end)`, "limit exceeded: Memory (67108864)", interp.Limits{Memory: 64 << 20}},
		{"copies of what all have", `local big, l = {}, {} for k = 1, 30000 do big[k] = { k } end for i = 1, 100 do l[i] = i end parallel.map(l, function() local b = big sleep(5) return #b end, { limit = 100 })`, "limit exceeded: Memory (67108864)", interp.Limits{Memory: 64 << 20}},
		{"isolates", `local function f(n) return n == 190 and n or parallel.run(f, n + 1) end f(0)`, "limit exceeded: Memory (8388608)", interp.Limits{Memory: 8 << 20}},
		{"isolates are tasks", `pcall(parallel.map, { 1, 2, 3, 4 }, function() sleep(1) end, { limit = 4 })`, "limit exceeded: Tasks (3)", interp.Limits{Tasks: 3}},
		{"tasks add up", `pcall(parallel.map, { 1, 2, 3, 4 }, function() for i = 1, 40 do spawn(sleep, 1) end end, { limit = 4 })`, "limit exceeded: Tasks (100)", interp.Limits{Tasks: 100}},
		{"isolates in isolates are tasks", `local function f(n) return n == 60 and n or parallel.run(f, n + 1) end pcall(f, 0)`, "limit exceeded: Tasks (50)", interp.Limits{Tasks: 50}},
		{"files add up", `pcall(parallel.map, { 1, 2, 3, 4 }, function() local all = {} for i = 1, 10 do all[i] = assert(io.open(os.tmpname())) end sleep(1) end, { limit = 4 })`, "limit exceeded: Files (30)", interp.Limits{Files: 30}},
		{"time", `pcall(parallel.map, { 1, 2 }, function() while true do end end)`, "limit exceeded: Time (100ms)", interp.Limits{Time: 100 * time.Millisecond}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := run(t, tt.src, interp.WithLimits(tt.limits))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// Strings that isolates have in common, and what they have let go, are not counted for each.
func TestMemoryIsCountedOnce(t *testing.T) {
	got, err := run(t, `local text, ch, l = ("x"):rep(1e7), parallel.channel(1e6), {} for i = 1, 20 do l[i] = i end
		for i = 1, 150 do ch:put(("y"):rep(1e5) .. i) end
		parallel.map(l, function(i) local n, c = #text, ch:size() local t = {} for k = 1, 5000 do t[k] = {} end sleep(0.01) return n + c end, { limit = 8 })
		parallel.map(l, function(i) return #text + ch:size() end, { limit = 4, setup = function() end })
		ch = parallel.channel(1) spawn(parallel.run, function() for i = 1, 300 do ch:put(("z"):rep(1e6) .. i) end ch:close() end)
		local n = 0 for v in ch:items() do n = n + #v end
		for i = 1, 100 do n = n + #parallel.run(function() return ("x"):rep(1e6) end) end print("all")`, interp.WithLimits(interp.Limits{Memory: 96 << 20}))
	if err != nil || got != "all\n" {
		t.Errorf("%q, %v", got, err)
	}
}

// Tasks that have ended, and isolates, count no more.
func TestLimitsAreGivenBack(t *testing.T) {
	got, err := run(t, `for i = 1, 5 do parallel.map({ 1, 2, 3, 4 }, function() for i = 1, 5 do spawn(sleep, 0.001) end local f = io.tmpfile() f:close() end, { limit = 4 }) end
		parallel.map({ 1, 2, 3, 4, 5, 6, 7, 8 }, function() io.tmpfile() end, { limit = 2, setup = function() end }) gather(function() sleep(0) end, function() sleep(0) end) print("all")`,
		interp.WithLimits(interp.Limits{Tasks: 26, Files: 12}))
	if err != nil || got != "all\n" {
		t.Errorf("%q, %v", got, err)
	}
}

// Isolates that make isolates without end are stopped, whatever the limits.
func TestNestingHasAnEnd(t *testing.T) {
	_, err := run(t, `local function f() return parallel.run(f) end f()`)
	if err == nil || !strings.Contains(err.Error(), "isolates are nested 200 deep") {
		t.Errorf("%.300v", err)
	}
}

// A function that computes on and on is cut: by a time-out, by the failure of one before it, by the host.
func TestComputingIsCut(t *testing.T) {
	got, err := run(t, `
		local busy = function(i) if i == 1 then sleep(0.05) error("first", 0) end finally(function() while true do end end, function() print("cleanup " .. i) end) end
		print(pcall(wait_for, parallel.run, 0.1, busy, 0))
		print(pcall(parallel.map, { 1, 2 }, busy, { limit = 2 }))`)
	if err != nil || !strings.HasPrefix(got, "cleanup 0\nfalse\t") || !strings.HasSuffix(got, "cleanup 2\nfalse\tfirst\n") {
		t.Errorf("%q, %v", got, err)
	}
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := rt.RunString(ctx, "=t", `parallel.map({ 1, 2, 3 }, function() while true do end end)`); err == nil || !strings.Contains(err.Error(), "timed out") {
		t.Error(err)
	}
}

// Isolates that compute on and on take turns with the others: so a nested call is ended by a time-out, and one that has slept goes on.
func TestComputingTakesTurns(t *testing.T) {
	for _, cores := range []int{1, 2} {
		for _, tt := range []struct{ name, src, want string }{
			{"time-out over a nested map", `local function job(x) finally(function() if x % 2 == 0 then sleep(100) else while true do end end end, function() sleep(0.01) end) end
				local ok, e = pcall(wait_for, function() parallel.map({ 1, 2 }, function(y) parallel.map({ y, y + 2 }, job, { limit = 2 }) end, { limit = 2 }) end, 0.1) print(ok, e.kind)`, "false\ttimeout\n"},
			{"an error over a nested map", `print(pcall(parallel.map, { 1, 2, 3 }, function(i) if i == 1 then sleep(0.05) error("first", 0) end parallel.map({ 1, 2 }, function() while true do end end, { limit = 2 }) end, { limit = 3 }))`, "false\tfirst\n"},
			{"an error after a sleep", `print(pcall(parallel.map, { 1, 2, 3, 4 }, function(i) if i == 1 then sleep(0.05) error("first", 0) elseif i == 3 then sleep(100) end while true do end end, { limit = 4 }))`, "false\tfirst\n"},
			{"an error beside what lets others run", `print(pcall(parallel.map, { 1, 2, 3 }, function(i) if i == 1 then sleep(0.05) error("first", 0) end while true do sleep(0) end end, { limit = 3 }))`, "false\tfirst\n"},
		} {
			t.Run(fmt.Sprintf("%s, %d cores", tt.name, cores), func(t *testing.T) {
				if got, err := runFor(t, 20*time.Second, tt.src, interp.WithCores(cores)); err != nil || got != tt.want {
					t.Errorf("%q, %v", got, err)
				}
			})
		}
		for _, src := range []string{`parallel.map({ 1, 2 }, function() parallel.map({ 1, 2 }, function() while true do end end, { limit = 2 }) end, { limit = 2 })`, `parallel.run(function() while true do end end)`} {
			for _, opts := range [][]interp.Option{{interp.WithCores(cores)}, {virtual}, {virtual, interp.WithLimits(interp.Limits{Time: 100 * time.Millisecond})}} {
				limit, want := 100*time.Millisecond, "timed out"
				if len(opts) == 2 {
					limit, want = 20*time.Second, "limit exceeded: Time"
				}
				if _, err := runFor(t, limit, src, opts...); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s: %v", src, err)
				}
			}
		}
	}
}

// runFor is run, which the host cancels after a while. A script that does not end then fails the test at once, as nothing would end it.
func runFor(t *testing.T, limit time.Duration, src string, opts ...interp.Option) (string, error) {
	t.Helper()
	var out output
	rt, err := interp.New(append([]interp.Option{builtins.Std(), interp.WithStdio(nil, &out, &out)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := rt.RunString(ctx, "@job.lua", src)
		if closing := rt.Close(); err == nil {
			err = closing
		}
		ended <- err
	}()
	select {
	case err := <-ended:
		return out.b.String(), err
	case <-time.After(limit + 20*time.Second):
		t.Fatalf("the script does not end: %s", src)
		return "", nil
	}
}

func TestScriptByPath(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"part.lua": "local a, b = ... return require('m').add(a, b), ...", "m.lua": "local M = { n = 0 } function M.add(a, b) M.n = M.n + 1 return a + b end return M", "bad.lua": "x ="} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := run(t, `
		print(parallel.run("part.lua", 1, 2))
		local m = require("m") m.add(1, 1)
		print(parallel.run(function() m.add(1, 1) return m.n, m == require("m") end))
		local e = select(2, pcall(parallel.run, "none.lua")) print(e.kind, e.path)
		print(pcall(parallel.run, "bad.lua"))`, interp.WithDir(dir))
	want := "3\t1\t2\n1\ttrue\nerror\tnone.lua\nfalse\trun: bad.lua:1: unexpected symbol near '<eof>'\n"
	if err != nil || got != want {
		t.Errorf("got  %q\nwant %q\n%v", got, want, err)
	}
}

// Items through a channel are each had once, whoever is cancelled when.
func TestChannelUnderCancellation(t *testing.T) {
	got, err := run(t, `
		local ch, back = parallel.channel(3), parallel.channel(1e6)
		local readers = {}
		local function read_all(id) for v in ch:items() do back:put(v) if v % 7 == id then sleep(0.0001) end end end
		gather(function()
			for round = 1, 30 do
				task.move_on_after(function() parallel.map({ 1, 2 }, function(id)
					while true do local v = ch:get(0.001) if v then back:put(v) end end
				end) end, 0.005)
			end
			parallel.run(read_all, 1)
		end, function()
			parallel.map({ 0, 1 }, function(k) for i = 1, 500 do ch:put(k * 500 + i) if i % 20 == 0 then sleep(0.001) end end end)
			ch:close()
		end)
		local seen, n = {}, 0
		while back:size() > 0 do local v = back:get() assert(not seen[v], "twice: " .. v) seen[v] = true n = n + 1 end
		print(n)`)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if _, err := fmt.Sscan(got, &n); err != nil || n > 1000 || n < 1000-60 { // one that was cancelled between get and put has had its item
		t.Errorf("%q items, of 1000", got)
	}
}

// Many isolates, one after the other and beside each other, leave nothing behind; goleak looks.
func TestManyIsolates(t *testing.T) {
	n := 2000
	if testing.Short() {
		n = 200
	}
	got, err := run(t, fmt.Sprintf(`local items = {} for i = 1, %d do items[i] = i end
		local r = parallel.map(items, function(v) return v end) local sum = 0 for _, v in ipairs(r) do sum = sum + v end print(sum)
		print(#parallel.map({ unpack(items, 1, 200) }, function(v) sleep(0.01) return v end, { limit = 200 }))`, n))
	if want := fmt.Sprintf("%d\n200\n", n*(n+1)/2); err != nil || got != want {
		t.Errorf("%q, want %q; %v", got, want, err)
	}
}

// A program that was compiled once, and functions of it, run in 64 runtimes at once; under -race nothing of it may be written to.
func TestCodeIsShared(t *testing.T) {
	p, err := interp.Compile("@shared.lua", []byte(`
		local Account = {} Account.__index = Account
		function Account.new(n) return setmetatable({ n = n }, Account) end
		function Account:add(x) self.n = self.n + x return self end
		local function work(k)
			local a, s = Account.new(k), {}
			for i = 1, 300 do a:add(i) s[#s + 1] = ("%d:%s"):format(i, tostring(a.n % 7 == 0)) end
			local ok, e = pcall(function() local x = nil return x.field end)
			goto out
			::out::
			return a.n, #table.concat(s), tostring(e), select("#", unpack(s))
		end
		local r = parallel.map({ 1, 2, 3 }, function(k) return (work(k)) end)
		return work(5), r[1], r[2], r[3]`))
	if err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(2 * time.Second)
	if *long {
		end = time.Now().Add(time.Minute)
	}
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for time.Now().Before(end) {
				rt, err := interp.New(builtins.Std())
				if err != nil {
					t.Error(err)
					return
				}
				vals, err := rt.Run(context.Background(), p)
				if got := fmt.Sprint(vals.Get(1), vals.Get(2), vals.Get(3), vals.Get(4)); err != nil || got != "45155 45151 45152 45153" {
					t.Error(got, err)
				}
				rt.Close()
			}
		})
	}
	all.Wait()
}

// Two that talk to each other, and a map inside a map, go on with one core.
func TestOneCore(t *testing.T) {
	got, err := run(t, `
		local ping, pong = parallel.channel(), parallel.channel()
		gather(function() parallel.run(function() for i = 1, 100 do ping:put(i) pong:get() end end) end, function() parallel.run(function() for i = 1, 100 do ping:get() pong:put(i) end end) end)
		print(unpack(parallel.map({ 1, 2 }, function(a) local r = parallel.map({ 1, 2 }, function(b) return a * b end) return r[1] + r[2] end)))
		print(parallel.cores())`, interp.WithCores(1))
	if err != nil || got != "3\t6\n1\n" {
		t.Errorf("%q, %v", got, err)
	}
}

// An error is raised as it is, however many of the items behind have failed meanwhile.
func TestErrorsAreAlikeOnAllCores(t *testing.T) {
	for _, cores := range []int{1, 2, 8} {
		got, err := run(t, `for i = 1, 20 do
			local ok, e = pcall(parallel.map, { 1, 2, 3, 4, 5, 6, 7, 8 }, function(n) for i = 1, (9 - n) * 30000 do end if n >= 3 then error("item " .. n, 0) end end)
			if e ~= "item 3" then print(type(e), e) end end`, interp.WithCores(cores))
		if err != nil || got != "" {
			t.Errorf("%d cores: %s%v", cores, got, err)
		}
	}
}

// Two runs have the same results with any number of cores.
func TestCoresDoNotMatter(t *testing.T) {
	var all []string
	for _, cores := range []int{1, 2, 7} {
		got, err := run(t, `local r = parallel.map({ 1, 2, 3, 4, 5, 6, 7, 8, 9 }, function(i) return i .. ":" .. math.random(1e6) .. ":" .. parallel.run(function() return math.random(1e6) end) end) print(table.concat(r, " "))
			local r = parallel.map({ 1, 2, 3, 4, 5, 6, 7, 8, 9 }, function(i) return parallel.run(function() return math.random(1e6) end) end, { setup = function() end }) print(table.concat(r, " "))`, interp.WithCores(cores))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, got)
	}
	if slices.Sort(all); all[0] != all[2] {
		t.Errorf("%q", all)
	}
}

// On a clock that a host moves the isolates are on that clock, too.
func TestManualClock(t *testing.T) {
	clock := interp.NewManualClock()
	var out output
	rt, err := interp.New(builtins.Std(), interp.WithClock(clock), interp.WithStdio(nil, &out, &out))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	done := make(chan error, 1)
	go func() {
		_, err := rt.RunString(context.Background(), "=t", `local t = now() parallel.map({ 1, 2 }, function(i) sleep(i) print(i, now() - t) end) print("end", now() - t)`)
		done <- err
	}()
	for {
		select {
		case err := <-done:
			if got := out.b.String(); err != nil || got != "1\t1\n2\t2\nend\t2\n" {
				t.Errorf("%q, %v", got, err)
			}
			return
		default:
			clock.Advance(500 * time.Millisecond)
		}
	}
}

// gone is a writer whose reader is gone.
type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, syscall.EPIPE }

// A reader of the output that is gone ends the run, as without isolates: it is no error of theirs.
func TestReaderIsGone(t *testing.T) {
	for _, src := range []string{`for i = 1, 1e6 do print(i) end`, `parallel.map({ 1, 2 }, function() for i = 1, 1e6 do print(i) end end)`} {
		rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, gone{}, nil))
		if err != nil {
			t.Fatal(err)
		}
		_, err = rt.RunString(context.Background(), "=t", src)
		if !errors.Is(err, syscall.EPIPE) || strings.Contains(err.Error(), "t:1:") || strings.Count(err.Error(), "broken pipe") > 2 {
			t.Errorf("%s: %v", src, err)
		}
		rt.Close()
	}
}
