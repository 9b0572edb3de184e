-- With return_exceptions errors stand in their places and a second table has them alone.
local r, errs = task.map({ 1, 2, 3 }, function(i) if i == 2 then error("two", 0) end return i end,
  { return_exceptions = true, limit = 1 })
print(r.n, r[1], tostring(r[2]), r[3], errs[2] == r[2], errs[1])
