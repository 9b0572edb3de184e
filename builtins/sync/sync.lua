---@meta lull.sync
-- Synchronisation: the table `sync`. Everything here is fair: first come, first served, nobody is overtaken. A waiter that is
-- cancelled never loses an item or a permit: it goes to the next.
--
-- Each maker takes a table of options as its last argument, too: its arguments by their names, and a `name` for the object, of at
-- most 200 bytes, which `tostring`, messages, deadlocks and lists of tasks show: `sync.queue { max = 10, name = "jobs" }`.

---@class sync
sync = {}

---A first-in first-out queue between tasks.
---@class queue
local q = {}

---Adds a value; waits while the queue is full. On a closed queue it raises an error of kind `closed`. `nil` is an error.
---
---```lua
---local q = sync.queue(1)
---spawn(function() sleep(5) q:get() end)
---q:put("a")
---q:put("b") -- waits for a place
---print(now()) --> 5
---```
---@async
---@param value any
function q:put(value) end

---Takes the first value; waits while there is none, for at most `timeout` seconds (without it as long as it takes; with zero or less not at all). Nil when the queue is closed and drained; nil and `"timeout"` when the time is over.
---
---```lua
---local q = sync.queue()
---spawn(function() sleep(2) q:put("late") end)
---print(q:get(1)) --> nil	timeout
---print(q:get()) --> late
---```
---@async
---@param timeout? number seconds
---@return any v
---@return "timeout"? why
function q:get(timeout) end

---Adds a value unless the queue is full.
---
---```lua
---local q = sync.queue(1)
---print(q:try_put("a"), q:try_put("b")) --> true	false
---```
---@param value any
---@return boolean added
function q:try_put(value) end

---Takes the first value; nil when there is none.
---
---```lua
---local q = sync.queue()
---q:put("a")
---print(q:try_get(), q:try_get()) --> a	nil
---```
---@return any v
function q:try_get() end

---Closes the queue: getters drain what is left, then get nil; putters get an error of kind `closed`. Closing twice does nothing.
---
---```lua
---local q = sync.queue()
---q:put("last")
---q:close()
---print(q:get(), q:get(), pcall(q.put, q, "more")) --> last	nil	false	example:4: put: the queue is closed
---```
function q:close() end

---Whether the queue is closed.
---
---```lua
---local q = sync.queue()
---q:close()
---print(q:closed()) --> true
---```
---@return boolean
function q:closed() end

---How many values are in it.
---
---```lua
---local q = sync.queue()
---q:put("a")
---print(q:size()) --> 1
---```
---@return integer
function q:size() end

---An iterator that takes values until the queue is closed and empty; several tasks may loop at once.
---
---```lua
---local q = sync.queue()
---spawn(function() for i = 1, 2 do sleep(1) q:put(i) end q:close() end)
---for v in q:items() do print(v, now()) end --> 1	1
-----> 2	2
---```
---@async
---@return fun(): any
function q:items() end

---@class sync.drain_options
---@field limit? integer how many run at once: 16; `math.huge`: all
---@field name? fun(item: any, index: integer): string? what the task of an item is called; it is asked in that task

---Runs `fn(value)` for each value in the queue, at most `opts.limit` at once, in a task of its own. These tasks may put more: it returns when the queue is empty and none of them runs. Fails, and is cancelled, as `task.map` does; a value whose task had not begun goes back.
---The tasks are named after their values, where these are strings or numbers, else `drain[7]`.
---
---```lua
---local links = { home = { "news", "team" }, news = { "home", "archive" } }
---local q, seen = sync.queue(), { home = true }
---q:put("home")
---q:drain(function(page)
---  print(page)
---  sleep(1)
---  for _, link in ipairs(links[page] or {}) do
---    if not seen[link] then seen[link] = true q:put(link) end
---  end
---end, { limit = 4 }) --> home
-----> news
-----> team
-----> archive
---```
---@async
---@param fn fun(value: any)
---@param opts? sync.drain_options
function q:drain(fn, opts) end

---@class sync.queue_options
---@field max? integer how many values it holds at most, 1 or more
---@field name? string for messages and lists of tasks

---A queue for at most `max` values (1 or more; without a limit if absent).
---
---```lua
---local q = sync.queue { max = 2, name = "jobs" }
---print(q) --> queue 'jobs': 0 of 2
---spawn(function() for i = 1, 3 do q:put(i) end q:close() end)
---for v in q:items() do print(v) end --> 1
-----> 2
-----> 3
---```
---@param max? integer
---@return queue
---@overload fun(opts: sync.queue_options): queue
---@overload fun(max: integer, opts: sync.queue_options): queue
function sync.queue(max) end

---A lock: one task at a time.
---@class lock
local lock = {}

---Waits until the lock is free, and takes it. Acquiring what the task holds already is an error.
---
---```lua
---local lock = sync.lock()
---spawn(lock.with, lock, sleep, 1)
---sleep(0)
---lock:acquire() -- waits for the other
---print(now()) --> 1
---lock:release()
---```
---@async
function lock:acquire() end

