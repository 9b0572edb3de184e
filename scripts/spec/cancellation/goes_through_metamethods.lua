-- It goes through metamethods of every kind.
local mt = {}
for _, name in ipairs{ "index", "newindex", "call", "add", "concat", "unm", "lt" } do
  mt["__" .. name] = function() sleep(9) end
end
local function object() return setmetatable({}, mt) end
local o = object()
for _, f in ipairs{
  function() return o.x end, function() o.x = 1 end, function() o() end, function() return o + 1 end,
  function() return o .. "x" end, function() return -o end, function() return o < object() end,
} do
  print(task.move_on_after(f, 1))
end
