-- with returns fn's values, and releases on a return, an error and a cancellation.
local s = sync.semaphore(1)
print(s:with(function(...) return s:available(), ... end, "x"))
print(pcall(s.with, s, error, "e"))
print(task.move_on_after(s.with, 1, s, sleep, 9))
print(s:available())
