-- with calls fn(...) with the lock held, returns its values and releases.
local l = sync.lock()
print(l:with(function(...) return l:locked(), ... end, 1, nil, 3))
print(l:locked())
