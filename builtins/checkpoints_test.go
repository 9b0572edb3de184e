package builtins_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// Every builtin that waits, under every cause that ends its wait, in every place that a wait can stand in. Whatever a stub marks @async is
// here, or among the brief, and nothing else.

// waits are bodies of functions that wait for ever. What they need is made before.
var waits = []struct {
	call             string // in the reference
	name, made, wait string
	others           bool // it waits for other tasks, or for what they hold
}{
	{"sleep", "sleep", "", "sleep(1e6)", false},
	{"sleep", "sleep for ever", "", "sleep(math.huge)", false},
	{"await", "await", "local other = task.daemon(sleep, 1e6)", "await(other)", true},
	{"await", "await a function", "", "await(function() sleep(1e6) end)", false},
	{"await", "await a job", "local f = async(sleep)", "await(f(1e6))", false},
	{"task:await", "t:await", "local other = task.daemon(sleep, 1e6)", "other:await()", true},
	{"task:join", "t:join", "local other = task.daemon(sleep, 1e6)", "other:join()", true},
	{"gather", "gather", "", "gather(function() sleep(1e6) end, function() sleep(math.huge) end)", false},
	{"gather", "gather exceptions", "", "gather{function() sleep(1e6) end, return_exceptions = true}", false},
	{"race", "race", "", "race(function() sleep(1e6) end, function() sleep(math.huge) end)", false},
	{"wait_for", "wait_for", "", "wait_for(sleep, 1e5, 1e6)", false},
	{"wait_for", "wait_for a task", "", "wait_for(spawn(sleep, 1e6), 1e5)", true},
	{"shield", "shield", "", "shield(sleep, 10)", true},
	{"group", "group", "", "group(function(g) g:spawn(sleep, 1e6) end)", false},
	{"group", "group body", "", "group(function(g) g:spawn(sleep, 1e6) sleep(1e6) end)", false},
	{"finally", "finally", "", "finally(function() sleep(1e6) end, function() end)", false},
	{"task.map", "task.map", "", "task.map({ 1, 2, 3 }, function() sleep(1e6) end, { limit = 2 })", false},
	{"task.map", "task.map names", "", "task.map({ 1 }, print, { name = function() sleep(1e6) end })", false},
	{"task.each", "task.each", "", "task.each({ 1, 2, 3 }, function() sleep(1e6) end, { limit = 2 })", false},
	{"task.each", "task.each iterator", "", "task.each(function() sleep(1e6) end, print)", false},
	{"task.each", "task.each queue", "local q = keep(sync.queue())", "task.each(q, print)", false},
	{"task.each", "task.each busy queue", "local q = keep(sync.queue(1)) q:put(1)", "task.each(q, function() sleep(1e6) end, { limit = 1 })", false},
	{"queue:drain", "queue drain", "local q = keep(sync.queue()) q:put(1) q:put(2)", "q:drain(function() sleep(1e6) end, { limit = 1 })", false},
	{"queue:drain", "queue drain waits", "local q = keep(sync.queue()) q:put(1)", "q:drain(function() sleep(1e6) end)", false},
	{"task.any", "task.any", "", "task.any{ function() error('x') end, function() sleep(1e6) end }", false},
	{"task.as_completed", "task.as_completed", "local other = task.daemon(sleep, 1e6)", "for _ in task.as_completed{ other } do print('never') end", true},
	{"task.move_on_after", "task.move_on_after", "", "task.move_on_after(sleep, 1e5, 1e6)", false},
	{"task.retry", "task.retry attempt", "", "task.retry(function() sleep(1e6) end)", false},
	{"task.retry", "task.retry timeout", "", "task.retry(function() sleep(1e6) end, { timeout = 1e5 })", false},
	{"task.retry", "task.retry delay", "", "task.retry(function() error('x') end, { delay = 1e6, max_delay = 1e6 })", false},
	{"task.every", "task.every", "", "task.every(1e5, function() end)", false},
	{"cron.run", "cron.run", "", "cron.run('@yearly', print)", false},
	{"queue:get", "queue get", "local q = keep(sync.queue())", "q:get()", false},
	{"queue:get", "queue get in time", "local q = keep(sync.queue())", "q:get(1e6)", false},
	{"queue:put", "queue put", "local q = keep(sync.queue(1)) q:put(1)", "q:put(2)", false},
	{"queue:items", "queue items", "local q = keep(sync.queue())", "for _ in q:items() do print('never') end", false},
	{"lock:acquire", "lock acquire", "local l = keep(sync.lock()) task.daemon(l.with, l, sleep, 1e6) sleep(0)", "l:acquire()", true},
	{"lock:with", "lock with", "local l = keep(sync.lock()) task.daemon(l.with, l, sleep, 1e6) sleep(0)", "l:with(print, 'never')", true},
	{"lock:with", "inside lock with", "local l = keep(sync.lock())", "l:with(sleep, 1e6)", false},
	{"semaphore:acquire", "semaphore acquire", "local s = keep(sync.semaphore(1)) s:acquire()", "s:acquire()", false},
	{"semaphore:with", "semaphore with", "local s = keep(sync.semaphore(1)) s:acquire()", "s:with(print, 'never')", false},
	{"semaphore:with", "inside semaphore with", "local s = keep(sync.semaphore(1))", "s:with(sleep, 1e6)", false},
	{"event:wait", "event wait", "local e = keep(sync.event())", "e:wait()", false},
	{"event:wait", "event wait in time", "local e = keep(sync.event())", "e:wait(1e6)", false},
	{"condition:acquire", "condition acquire", "local c = keep(sync.condition()) task.daemon(c.with, c, sleep, 1e6) sleep(0)", "c:acquire()", true},
	{"condition:with", "condition with", "local c = keep(sync.condition()) task.daemon(c.with, c, sleep, 1e6) sleep(0)", "c:with(print, 'never')", true},
	{"condition:wait", "condition wait", "local c = keep(sync.condition())", "c:with(c.wait, c)", false},
	{"condition:wait_until", "condition wait_until", "local c = keep(sync.condition())", "c:with(c.wait_until, c, function() return false end)", false},
	{"condition:wait_until", "waiting predicate", "local c = keep(sync.condition())", "c:with(c.wait_until, c, function() sleep(1e6) end)", false},
	{"barrier:wait", "barrier wait", "local b = keep(sync.barrier(2))", "b:wait()", false},
	{"limiter:acquire", "limiter acquire", "local l = keep(sync.limiter(1e-6)) l:acquire()", "l:acquire()", false},
	{"limiter:with", "limiter with", "local l = keep(sync.limiter(1e-6)) l:acquire()", "l:with(print, 'never')", false},
}

