-- Errors that members of a cancelled gather with return_exceptions had raised are told as errors nobody awaited, where no error goes on.
local function bad(text) return function() error(text, 0) end end
local function collect(n)
  return function() gather { bad("a" .. n), bad("b" .. n), function() sleep(100) end, return_exceptions = true } end
end
print(task.move_on_after(collect(1), 1))
group(function(g) g:spawn(collect(2)) sleep(1) g:cancel() end)
print(race(collect(3), function() return sleep(1, "won") end))
local t = spawn(collect(4))
sleep(1)
t:cancel()
t:join()
print("end")
stop()
collect(5)()
