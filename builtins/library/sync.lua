---@meta lull.sync
-- The table `sync`. Everything here is fair: first come, first served, nobody is overtaken. A waiter that is cancelled never
-- loses an item or a permit: it goes to the next.

---@class sync
sync = {}

---A first-in first-out queue between tasks.
---@class queue
local q = {}

---Adds a value; waits while the queue is full. On a closed queue it raises an error of kind `closed`. `nil` is an error.
---@async
---@param value any
function q:put(value) end

---Takes the first value; waits while there is none. Nil when the queue is closed and drained.
---@async
---@return any v
function q:get() end

---Adds a value unless the queue is full.
---@param value any
---@return boolean added
function q:try_put(value) end

---Takes the first value; nil when there is none.
---@return any v
function q:try_get() end

---Closes the queue: getters drain what is left, then get nil; putters get an error of kind `closed`. Closing twice does nothing.
function q:close() end

---Whether the queue is closed.
---@return boolean
function q:closed() end

---How many values are in it.
---@return integer
function q:size() end

---An iterator that takes values until the queue is closed and empty; several tasks may loop at once.
---@async
---@return fun(): any
function q:items() end

---A queue for at most `max` values (1 or more; without a limit if absent).
---
---```lua
---local q = sync.queue(2)
---spawn(function() for i = 1, 3 do q:put(i) end q:close() end)
---for v in q:items() do print(v) end --> 1
-----> 2
-----> 3
---```
---@param max? integer
---@return queue
function sync.queue(max) end

---A lock: one task at a time.
---@class lock
local lock = {}

---Waits until the lock is free, and takes it. Acquiring what the task holds already is an error.
---@async
function lock:acquire() end

---Takes the lock if it is free.
---@return boolean taken
function lock:try_acquire() end

---Gives the lock to the next who waits. Releasing what the task does not hold is an error.
function lock:release() end

---Whether somebody holds it.
---@return boolean
function lock:locked() end

---Holds the lock while `fn(...)` runs, and returns its values; releases on any exit.
---@async
---@param fn function
---@param ... any
---@return any ...
function lock:with(fn, ...) end

---A lock. A task that ends holding it is reported on standard error, and the lock goes to the next.
---
---```lua
---local lock = sync.lock()
---print(lock:with(function() sleep(1) return "mine" end)) --> mine
---```
---@return lock
function sync.lock() end

---A number of permits.
---@class semaphore
local semaphore = {}

---Waits for a permit, and takes it.
---@async
function semaphore:acquire() end

---Takes a permit if there is one.
---@return boolean taken
function semaphore:try_acquire() end

---Gives a permit back. Releasing more than were taken is an error.
function semaphore:release() end

---How many permits are free.
---@return integer
function semaphore:available() end

---Holds a permit while `fn(...)` runs, and returns its values; releases on any exit.
---@async
---@param fn function
---@param ... any
---@return any ...
function semaphore:with(fn, ...) end

---A semaphore of `n` permits.
---
---```lua
---local s = sync.semaphore(2)
---s:acquire()
---print(s:available(), s:try_acquire(), s:try_acquire()) --> 1	true	false
---```
---@param n integer 1 or more
---@return semaphore
function sync.semaphore(n) end

---A flag that tasks wait for.
---@class event
local event = {}

---Waits until the event is set.
---@async
function event:wait() end

---Sets the event: all who wait go on.
function event:set() end

---Takes it back.
function event:clear() end

---Whether it is set.
---@return boolean
function event:is_set() end

---An event, which is not set.
---
---```lua
---local ready = sync.event()
---spawn(function() sleep(1) ready:set() end)
---ready:wait()
---print(ready:is_set()) --> true
---```
---@return event
function sync.event() end

---A condition: tasks that hold its lock wait until others notify them.
---@class condition
local condition = {}

---Acquires the condition's lock.
---@async
function condition:acquire() end

---Releases the condition's lock.
function condition:release() end

---Holds the lock while `fn(...)` runs, and returns its values; releases on any exit.
---@async
---@param fn function
---@param ... any
---@return any ...
function condition:with(fn, ...) end

---Releases the lock, waits to be notified, and holds the lock again when it returns or raises. The lock must be held.
---@async
function condition:wait() end

---Waits until `predicate()` is true, looking again at each notification; returns what it gave. The lock must be held.
---@async
---@param predicate fun(): any
---@return any value
function condition:wait_until(predicate) end

---Wakes `n` of those who wait, 1 if absent. The lock must be held.
---@param n? integer
function condition:notify(n) end

---Wakes all who wait. The lock must be held.
function condition:notify_all() end

---A condition on `lock`, or on a lock of its own.
---
---```lua
---local c, full = sync.condition(), false
---spawn(function() sleep(1) c:with(function() full = true c:notify() end) end)
---c:with(function() c:wait_until(function() return full end) print("full") end) --> full
---```
---@param lock? lock
---@return condition
function sync.condition(lock) end

---A point where a number of tasks wait for each other.
---@class barrier
local barrier = {}

---Waits until all have arrived; the barrier can then be used again. A cancelled waiter leaves, the others stay.
---@async
---@return integer number of the arrival, from 1
function barrier:wait() end

---A barrier for `n` tasks.
---
---```lua
---local b = sync.barrier(2)
---spawn(function() sleep(1) b:wait() end)
---print(b:wait()) --> 1
---```
---@param n integer 1 or more
---@return barrier
function sync.barrier(n) end

---A limit on how often things happen: a bucket of tokens.
---@class limiter
local limiter = {}

---Waits until the bucket has that many tokens, and takes them. More than the burst at once is an error.
---@async
---@param tokens? number 1 if absent
function limiter:acquire(tokens) end

---Takes the tokens if they are there and nobody waits.
---@param tokens? number 1 if absent
---@return boolean taken
function limiter:try_acquire(tokens) end

---Waits for one token, then calls `fn(...)` and returns its values.
---@async
---@param fn function
---@param ... any
---@return any ...
function limiter:with(fn, ...) end

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
function sync.limiter(rate, burst) end
