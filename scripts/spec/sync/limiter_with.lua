-- with takes one token, and returns fn's values; a token does not come back.
local l = sync.limiter(1)
print(l:with(function(...) return now(), ... end, "a"))
print(l:with(function(...) return now(), ... end, "b"))
