package interp_test

import (
	"fmt"
	"strings"
	"testing"
)

// A coroutine takes what it has opened along into whatever task resumes it.
func TestCoroutineGoesOnInAnotherTask(t *testing.T) {
	const move = `
		local co
		local function body() coroutine.yield() end
		co = coroutine.create(function() %s end)
		assert(coroutine.resume(co))
		local t = spawn(function() print(coroutine.resume(co)) end)
		t:join()
		print("left", now())`
	for _, tt := range []struct{ name, inside, want string }{
		{"a cleanup", `finally(body, function() sleep(1) print("cleanup") end)`, "cleanup\ntrue\nleft\t1\n"},
		{"a deadline", `local ok, e = pcall(wait_for, function() body() sleep(9) end, 2) print(e.kind)`, "timeout\ntrue\nleft\t2\n"},
		{"a group", `group(function(g) g:spawn(function() sleep(2) end) body() end)`, "true\nleft\t2\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, errw, err := runScript(t, strings.Replace(move, "%s", tt.inside, 1))
			if err != nil || errw != "" {
				t.Errorf("%v, standard error %q", err, errw)
			}
			if out != tt.want {
				t.Errorf("printed %q, want %q", out, tt.want)
			}
		})
	}
}

// A task that waits for its own owner would wait for ever: nothing could cancel that.
func TestOwningOnesOwner(t *testing.T) {
	for _, src := range []string{
		`gather(task.current())`,
		`local a, b
			a = spawn(function() sleep(0) wait_for(b, 10) end)
			b = spawn(function() sleep(0) race(a) end)
			await(b)`,
		`local g, t = nil, task.current()
			group(function(g) g:spawn(function() g:spawn(t) end) end)`,
		`co = coroutine.create(function() group(function(g) g:spawn(function() print(coroutine.resume(co)) end) coroutine.yield() end) end)
			coroutine.resume(co)
			sleep(1)`,
		`co = coroutine.create(function() group(function(g)
				g:spawn(function() gather(function() print(coroutine.resume(co)) end) end)
				coroutine.yield()
			end) end)
			coroutine.resume(co)
			sleep(1)`,
	} {
		out, _, err := runScript(t, src)
		if !strings.Contains(out+fmt.Sprint(err), "itself") {
			t.Errorf("%s: printed %q, error %v", src, out, err)
		}
	}
}

// A task in the group of a suspended coroutine has no owner that could cancel it.
func TestRunCutShortReachesSuspendedGroups(t *testing.T) {
	out, _, err := runScript(t, `
		co = coroutine.create(function()
			group(function(g) g:spawn(function() finally(function() sleep(math.huge) end, function() print("cleanup") end) end) coroutine.yield() end)
		end)
		coroutine.resume(co)
		sleep(1)
		error("boom", 0)`)
	if err == nil || !strings.Contains(err.Error(), "boom") || out != "cleanup\n" {
		t.Errorf("printed %q, error %v", out, err)
	}
}
