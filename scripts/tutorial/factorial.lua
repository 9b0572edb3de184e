-- asyncio: three coroutines run by asyncio.gather. Each call of sleep lets the others run.
local function factorial(name, number)
  local f = 1
  for i = 2, number do
    print(("Task %s: Compute factorial(%d)..."):format(name, i))
    sleep(1)
    f = f * i
  end
  print(("Task %s: factorial(%d) = %d"):format(name, number, f))
  return f
end

gather(
  spawn(factorial, "A", 2),
  spawn(factorial, "B", 3),
  spawn(factorial, "C", 4))
