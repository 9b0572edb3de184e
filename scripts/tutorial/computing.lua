-- real time
-- What asyncio cannot do: a time limit on a loop that never waits.
--
-- asyncio:
--   async def busy():
--       while True:
--           pass
--
--   await asyncio.wait_for(busy(), timeout=0.2)   # never comes back
--
-- Computing takes no virtual time, so this script is the one that has to run on the real clock.

local function busy()
  while true do end
end

local ok, err = pcall(wait_for, busy, 0.2)
print(ok, err.kind)