---Takes the lock if it is free.
---
---```lua
---local lock = sync.lock()
---print(lock:try_acquire()) --> true
---print(await(spawn(lock.try_acquire, lock))) --> false
---lock:release()
---```
---@return boolean taken
function lock:try_acquire() end

---Gives the lock to the next who waits. Releasing what the task does not hold is an error.
---
---```lua
---local lock = sync.lock()
---lock:acquire()
---lock:release()
---print(lock:locked()) --> false
---```
function lock:release() end

---Whether somebody holds it.
---
---```lua
---local lock = sync.lock()
---lock:with(function() print(lock:locked()) end) --> true
---```
---@return boolean
function lock:locked() end

---Holds the lock while `fn(...)` runs, and returns its values; releases on any exit.
---
---```lua
---local lock, n = sync.lock(), 0
---local function add() local was = n sleep(1) n = was + 1 end
---gather(async(lock.with)(lock, add), async(lock.with)(lock, add))
---print(n) --> 2
---```
---@async
---@param fn function
---@param ... any
---@return any ...
function lock:with(fn, ...) end

---@class sync.lock_options
---@field name? string for messages and lists of tasks

---A lock. A task that ends holding it is reported on standard error, and the lock goes to the next.
---
---```lua
---local lock = sync.lock()
---print(lock:with(function() sleep(1) return "mine" end)) --> mine
---```
---@return lock
---@overload fun(opts: sync.lock_options): lock
function sync.lock() end

---A number of permits.
---@class semaphore
local semaphore = {}

---Waits for a permit, and takes it.
---
---```lua
---local s = sync.semaphore(1)
---spawn(s.with, s, sleep, 1)
---sleep(0)
---s:acquire() -- waits for the other
---print(now()) --> 1
---```
---@async
function semaphore:acquire() end

---Takes a permit if there is one.
---
---```lua
---local s = sync.semaphore(1)
---print(s:try_acquire(), s:try_acquire()) --> true	false
---```
---@return boolean taken
function semaphore:try_acquire() end

---Gives a permit back. Releasing more than were taken is an error.
---
---```lua
---local s = sync.semaphore(1)
---s:acquire()
---s:release()
---print(s:available()) --> 1
---```
function semaphore:release() end

---How many permits are free.
---
---```lua
---print(sync.semaphore(3):available()) --> 3
---```
---@return integer
function semaphore:available() end

---Holds a permit while `fn(...)` runs, and returns its values; releases on any exit.
---
---```lua
---local two = sync.semaphore(2)
---task.map({1, 2, 3, 4}, function() two:with(sleep, 1) end)
---print(now()) --> 2
---```
---@async
---@param fn function
---@param ... any
---@return any ...
function semaphore:with(fn, ...) end

---@class sync.semaphore_options
---@field n integer permits, 1 or more
---@field name? string for messages and lists of tasks

---A semaphore of `n` permits.
---
---```lua
---local s = sync.semaphore(2)
---s:acquire()
---print(s:available(), s:try_acquire(), s:try_acquire()) --> 1	true	false
---```
---@param n integer 1 or more
---@return semaphore
---@overload fun(opts: sync.semaphore_options): semaphore
---@overload fun(n: integer, opts: sync.semaphore_options): semaphore
function sync.semaphore(n) end

---A flag that tasks wait for.
---@class event
local event = {}

---Waits until the event is set, for at most `timeout` seconds (without it as long as it takes; with zero or less not at all).
---
---```lua
---local ready = sync.event()
---spawn(function() sleep(2) ready:set() end)
---print(ready:wait(1), now()) --> false	1
---print(ready:wait(), now()) --> true	2
---```
---@async
---@param timeout? number seconds
---@return boolean set false when the time is over
function event:wait(timeout) end

---Sets the event: all who wait go on.
---
---```lua
---local ready = sync.event()
---ready:set()
---ready:wait() -- does not wait
---print(now()) --> 0
---```
function event:set() end

---Takes it back.
---
---```lua
---local ready = sync.event()
---ready:set()
---ready:clear()
---print(ready:is_set()) --> false
---```
function event:clear() end

---Whether it is set.
---
---```lua
---print(sync.event():is_set()) --> false
---```
---@return boolean
function event:is_set() end

---@class sync.event_options
---@field name? string for messages and lists of tasks

---An event, which is not set.
---
---```lua
---local ready = sync.event()
---spawn(function() sleep(1) ready:set() end)
---ready:wait()
---print(ready:is_set()) --> true
---```
---@return event
---@overload fun(opts: sync.event_options): event
function sync.event() end

---A condition: tasks that hold its lock wait until others notify them.
---@class condition
local condition = {}

---Acquires the condition's lock.
---
---```lua
---local lock = sync.lock()
---local c = sync.condition(lock)
---c:acquire()
---print(lock:locked()) --> true
---c:release()
---```
---@async
function condition:acquire() end

---Releases the condition's lock.
---
---```lua
---local lock = sync.lock()
---local c = sync.condition(lock)
---c:acquire()
---c:release()
---print(lock:locked()) --> false
---```
function condition:release() end

