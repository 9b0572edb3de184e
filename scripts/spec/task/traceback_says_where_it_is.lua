-- t:traceback() is where a waiting task stands, and where it was spawned.
local function inner() sleep(5) end
local t = spawn(function() inner() end)
sleep(1)
local text = t:traceback()
print(text:match("%.lua:2"), text:match("%.lua:3: in"), text:match("spawned at %S+%.lua:3") ~= nil)
