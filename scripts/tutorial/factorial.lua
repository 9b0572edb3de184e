-- Three factorials at once.
--
-- asyncio:
--   async def factorial(name, number):
--       f = 1
--       for i in range(2, number + 1):
--           print(f"Task {name}: Compute factorial({i})...")
--           await asyncio.sleep(1)
--           f *= i
--       print(f"Task {name}: factorial({number}) = {f}")
--       return f
--
--   async def main():
--       await asyncio.gather(factorial("A", 2), factorial("B", 3), factorial("C", 4))

local factorial = async(function(name, number)
  local f = 1
  for i = 2, number do
    print(("Task %s: Compute factorial(%d)..."):format(name, i))
    sleep(1)
    f = f * i
  end
  print(("Task %s: factorial(%d) = %d"):format(name, number, f))
  return f
end)

-- Values come back in the order of the arguments, whoever ends first.
print("factorials:", gather(factorial("A", 2), factorial("B", 3), factorial("C", 4)))