---Holds the lock while `fn(...)` runs, and returns its values; releases on any exit.
---
---```lua
---local c = sync.condition()
---print(c:with(function() c:notify() return "told" end)) --> told
---```
---@async
---@param fn function
---@param ... any
---@return any ...
function condition:with(fn, ...) end

---Releases the lock, waits to be notified, and holds the lock again when it returns or raises. The lock must be held.
---
---```lua
---local c = sync.condition()
---spawn(function() sleep(1) c:with(c.notify, c) end)
---c:with(c.wait, c)
---print(now()) --> 1
---```
---@async
function condition:wait() end

---Waits until `predicate()` is true, looking again at each notification; returns what it gave. The lock must be held.
---
---```lua
---local c, stock = sync.condition(), 0
---spawn(function()
---  for _ = 1, 3 do sleep(1) c:with(function() stock = stock + 1 c:notify() end) end
---end)
---c:with(function() c:wait_until(function() return stock == 3 end) end)
---print(now()) --> 3
---```
---@async
---@param predicate fun(): any
---@return any value
function condition:wait_until(predicate) end

---Wakes `n` of those who wait, 1 if absent. The lock must be held.
---
---```lua
---local c = sync.condition()
---for i = 1, 2 do spawn(function() c:with(c.wait, c) print("woken", i) end) end
---sleep(1)
---c:with(c.notify, c, 2) --> woken	1
-----> woken	2
---```
---@param n? integer
function condition:notify(n) end

---Wakes all who wait. The lock must be held.
---
---```lua
---local c = sync.condition()
---for i = 1, 2 do spawn(function() c:with(c.wait, c) print("woken", i) end) end
---sleep(1)
---c:with(c.notify_all, c) --> woken	1
-----> woken	2
---```
function condition:notify_all() end

---@class sync.condition_options
---@field lock? lock
---@field name? string for messages and lists of tasks

---A condition on `lock`, or on a lock of its own.
---
---```lua
---local c, full = sync.condition(), false
---spawn(function() sleep(1) c:with(function() full = true c:notify() end) end)
---c:with(function() c:wait_until(function() return full end) print("full") end) --> full
---```
---@param lock? lock
---@return condition
---@overload fun(opts: sync.condition_options): condition
---@overload fun(lock: lock, opts: sync.condition_options): condition
function sync.condition(lock) end

---A point where a number of tasks wait for each other.
---@class barrier
local barrier = {}

---Waits until all have arrived; the barrier can then be used again. A cancelled waiter leaves, the others stay.
---
---```lua
---local b = sync.barrier(2)
---local function run(seconds) sleep(seconds) b:wait() return now() end
---print(gather(async(run)(1), async(run)(3))) --> 3	3
---```
---@async
---@return integer number of the arrival, from 1
function barrier:wait() end

---@class sync.barrier_options
---@field n integer tasks, 1 or more
---@field name? string for messages and lists of tasks

---A barrier for `n` tasks.
---
---```lua
---local b = sync.barrier(2)
---spawn(function() sleep(1) b:wait() end)
---print(b:wait()) --> 1
---```
---@param n integer 1 or more
---@return barrier
---@overload fun(opts: sync.barrier_options): barrier
---@overload fun(n: integer, opts: sync.barrier_options): barrier
function sync.barrier(n) end

---A limit on how often things happen: a bucket of tokens.
---@class limiter
local limiter = {}

---Waits until the bucket has that many tokens, and takes them. More than the burst at once is an error.
---
---```lua
---local l = sync.limiter(10, 5)
---l:acquire(5)
---l:acquire(2) -- at ten a second
---print(now()) --> 0.2
---```
---@async
---@param tokens? number 1 if absent
function limiter:acquire(tokens) end

---Takes the tokens if they are there and nobody waits.
---
---```lua
---local l = sync.limiter(1)
---print(l:try_acquire(), l:try_acquire()) --> true	false
---```
---@param tokens? number 1 if absent
---@return boolean taken
function limiter:try_acquire(tokens) end

---Waits for one token, then calls `fn(...)` and returns its values.
---
---```lua
---local l = sync.limiter(2)
---task.map({1, 2, 3}, function() l:with(function() print(now()) end) end) --> 0
-----> 0.5
-----> 1
---```
---@async
---@param fn function
---@param ... any
---@return any ...
function limiter:with(fn, ...) end

---@class sync.limiter_options
---@field rate number tokens a second
---@field burst? number how many tokens it holds: 1
---@field name? string for messages and lists of tasks

---A bucket that fills at `rate` tokens a second, holds `burst` of them, and starts full.
---
---```lua
---local l, start = sync.limiter(2), now()
---for _ = 1, 3 do l:acquire() end
---print(now() - start) --> 1
---```
---@param rate number tokens a second
---@param burst? number 1 if absent
---@return limiter
---@overload fun(opts: sync.limiter_options): limiter
---@overload fun(rate: number, opts: sync.limiter_options): limiter
---@overload fun(rate: number, burst: number, opts: sync.limiter_options): limiter
function sync.limiter(rate, burst) end
