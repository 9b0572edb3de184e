-- A graph of tasks, each of which is awaited by two others: what owns what is found out however many ways there are.
local tasks = {}
local function get(level, side)
  local name = level .. side
  tasks[name] = tasks[name] or spawn(function()
    sleep(1)
    if level > 0 then gather(get(level - 1, "a"), get(level - 1, "b")) end
  end)
  return tasks[name]
end
gather(get(60, "a"), get(60, "b"))
print(now())
