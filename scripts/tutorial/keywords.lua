-- async and await, and that one rarely needs them.
--
-- asyncio:
--   async def nested():
--       return 42
--
--   async def main():
--       nested()                # does nothing: a coroutine nobody awaits
--       print(await nested())   # 42

-- async makes a function whose call returns a job, which has not started: something to hand to gather or wait_for.
local nested = async(function()
  sleep(1)
  return 42
end)

local job = nested()
print(await(job))

-- A job runs once.
local ok, err = pcall(await, job)
print(ok, err.kind)

-- A plain function may wait as well. It is called like any other, at any depth, with no keyword on the way.
local function plain()
  sleep(1)
  return 42
end

print(plain())
print(await(plain))

-- Builtins that wait need neither word; this one waits inside a sort.
local list = { 3, 1, 2 }
table.sort(list, function(a, b)
  sleep(0.1)
  return a < b
end)
print(table.concat(list, " "))
