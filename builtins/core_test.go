package builtins_test

import "testing"

func TestSpawnAndAwait(t *testing.T) {
	runAll(t, []script{
		{name: "a spawned task first runs at the spawner's next checkpoint",
			src:  `local t = spawn(function(...) print("task", ...) return 1, 2 end, "a", nil) print("main") print(await(t))`,
			want: "main\ntask\ta\tnil\n1\t2\n"},
		{name: "a task is returned as it is", src: `local t = spawn(sleep, 0) print(spawn(t) == t, task.daemon(t) == t) await(t)`, want: "true\ttrue\n"},
		{name: "await runs a function in the caller's task",
			src: `local me = task.current() print(await(function() return task.current() == me, "x" end))`, want: "true\tx\n"},
		{name: "a job runs once",
			src:  `local f = async(function(x) return x end) local j = f(7) print(await(j)) print(select(2, pcall(await, j)).message, select(2, pcall(gather, j)).message)`,
			want: "7\njob 'f' was used already; a job runs once\tjob 'f' was used already; a job runs once\n"},
		{name: "the same job twice in one gather",
			src:  `local f = async(function(x) print("never") end) local j = f() print(select(2, pcall(gather, j, j)).message)`,
			want: "job 'f' was used already; a job runs once\n"},
		{name: "a job never started is reported", src: `local fetch = async(function() end) fetch() local t = {async(function() end)} t[1]()`,
			err: "t:1: job 'fetch' was never awaited\nt:1: job 't:1' was never awaited"},
		{name: "a coroutine that has not started is an awaitable",
			src:  `local co = coroutine.create(function(...) return ... end) print(await(co), coroutine.status(co)) print(pcall(await, co))`,
			want: "nil\tdead\nfalse\tt:1: bad argument #1 to 'await' (awaitable expected, got a coroutine that has started)\n"},
		{name: "a coroutine's arguments", src: `print(wait_for(coroutine.create(function(...) return ... end), 1, 4, 5))`, want: "4\t5\n"},
		{name: "yield in a coroutine that is a task's body", src: `
			print(pcall(await, spawn(coroutine.create(function() coroutine.yield(1) end))))`,
			want: "false\tt:2: attempt to yield from outside a coroutine\n"},
		{name: "awaiting oneself", src: `local me = task.current()
			for _, f in ipairs{await, gather, race, shield, function(t) wait_for(t, 1) end, function(t) wait_for(t, 0) end, function(t) t:await() end, function(t) t:join() end,
				function(t) group(function(g) g:spawn(t) end) end} do
				local ok, e = pcall(f, me) print(ok, e.kind, e.message)
			end`,
			want: "false\terror\ta task cannot await itself\nfalse\terror\ta task cannot await itself\nfalse\terror\ta task cannot await itself\nfalse\terror\ta task cannot await itself\n" +
				"false\terror\ta task cannot await itself\nfalse\terror\ta task cannot await itself\nfalse\terror\ta task cannot await itself\nfalse\terror\ta task cannot join itself\nfalse\terror\ta task cannot await itself\n"},
		{name: "a ring of owners", src: `
			local a
			a = spawn(function() return gather(function() return pcall(gather, a) end, function() return select(2, pcall(wait_for, a, 1)).message end) end)
			print(await(a))`,
			want: "false\ttask 't:3' cannot be awaited here: it waits for this task itself\n"},
		{name: "gather of a list that was filled from above, with an option set before",
			src: `local t = {return_exceptions = true}
			for i = 1, 128 do t[i] = function() return i end end
			t[130] = function() error("no", 0) end
			t[129] = function() return 129 end
			local r = gather(t) print(#t, r[128], r[129], r[130])`,
			want: "130\t128\t129\tno\n"},
		{name: "gather of a task that awaits the gatherer", src: `
			local main = task.current()
			finally(function() gather(function() await(main) end) end, function(ok, e) print(ok, e.kind) end)`,
			want: "false\tcancelled\n",
			err:  "deadlock: every task waits, and nothing can wake any of them\n\ttask 1 'main': gather at t:3: task 2 'gather[1]' (await at t:3)\n\ttask 2 'gather[1]': await at t:3: task 1 'main' (gather at t:3)\n\ta cycle: 1 'main' waits for task 2 'gather[1]', which waits for task 1 'main'"},
		{name: "a cancelled task awaited twice", src: `local t = spawn(sleep, 9) t:cancel("why")
			for i = 1, 2 do local ok, e = pcall(await, t) print(ok, e.kind, e.message) end`,
			want: "false\tcancelled\ttask 'sleep' was cancelled: why\nfalse\tcancelled\ttask 'sleep' was cancelled: why\n"},
		{name: "cancelling the waiter leaves the task alone", src: `
			local t = spawn(function() sleep(5) return "done" end)
			print(select(2, pcall(wait_for, function() await(t) end, 1)).kind, now()) print(await(t), now())`,
			want: "timeout\t1\ndone\t5\n"},
		{name: "guesses", src: `
			for _, call in ipairs { { await, 3 }, { wait_for, 1, print }, { task.move_on_after, 1, spawn(print) }, { task.every, print, 1 } } do
				print(select(2, pcall(unpack(call))).message)
			end`,
			want: "bad argument #1 to 'await' (awaitable expected, got number; sleep waits for seconds, and where this is what a function has returned the function is passed, and its arguments apart)\n" +
				"bad argument #1 to 'wait_for' (awaitable expected, got number; are the arguments swapped? it is wait_for(x, seconds))\n" +
				"bad argument #1 to 'move_on_after' (awaitable expected, got number; are the arguments swapped? it is move_on_after(x, seconds))\n" +
				"bad argument #1 to 'every' (number expected, got function; are the arguments swapped? it is task.every(seconds, fn))\n\n"},
		{name: "not an awaitable", src: `
			print(pcall(await, nil)) print(pcall(spawn)) print(pcall(gather, {}, 1)) print(pcall(wait_for, sleep(0, 1), 2)) print(pcall(gather, {sleep, 3})) print(pcall(gather, {sleep, nil, sleep}))`,
			want: "false\tt:2: bad argument #1 to 'await' (awaitable expected, got nil; was the function called, instead of being passed? pass the function and its arguments apart)\n" +
				"false\tt:2: bad argument #1 to 'spawn' (awaitable expected, got no value; was the function called, instead of being passed? pass the function and its arguments apart)\n" +
				"false\tt:2: bad argument #1 to 'gather' (awaitable expected, got table)\n" +
				"false\tt:2: bad argument #1 to 'wait_for' (awaitable expected, got number; was the function called, instead of being passed? pass the function and its arguments apart)\n" +
				"false\tt:2: bad argument #1 to 'gather' (item 2: awaitable expected, got number; was the function called, instead of being passed? pass the function and its arguments apart)\n" +
				"false\tt:2: bad argument #1 to 'gather' (the list has a hole: item 2 is nil)\n"},
	})
}

