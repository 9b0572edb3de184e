-- Cancelling one member of a gather.
--
-- asyncio:
--   b = asyncio.create_task(count("b"))
--   asyncio.get_running_loop().call_later(1.5, b.cancel)
--   try:
--       await asyncio.gather(count("a"), b, count("c"))
--   except asyncio.CancelledError:
--       ...                                             # "c" runs on

local function count(name)
  return function()
    finally(function()
      for i = 1, 3 do
        sleep(1)
        print(name, i)
      end
    end, function(ok, err)
      print(name, ok and "ended" or err.kind)
    end)
  end
end

local b = spawn(count("b"))
spawn(function()
  sleep(1.5)
  b:cancel()
end)

-- A member that somebody else cancels is an error of the gather: the others are cancelled, too, and have unwound before
-- gather raises. It is an error like others, not a cancellation of the caller's, so pcall catches it.
local ok, err = pcall(gather, count("a"), b, count("c"))
print("gather:", ok, err.kind)
