-- errors.new makes an error value of a kind and with fields of the script's own; its place is that of the call.
local list = { 1, 2 }
local made = errors.new { kind = "quota", message = "more than 5 jobs", limit = 5, ok = false, list = list, path = "a/b" }
print(made.kind, made.message, made.limit, made.ok, made.list == list, made.path, made.nothing, made.code)
print(tostring(made), made.cause, made.others, made.value, made.traceback)
local function raise() error(made) end
local ok, err = pcall(raise)
print(ok, rawequal(err, made), pcall(function() made.limit = 6 end))
print(errors.new { message = "plain" }.kind, errors.new { message = 7 }.message)
-- It is as any error value to everything else.
local ok, err = pcall(gather, function() sleep(1) error(made) end, function() finally(function() sleep(9) end, function() error("late", 0) end) end)
print(err.kind, err.limit, err.others[1], err == made, made.others)
local ok, err = pcall(finally, function() error("body", 0) end, function() error(made) end)
print(err.kind, err.limit, err.cause, err.value)
print(select(2, pcall(await, spawn(function() error(made) end))) == made)
