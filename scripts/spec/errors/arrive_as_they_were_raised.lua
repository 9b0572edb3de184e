-- Tables, numbers, nil and strings arrive as they were raised, through tasks, scopes and groups.
local e = setmetatable({}, { __tostring = function() return "object" end })
for _, raise in ipairs{ function() error(e) end, function() error(42, 0) end, function() error("s", 0) end, function() error(nil) end } do
  print(select(2, pcall(await, spawn(raise))), select(2, pcall(wait_for, raise, 1)), select(2, pcall(gather, raise)))
  print(select(2, pcall(group, function(g) g:spawn(raise) end)), select(2, pcall(race, raise)), select(2, pcall(shield, raise)))
end
