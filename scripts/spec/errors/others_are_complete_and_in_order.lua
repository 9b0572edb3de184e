-- err.others has every further error, in the order in which they were raised.
local function member(s) return function() finally(function() sleep(99) end, function() sleep(s) error("after " .. s, 0) end) end end
local ok, err = pcall(group, function(g)
  for _, s in ipairs{ 3, 1, 4, 2 } do g:spawn(member(s)) end
  sleep(1)
  error("first", 0)
end)
print(tostring(err), #err.others)
for _, o in ipairs(err.others) do print(o) end