func TestSleep(t *testing.T) {
	runAll(t, []script{
		{name: "returns its value", src: `print(sleep(1, "v"), now()) print(select("#", sleep(0))) print(sleep(1, nil))`, want: "v\t1\n0\nnil\n"},
		{name: "zero and less let others run", src: `spawn(function() print("other") end) sleep(-5) print("main", now())`, want: "other\nmain\t0\n"},
		{name: "numbers", src: `print(select(2, pcall(sleep, 0/0)).message) print(select(2, pcall(sleep, "x")).message) print(select(2, pcall(sleep)).message) sleep(-math.huge) sleep("0.5") sleep("0x1") print(now())`,
			want: "bad argument #1 to 'sleep' (number of seconds expected, got nan)\nbad argument #1 to 'sleep' (number expected, got string)\nbad argument #1 to 'sleep' (number expected, got no value)\n1.5\n"},
		{name: "math.huge waits until cancelled", src: `print(select(2, pcall(wait_for, sleep, 5, math.huge)).kind, now())`, want: "timeout\t5\n"},
		{name: "a script's tonumber is not asked", src: `tonumber = function() return 100 end sleep("2") print(now())`, want: "2\n"},
		{name: "a checkpoint that never waits lets others run now and then", src: `
			local n, t = 0, spawn(function() end)
			await(t)
			local other = spawn(function() n = "ran" end)
			for i = 1, 2000 do await(t) if n == "ran" then print(i <= 1000) break end end`, want: "true\n"},
	})
}

