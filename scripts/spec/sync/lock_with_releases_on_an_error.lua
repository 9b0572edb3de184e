-- with releases when fn raises, and raises that as it was.
local l, e = sync.lock(), {}
local ok, err = pcall(l.with, l, function() error(e) end)
print(ok, err == e, l:locked())