// places are where a call of wait() can stand.
var places = []struct{ name, code string }{
	{"plain", "wait()"},
	{"pcall", "pcall(wait)"},
	{"nested pcall", "while true do pcall(pcall, xpcall, wait, function() end) end"},
	{"coroutine", "coroutine.wrap(wait)()"},
	{"coroutine in coroutine", "coroutine.resume(coroutine.create(function() coroutine.wrap(wait)() end))"},
	{"metamethod", "local _ = setmetatable({}, { __index = wait }).field"},
	{"show", "show({ setmetatable({}, { __tostring = wait }) })"},
	{"comparator", "table.sort({ 2, 1, 3 }, wait)"},
	{"gsub", "string.gsub('abc', '%w', wait)"},
	{"iterator", "for _ in wait do end"},
	{"cleanup", "finally(function() end, wait)"},
}

// causes end the wait of body() at 1 s.
var causes = []struct{ name, code string }{
	{"cancel", "local t = spawn(body) sleep(1) t:cancel() t:join() print(t:cancelled())"},
	{"time-out", "print(not pcall(wait_for, body, 1))"},
	{"move on", "print(not task.move_on_after(body, 1))"},
	{"stop", "spawn(body) sleep(1) print(true) stop()"},
	{"exit", "spawn(body) sleep(1) print(true) os.exit(0)"},
	{"host", "print(true) spawn(function() sleep(1) interrupt() end) body()"},
	{"sibling", "print(not pcall(group, function(g) g:spawn(body) sleep(1) error('sibling') end))"},
	{"gather", "print(not pcall(gather, body, function() sleep(1) error('sibling') end))"},
	{"race", "print(race(body, function() return sleep(1, true) end))"},
	{"daemon", "task.daemon(body) sleep(1) print(true)"},
	{"failing main", "spawn(body) sleep(1) print(true) error('main')"},
}

