-- Errors that others raise while they unwind are on err.others.
local ok, err = pcall(task.map, { 1, 2, 3 }, function(i)
  finally(function() sleep(i) error("first", 0) end, function(ok, e)
    if e.kind == "cancelled" then error("late " .. i, 0) end
  end)
end)
print(ok, tostring(err), #err.others, err.others[1], err.others[2])