func TestGather(t *testing.T) {
	runAll(t, []script{
		{name: "nothing", src: `print(select("#", gather())) local r = gather{} print(#r, r.n)`, want: "0\n0\t0\n"},
		{name: "the first value of each, nils too", src: `print(gather(function() return nil, 2 end, function() return 3, 4 end)) local r = gather{function() end, function() return 1 end} print(r[1], r[2], r.n)`,
			want: "nil\t3\nnil\t1\t2\n"},
		{name: "return_exceptions", src: `
			local waiting = spawn(sleep, math.huge)
			local r, errs = gather{function() error("x", 0) end, function() return 1 end, function() error({code = 7}) end, waiting, return_exceptions = true,
				function() sleep(1) waiting:cancel("enough") end}
			print(r.n, r[1].kind, tostring(r[1]), r[1].value, r[2], r[3].value.code, r[4].kind)
			for i = 1, r.n do print(errs[i] ~= nil and errs[i] == r[i]) end`,
			want: "5\terror\tx\tx\t1\t7\tcancelled\ntrue\nfalse\ntrue\ntrue\nfalse\n"},
		{name: "errors are complete and in order", src: `
			local function failing(after, name) return function() finally(function() sleep(9) end, function() sleep(after) error(name, 0) end) end end
			local ok, e = pcall(gather, failing(3, "c"), failing(1, "a"), function() sleep(1) error("first", 0) end, failing(2, "b"))
			print(tostring(e), e.kind, e.value, #e.others, e.others[1], e.others[2], e.others[3], now())`,
			want: "first\terror\tfirst\t3\ta\tb\tc\t4\n"},
		{name: "nested", src: `
			local function bad(s) return function() sleep(0) error(s, 0) end end
			local function unwinding(s) return function() finally(function() sleep(9) end, bad(s)) end end
			local ok, e = pcall(gather, function() gather(bad("1"), unwinding("2")) end, function() finally(function() gather(unwinding("3"), unwinding("4")) end, function() end) end)
			print(tostring(e), e.others[1], tostring(e.others[2]), e.others[2].others[1])`,
			want: "1\t2\t3\t4\n"},
		{name: "a member cancelled from outside", src: `
			local t = spawn(sleep, 9)
			spawn(function() t:cancel("gone") end)
			local ok, e = pcall(gather, t, function() sleep(9) end) print(ok, e.kind, e.message, now())`,
			want: "false\tcancelled\ttask 'sleep' was cancelled: gone\t0\n"},
		{name: "the same task twice", src: `local t = spawn(function() sleep(1) return 5 end) print(gather(t, t)) print(race(t, t))`, want: "5\t5\n5\t1\n"},
		{name: "its error is one", src: `local t = spawn(function() sleep(1) error("x", 0) end) print(pcall(gather, t, t))`, want: "false\tx\n"},
		{name: "the caller is cancelled", src: `
			print(pcall(wait_for, function() gather(function() finally(function() sleep(9) end, function() error("kept", 0) end) end) end, 1))`, want: "false\tkept\n"},
		{name: "the caller is cancelled, with return_exceptions", src: `
			print(pcall(wait_for, function() gather{return_exceptions = true, function() finally(function() sleep(9) end, function() error("kept", 0) end) end} end, 1))`, want: "false\tkept\n"},
		{name: "options", src: `print(pcall(gather, {return_exception = true})) print(pcall(race, {return_exceptions = true, sleep})) print(pcall(race)) print(pcall(race, {}))`,
			want: "false\tt:1: bad argument #1 to 'gather' (unknown option 'return_exception', did you mean 'return_exceptions'? there is: return_exceptions)\n" +
				"false\tt:1: bad argument #1 to 'race' (unknown option 'return_exceptions'; there is none)\n" +
				"false\tt:1: bad argument #1 to 'race' (at least one awaitable expected)\nfalse\tt:1: bad argument #1 to 'race' (at least one awaitable expected)\n"},
		{name: "what was raised arrives as it is", src: `
			local e = {} print(select(2, pcall(gather, function() error(e) end)) == e, select(2, pcall(await, function() error(nil) end)), select(2, pcall(race, function() error(42, 0) end)))`,
			want: "true\tnil\t42\n"},
	})
}

