-- Work that must not be cut in the middle: only the one that waits for it is cancelled.
--
-- asyncio:
--   task = asyncio.create_task(something())   # keep a reference, or it may vanish
--   try:
--       res = await asyncio.shield(task)
--   except asyncio.CancelledError:
--       res = None

local function something()
  sleep(2)
  print("something: done")
end

local waiter = spawn(function()
  finally(function()
    shield(something)
    print("never printed")
  end, function(ok, err)
    print("waiter: " .. err.kind)
  end)
end)

sleep(1)
waiter:cancel()

-- "It was cancelled" is an ordinary error for whoever awaits it.
local ok, err = pcall(await, waiter)
print(ok, err.kind)
print("main: done")
-- The script waits for what was shielded.