const checkpointScript = `
%s
local function wait() %s print("never") end
local function place() %s end
local function body()
  finally(place, function(ok, e) print("cleanup", ok, e.kind, now()) unwound() end)
  print("never")
end
%s
`

func TestEveryCheckpointUnderEveryCause(t *testing.T) {
	for _, w := range waits {
		t.Run(w.name, func(t *testing.T) {
			for _, p := range places {
				for _, cause := range causes {
					switch {
					case cause.name == "host" && p.name == "cleanup":
						continue // time would have to stand still and to pass
					case cause.name == "daemon" && w.others:
						continue // which end at the same time, or keep the script from ending
					}
					src := fmt.Sprintf(checkpointScript, w.made, w.wait, p.code, cause.code)
					if msg := checkCheckpoint(src, p.name == "cleanup"); msg != "" {
						t.Errorf("%s in %s: %s\nscript:%s", cause.name, p.name, msg, src)
					}
				}
			}
		})
	}
}

func checkCheckpoint(src string, inCleanup bool) string {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	unwound := make(chan struct{})
	var kept []any
	var out, errw bytes.Buffer
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, &out, &errw), interp.WithVirtualTime(), interp.WithModule(interp.Module{
		Defs: []interp.Def{
			{Name: "keep", Fn: func(c *interp.Call) error {
				kept = append(kept, c.Arg(1).Object())
				return c.Return(c.Arg(1))
			}},
			// The host's cancellation comes from another goroutine; virtual time stands still until it has arrived.
			{Name: "interrupt", Fn: func(c *interp.Call) error {
				return c.BlockFirm(func(context.Context) error {
					cancel()
					<-unwound
					return nil
				})
			}},
			{Name: "unwound", Fn: func(*interp.Call) error {
				close(unwound)
				return nil
			}},
		},
	}))
	if err != nil {
		return err.Error()
	}
	_, runErr := rt.RunString(ctx, "=t", src)
	closeErr := rt.Close()
	for _, err := range []error{runErr, closeErr} {
		// The host's cancellation and main's error are what the scripts of these causes end with.
		if e := (*interp.Error)(nil); errors.As(err, &e) && e.Kind != interp.KindCancelled && !strings.HasSuffix(e.Msg, ": main") {
			return "ends with " + err.Error()
		}
	}
	at := 1
	if inCleanup {
		at = 6 // the grace
	}
	got := out.String()
	want := fmt.Sprintf("cleanup\tfalse\tcancelled\t%d\n", at)
	if !strings.Contains(got, want) || strings.Count(got, "cleanup") != 1 || strings.Contains(got, "never") || !strings.Contains(got, "true") {
		return fmt.Sprintf("prints\n%swant once\n%sstandard error:\n%s", got, want, errw.String())
	}
	if s := rt.Stats(); s.Live != 0 || s.Timers > 1 { // Close's own grace
		return fmt.Sprintf("%d tasks and %d timers are left", s.Live, s.Timers)
	}
	for _, k := range kept {
		if msg := leftovers(k); msg != "" {
			return msg
		}
	}
	return ""
}

// leftovers tells what a primitive of the table sync still holds when no task is left: waiters, a place, a holder. It looks into its
// unexported fields, so that a new primitive needs nothing.
func leftovers(p any) string {
	v := reflect.ValueOf(p).Elem()
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Name, v.Field(i)
		f = reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())) // a pointer to it, as if it were exported
		if waiters, ok := f.Interface().(interface{ Len() int }); ok && waiters.Len() != 0 {
			return fmt.Sprintf("%s: %d are left", name, waiters.Len())
		}
		switch name {
		case "places", "holder":
			if !f.Elem().IsZero() {
				return fmt.Sprintf("%s: %v", name, f.Elem())
			}
		case "lock": // of a condition
			if msg := leftovers(f.Elem().Interface()); msg != "" {
				return "its lock: " + msg
			}
		}
	}
	return ""
}
