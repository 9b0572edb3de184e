-- A nil hole in the list is a bad argument.
local ok, err = pcall(gather, { sleep, nil, sleep })
print(ok, err.message:match("hole"))
print(select(2, pcall(gather, sleep, nil, sleep)).message:match("#%d to 'gather' %(awaitable expected, got nil"))
