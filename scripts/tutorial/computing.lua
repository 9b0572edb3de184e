-- real time
-- A time limit on a loop that never waits, which asyncio cannot have.
--
-- asyncio:
--   async def busy():
--       while True:
--           pass
--
--   await asyncio.wait_for(busy(), timeout=0.2)   # never comes back
--
-- Computing takes no virtual time, so this script is the one that has to run on the real clock: with --virtual-time the limit
-- would never be reached. There it is the year 2000.
if os.date("%Y") == "2000" then
  error("without --virtual-time, please: computing takes none, so busy() would never end", 0)
end

local function busy()
  while true do end
end

local ok, err = pcall(wait_for, busy, 0.2)
print(ok, err.kind)
