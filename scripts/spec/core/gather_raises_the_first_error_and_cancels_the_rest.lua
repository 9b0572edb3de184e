-- The first error cancels the others, which unwind before it is raised.
local ok, err = pcall(gather,
  function() finally(function() sleep(9) end, function(_, e) print("unwinds", e.kind) sleep(2) end) end,
  function() sleep(1) error("broken", 0) end)
print(ok, err, now())
