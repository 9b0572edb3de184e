-- Builds targets in the order of their dependencies, as many at once as allowed.
--
--   lull --virtual-time build.lua [jobs]
--
-- Every target has a task that waits for the events of what it needs, then for one of the slots. The graph is sorted
-- first, so that a cycle is an error with the path of it and not a deadlock. The first failure cancels what runs.
-- It prints what starts and ends when.

local jobs = tonumber(arg and arg[1]) or 2
local targets = {
  { name = "config", takes = 1 },
  { name = "lexer", takes = 3, needs = { "config" } },
  { name = "parser", takes = 2, needs = { "lexer" } },
  { name = "runtime", takes = 5, needs = { "config" } },
  { name = "docs", takes = 4 },
  { name = "program", takes = 1, needs = { "parser", "runtime" } },
  { name = "package", takes = 1, needs = { "program", "docs" } },
}

-- sorted lists the targets so that what one needs comes before it.
local function sorted(list)
  local by_name, state, order = {}, {}, {}
  for _, t in ipairs(list) do by_name[t.name] = t end
  local function visit(t, path)
    if state[t] == "done" then return end
    path = path == "" and t.name or path .. " -> " .. t.name
    if state[t] then error("cycle: " .. path, 0) end
    state[t] = "open"
    for _, need in ipairs(t.needs or {}) do
      visit(by_name[need] or error(t.name .. " needs " .. need .. ", which nobody makes", 0), path)
    end
    state[t] = "done"
    table.insert(order, t)
  end
  for _, t in ipairs(list) do visit(t, "") end
  return order
end

local function build(list)
  local slots, built = sync.semaphore(jobs), {}
  local order = sorted(list)
  for _, t in ipairs(order) do built[t.name] = sync.event() end
  task.map(order, function(t)
    for _, need in ipairs(t.needs or {}) do built[need]:wait() end
    slots:with(function()
      print(("%2d s  %s ..."):format(now(), t.name))
      sleep(t.takes) -- os.execute("cc ...") in earnest
      if t.fails then error(t.name .. ": compiler error", 0) end
      print(("%2d s  %s built"):format(now(), t.name))
    end)
    built[t.name]:set()
  end)
end

build(targets)
print(select(2, pcall(build, { { name = "a", needs = { "b" } }, { name = "b", needs = { "a" } } })))
print(select(2, pcall(build, { { name = "bad", takes = 1, fails = true }, { name = "long", takes = 99 } })))