func TestRace(t *testing.T) {
	runAll(t, []script{
		{name: "the first error is raised", src: `print(pcall(race, function() sleep(2) end, function() sleep(1) error("x", 0) end)) print(now())`, want: "false\tx\n1\n"},
		{name: "a loser's error is raised instead", src: `
			print(pcall(race, function() sleep(0) return "won" end, function() finally(function() sleep(9) end, function() error("lost", 0) end) end))`,
			want: "false\tlost\n"},
		{name: "a cancelled one decides, too", src: `
			local t = spawn(sleep, 9) spawn(function() t:cancel() end) local ok, e = pcall(race, t, function() sleep(5) end) print(e.kind, now())`, want: "cancelled\t0\n"},
		{name: "losers have unwound", src: `
			print(race{function() return sleep(1, "a") end, function() finally(function() sleep(9) end, function() sleep(2) print("unwound") end) end}) print(now())`,
			want: "unwound\na\t1\n3\n"},
	})
}

func TestWaitFor(t *testing.T) {
	runAll(t, []script{
		{name: "values and arguments", src: `print(wait_for(function(...) sleep(1) return ... end, 2, "a", nil, "b")) print(wait_for(function() return 1 end, nil))`, want: "a\tnil\tb\n1\n"},
		{name: "the error", src: `local ok, e = pcall(wait_for, sleep, 1.5, 9) print(e.kind, tostring(e)) `, want: "timeout\tt:1: wait_for: timed out after 1.5 s\n"},
		{name: "zero starts nothing", src: `
			local job = async(function() print("never") end)()
			for _, x in ipairs{function() print("never") end, job, coroutine.create(function() print("never") end)} do print(select(2, pcall(wait_for, x, 0)).kind) end
			print(select(2, pcall(await, job)).message)`,
			want: "timeout\ntimeout\ntimeout\njob 't:2' was used already; a job runs once\n"},
		{name: "zero on a task", src: `
			local ended = spawn(function() return 1, 2 end) await(ended)
			print(wait_for(ended, 0)) print(wait_for(ended, -1))
			local t = spawn(sleep, 9) sleep(0)
			print(select(2, pcall(wait_for, t, 0)).kind, t:cancelled(), now())
			local t = spawn(function() finally(function() sleep(9) end, function() error("unwinding", 0) end) end) sleep(0)
			print(pcall(wait_for, t, -math.huge))`,
			want: "1\t2\n1\t2\ntimeout\ttrue\t0\nfalse\tunwinding\n"},
		{name: "it owns a task", src: `
			local t = spawn(function() finally(function() sleep(9) end, function() sleep(2) end) end)
			print(select(2, pcall(wait_for, t, 1)).kind, t:done(), t:cancelled(), now())`, want: "timeout\ttrue\ttrue\t3\n"},
		{name: "the outer of equal deadlines decides", src: `
			local ok, e = pcall(wait_for, function() local ok, e = pcall(wait_for, sleep, 1, 9) print("inner", ok) end, 1) print("outer", e.kind)`, want: "outer\ttimeout\n"},
		{name: "bad seconds", src: `print(pcall(wait_for, sleep, 0/0)) print(pcall(wait_for, sleep)) print(pcall(wait_for, sleep, {}))`,
			want: "false\tt:1: bad argument #2 to 'wait_for' (number of seconds expected, got nan)\nfalse\tt:1: bad argument #2 to 'wait_for' (number expected, got no value)\nfalse\tt:1: bad argument #2 to 'wait_for' (number expected, got table)\n"},
		{name: "what was spawned under it goes on", src: `
			pcall(wait_for, function() spawn(function() sleep(3) print("spawned", now()) end) sleep(9) end, 1) print("out", now())`, want: "out\t1\nspawned\t3\n"},
		{name: "a task that two own", src: `
			local t = spawn(function() sleep(9) end)
			local other = spawn(function() local ok, e = pcall(wait_for, t, 5) print("other", e.kind, now()) end)
			print("main", select(2, pcall(wait_for, t, 1)).kind) await(other)`, want: "main\ttimeout\nother\tcancelled\t1\n"},
	})
}

