-- The reason of g:cancel and of a time-out is what a cleanup sees.
local function body() finally(function() sleep(9) end, function(_, e) print(e.message) end) end
group(function(g) g:spawn(body) sleep(1) g:cancel("closing time") end)
task.move_on_after(body, 1.5)
