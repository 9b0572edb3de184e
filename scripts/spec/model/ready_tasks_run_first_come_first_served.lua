-- Ready tasks take turns in the order in which they became ready.
local log = {}
for _, name in ipairs{ "a", "b", "c" } do
  spawn(function() for i = 1, 3 do table.insert(log, name .. i) sleep(0) end end)
end
sleep(1)
print(table.concat(log, " "))
