-- A time limit on anything that waits.
--
-- asyncio:
--   async def very_long_function():
--       await asyncio.sleep(3600)
--       print("yay!")
--
--   try:
--       await asyncio.wait_for(very_long_function(), timeout=1.0)
--   except TimeoutError:
--       print("timeout!")

local function very_long_function()
  -- A pcall in the way does not swallow the time-out: a cancellation is no error.
  pcall(sleep, 3600)
  print("yay!")
end

local ok, err = pcall(wait_for, very_long_function, 1.0)
if not ok and err.kind == "timeout" then
  print("timeout!")
end

-- A function that ends in time gives its values; arguments after the limit go to the function.
print(wait_for(function(a, b)
  sleep(0.5)
  return a + b
end, 1.0, 40, 2))
