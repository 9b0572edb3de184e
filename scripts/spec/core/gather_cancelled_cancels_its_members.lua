-- A cancelled gather cancels its members, and ends when they have unwound.
local function member(i)
  return function() finally(function() sleep(9) end, function() sleep(i) print("unwound", i, now()) end) end
end
print(pcall(wait_for, function() gather(member(1), member(2)) end, 1))
print(now())
