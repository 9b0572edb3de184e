-- A cache that many tasks ask at once: each value is fetched once, by one task, and expires after a while.
--
--   lull --virtual-time single_flight.lua
--
-- The task that fetches is what is cached. Others that ask meanwhile await it, and cancelling one of them leaves
-- it alone. A failure is not kept. It prints each fetch, then what was asked.

local fetches = 0

local function fetch(key)
  fetches = fetches + 1
  print(("%4.1f s  fetching %s"):format(now(), key))
  sleep(2)
  if key == "broken" and fetches < 5 then error("no " .. key .. " today", 0) end
  return key:upper()
end

local function cache(fetch, ttl)
  local entries = {}
  return function(key)
    local e = entries[key]
    if not e or e.expires < now() then
      e = { expires = now() + ttl, task = spawn(fetch, key) }
      entries[key] = e
    end
    local ok, value = pcall(await, e.task)
    if ok then return value end
    if entries[key] == e then entries[key] = nil end
    error(value, 0)
  end
end

local get = cache(fetch, 60)

local answers = task.map({ "a", "b", "a", "a", "b" }, get)
print(("%4.1f s  %s"):format(now(), table.concat(answers, " ")))

print(("%4.1f s  impatient: %s"):format(now(), tostring(task.move_on_after(get, 0.5, "c"))))
print(("%4.1f s  patient: %s"):format(now(), get("c")))

for _ = 1, 2 do print(("%4.1f s  %s"):format(now(), tostring(select(2, pcall(get, "broken"))))) end

sleep(60)
print(("%4.1f s  expired: %s"):format(now(), get("a")))
