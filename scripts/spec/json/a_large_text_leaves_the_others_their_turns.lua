-- A text above 1 MiB is decoded while other tasks run, and is abandoned when its task is cancelled.
-- real time
local text = "[" .. ("[0.5, 1, {\"a\": []}],"):rep(100000) .. "1]"
local turns = 0
task.daemon(function() while true do sleep(0.0005) turns = turns + 1 end end)
print(#json.decode(text), turns > 0)
local ok = task.move_on_after(function() while true do json.decode(text) end end, 0.2)
print(ok)
