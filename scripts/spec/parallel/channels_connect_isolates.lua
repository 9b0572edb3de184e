-- A channel goes along as it is; an item is had once, whoever gets it.
local jobs, done = parallel.channel(2), parallel.channel(10)
gather(function()
  parallel.map({ "x", "y" }, function(name) for v in jobs:items() do sleep(v) done:put(name .. v) end end)
  done:close()
end, function()
  for i = 1, 4 do jobs:put(i) end
  jobs:close()
end)
for v in done:items() do io.write(v, " ") end
print(now())