func TestShield(t *testing.T) {
	runAll(t, []script{
		{name: "values and errors", src: `print(shield(function(...) return ... end, 1, 2)) print(pcall(shield, function() error("x", 0) end))`, want: "1\t2\nfalse\tx\n"},
		{name: "what it waited for runs on", src: `
			pcall(wait_for, shield, 1, function() sleep(3) print("done", now()) end) print("left", now())`, want: "left\t1\ndone\t3\n"},
		{name: "its error is not lost", src: `pcall(wait_for, shield, 1, function() sleep(3) error("late", 0) end)`,
			stderr: "lull: task 't:1' failed: late\n", err: "late"},
		{name: "stop leaves it the grace", src: `
			spawn(function() shield(function() sleep(4) print("in time", now()) end) end)
			spawn(function() shield(function() finally(function() sleep(6) print("never") end, function() print("cut", now()) end) end) end)
			sleep(1) stop()`, want: "in time\t4\ncut\t6\n"},
		{name: "main's error leaves it the grace", src: `
			spawn(function() shield(function() finally(function() sleep(9) end, function() print("cut", now()) end) end) end) sleep(1) error("main", 0)`,
			want: "cut\t6\n", err: "main"},
	})
}

func TestGroup(t *testing.T) {
	runAll(t, []script{
		{name: "values when every child has ended", src: `print(group(function(g) g:spawn(function(x) sleep(x) end, 3) return 1, 2 end)) print(now())`, want: "1\t2\n3\n"},
		{name: "the first error cancels the rest, the function included", src: `
			local ok, e = pcall(group, function(g)
				g:spawn(function() sleep(1) error("child", 0) end)
				g:spawn(function() finally(function() sleep(9) end, function() error("other", 0) end) end)
				finally(function() sleep(9) end, function(ok, e) print("fn", e.kind) end)
			end)
			print(e, e.others[1], now())`, want: "fn\tcancelled\nchild\tother\t1\n"},
		{name: "a child cancelled on its own is no failure", src: `print(group(function(g) g:spawn(sleep, 9):cancel() return "fine" end)) print(now())`, want: "fine\n0\n"},
		{name: "cancel", src: `
			print(group(function(g) g:spawn(sleep, 9) g:cancel("enough") return "returned" end))
			print(select("#", group(function(g) g:cancel() sleep(1) return "never" end)), now())`, want: "returned\n0\t0\n"},
		{name: "cancel by a child", src: `group(function(g) g:spawn(function() sleep(1) g:cancel() end) g:spawn(sleep, 9) sleep(9) end) print(now())`, want: "1\n"},
		{name: "spawn after the end", src: `local g group(function(x) g = x end) print(pcall(g.spawn, g, sleep)) g:cancel()`, want: "false\tt:1: spawn: the group has ended\n"},
		{name: "a child spawns a sibling", src: `group(function(g) g:spawn(function() sleep(1) g:spawn(function() sleep(1) print("sibling", now()) end) end) end) print(now())`,
			want: "sibling\t2\n2\n"},
		{name: "bad self", src: `group(function(g) print(pcall(g.spawn, 1)) print(pcall(g.spawn, g)) end)`,
			want: "false\tt:1: calling 'spawn' on bad self (group expected, got number; was it called with a dot? use a colon: group:spawn(...))\nfalse\tt:1: bad argument #1 to 'spawn' (awaitable expected, got no value; was the function called, instead of being passed? pass the function and its arguments apart)\n"},
		{name: "closing a coroutine inside", src: `
			local co = coroutine.create(function()
				group(function(g) g:spawn(function() finally(function() sleep(9) end, function() print("child") end) end) coroutine.yield() end)
				print("never")
			end)
			coroutine.resume(co) sleep(0) print(coroutine.close(co), coroutine.status(co))`, want: "child\ntrue\tdead\n"},
	})
}

