-- An inner group's error carries its own others; the outer's are its own.
local function late(s, text) return function() finally(function() sleep(99) end, function() sleep(s) error(text, 0) end) end end
local ok, err = pcall(group, function(outer)
  outer:spawn(late(2, "outer other"))
  group(function(inner)
    inner:spawn(late(1, "inner other"))
    sleep(1)
    error("inner first", 0)
  end)
end)
print(tostring(err), #err.others, err.others[1], err.others[2])
