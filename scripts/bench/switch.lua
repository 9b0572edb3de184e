-- Taking turns: tasks that do nothing but let the others run.
local report = require "report"
local tasks, turns = ...
tasks, turns = tonumber(tasks or 1000), tonumber(turns or 1000)

local start = now()
group(function(g)
  for _ = 1, tasks do
    g:spawn(function()
      for _ = 1, turns do sleep(0) end
    end)
  end
end)
report("switch", tasks * turns, now() - start)