func TestFinally(t *testing.T) {
	runAll(t, []script{
		{name: "on return, error and cancellation", src: `
			local function show(ok, e) print(ok, type(e) == "userdata" and e.kind or e) end
			print(finally(function() return 1, 2 end, show))
			print(pcall(finally, function() error("x", 0) end, show))
			pcall(wait_for, function() finally(function() sleep(9) end, show) end, 1)`,
			want: "true\tnil\n1\t2\nfalse\tx\nfalse\tx\nfalse\tcancelled\n"},
		{name: "what cleanup raises, with the body's error as cause", src: `
			local ok, e = pcall(finally, function() error("body", 0) end, function() error("cleanup", 0) end) print(tostring(e), e.kind, e.cause)
			local raised = {}
			print(select(2, pcall(finally, function() end, function() error(raised) end)) == raised)
			local ok, e = pcall(finally, function() read("/no/1") end, function() read("/no/2") end) print(e.path, e.cause.path)
			local ok, e = pcall(finally, function() error("1", 0) end, function() finally(function() error("2", 0) end, function() error("3", 0) end) end) print(e, e.cause, e.cause.cause)`,
			want: "cleanup\terror\tbody\ntrue\n/no/2\t/no/1\n3\t2\t1\n"},
		{name: "error() in a cleanup while being cancelled", src: `
			local ok, e = pcall(wait_for, function() finally(function() sleep(9) end, function() error("cleanup", 0) end) end, 1) print(tostring(e), e.cause.kind)`,
			want: "cleanup\tcancelled\n"},
		{name: "the cancellation goes on at the next checkpoint", src: `
			print(pcall(wait_for, function() pcall(finally, function() sleep(9) end, function() error("x", 0) end) print("between") sleep(0) print("never") end, 1))`,
			want: "between\nfalse\tt:2: wait_for: timed out after 1 s\n"},
		{name: "a cleanup ends with its grace", src: `
			for _, g in ipairs{0, 1, 5, 20} do local t0 = now() pcall(wait_for, function() finally(function() sleep(99) end, function() sleep(50) print("never") end, g) end, 1) print(now() - t0) end
			local t0 = now() pcall(wait_for, function() finally(function() sleep(99) end, function() sleep(50) print("never") end) end, 1) print(now() - t0)`,
			want: "1\n2\n6\n21\n6\n"},
		{name: "without a cancellation it has no end", src: `finally(function() end, function() sleep(100) end, 1) print(now())`, want: "100\n"},
		{name: "the grace counts from the cancellation", src: `
			pcall(wait_for, function() finally(function() end, function() sleep(100) print("never") end, 2) end, 10) print(now())`, want: "12\n"},
		{name: "a cleanup inside another ends with the outer's", src: `
			pcall(wait_for, function() finally(function() sleep(99) end, function() finally(function() sleep(99) end, function() sleep(99) print("never") end, 5) end, 2) end, 1) print(now())`, want: "3\n"},
		{name: "a cleanup that is cut keeps the body's error", src: `
			print(pcall(wait_for, function() finally(function() error("body", 0) end, function() sleep(99) end, 1) end, 1)) print(now())`, want: "false\tbody\n2\n"},
		{name: "a cleanup that spawns", src: `
			local t
			pcall(wait_for, function() finally(function() sleep(9) end, function() t = spawn(function() sleep(3) return "ran" end) end) end, 1)
			print(await(t), now())`, want: "ran\t4\n"},
		{name: "a cleanup may use everything", src: `
			pcall(wait_for, function() finally(function() sleep(9) end, function()
				print(gather(function() return sleep(1, "a") end, function() return sleep(1, "b") end))
				print(select(2, pcall(wait_for, sleep, 1, 5)).kind)
				print(pcall(group, function(g) g:spawn(function() error("in group", 0) end) end))
			end) end, 1) print(now())`, want: "a\tb\ntimeout\nfalse\tin group\n3\n"},
		{name: "bad arguments", src: `print(pcall(finally, 1, print)) print(pcall(finally, print)) for _, g in ipairs{-1, 0/0, "x"} do print(pcall(finally, print, print, g)) end`,
			want: "false\tt:1: bad argument #1 to 'finally' (function expected, got number)\nfalse\tt:1: bad argument #2 to 'finally' (function expected, got no value)\n" +
				"false\tt:1: bad argument #3 to 'finally' (the grace is negative)\nfalse\tt:1: bad argument #3 to 'finally' (number of seconds expected, got nan)\nfalse\tt:1: bad argument #3 to 'finally' (number expected, got string)\n"},
		{name: "in a coroutine that another task goes on with", src: `
			local co = coroutine.create(function() finally(function() coroutine.yield() end, function() sleep(1) print("cleaned by", task.current():name()) end) return "end" end)
			coroutine.resume(co)
			local t = spawn(function() print(coroutine.resume(co)) end) t:name("second")
			sleep(0.5) print("main", now())`, want: "main\t0.5\ncleaned by\tsecond\ntrue\tend\n"},
	})
}

