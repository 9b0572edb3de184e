-- Paths to the same file are one lock between tasks, first come, first served; it is freed when its task ends, and misuse is an error.
local dir = fs.temp()
local path = dir .. "/lock"
local order = {}
task.map({ 1, 2, 3 }, function(i)
  sleep(i / 10)
  local lock = fs.lock(i == 2 and dir .. "/./lock" or path)
  lock:with(function()
    order[#order + 1] = i
    assert(lock:locked())
    sleep(1)
  end)
end)
print(table.concat(order, " "), now())
local lock = fs.lock(path)
spawn(function() lock:acquire() sleep(2) end)
sleep(1)
print(lock:try_acquire(), lock:locked(), task.move_on_after(lock.acquire, 0.5, lock))
lock:acquire() -- when the task has ended
print(now(), fs.exists(path))
for _, call in ipairs { "acquire", "try_acquire" } do print(select(2, pcall(lock[call], lock)).message:gsub("/%S*/", "")) end
lock:release()
print(select(2, pcall(lock.release, lock)).message:gsub("/%S*/", ""))
print(pcall(lock.with, lock, error, "raised"), lock:locked())
print(lock:with(function(...) return select("#", ...), ... end, 1, nil))
-- A waiter that is cancelled leaves the others their places.
lock:acquire()
local a, b = spawn(lock.acquire, lock), spawn(function() lock:with(function() print("b has it") end) end)
sleep(0)
a:cancel()
a:join()
lock:release()
b:await()
print(lock:locked(), (tostring(lock):gsub("/%S*/", "")))
for _, args in ipairs { {}, { {} }, { "" }, { "a\0b" } } do print(select(2, pcall(fs.lock, unpack(args))).message) end
print(pcall(function() fs.lock(dir .. "/no/lock"):acquire() end) == false, fs.lock(dir .. "/no/lock"):locked())