// Awaiting what has ended is one checkpoint: others run at the thousandth.
func TestAwaitIsOneCheckpoint(t *testing.T) {
	count := func(wait string) string {
		return `
			local ended, turns = spawn(function() end), 0
			ended:join()
			sleep(0)
			spawn(function() turns = turns + 1 end)
			local n = 0
			while turns == 0 do ` + wait + ` n = n + 1 end
			print(n)`
	}
	runAll(t, []script{
		{name: "await", src: count("await(ended)"), want: "1000\n"},
		{name: "t:await", src: count("ended:await()"), want: "1000\n"},
		{name: "t:join", src: count("ended:join()"), want: "1000\n"},
		{name: "shield", src: count("shield(ended)"), want: "1000\n"},
	})
}

// A limit that has passed already is one of 0 s.
func TestNegativeLimit(t *testing.T) {
	runAll(t, []script{
		{name: "not started", src: `print(pcall(wait_for, print, -math.huge)) print(pcall(wait_for, print, -1)) print(task.move_on_after(print, -1))`,
			want: "false\tt:1: wait_for: timed out after 0 s\nfalse\tt:1: wait_for: timed out after 0 s\nfalse\n"},
		{name: "a task", src: `local t = spawn(sleep, 1) sleep(0) print(pcall(wait_for, t, -5)) print(t:error())`,
			want: "false\tt:1: wait_for: timed out after 0 s\ntask 'sleep' was cancelled: timed out after 0 s\n"},
		{name: "NaN", src: `print(pcall(wait_for, print, 0/0))`, want: "false\tt:1: bad argument #2 to 'wait_for' (number of seconds expected, got nan)\n"},
	})
}
