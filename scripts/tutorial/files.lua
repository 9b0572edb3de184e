-- unix
-- Six files at once: three devices are read, three files written, and each also sleeps its number of seconds.
-- One after the other that would be 18 seconds; together it is 4, the longest of them.
--
-- asyncio:
--   async def read_file(name, n):
--       with open(name, "rb") as f:       # blocks every other task meanwhile
--           data = f.read(n)
--       await asyncio.sleep(n)
--       return data
--
--   await asyncio.gather(read_file("/dev/urandom", 2), ..., write_file("spam", "spamspam", 2), ...)
--
-- Lull's read and write block nobody but the task that calls them.

local read_file = async(function(path, n)
  local data = read(path, n)
  sleep(n)
  return #data
end)

local write_file = async(function(path, data, n)
  local written = write(path, data)
  sleep(n)
  return written
end)

local spam, eggs, bar = os.tmpname(), os.tmpname(), os.tmpname()

finally(function()
  local start = now()
  print("bytes:", gather(
    read_file("/dev/urandom", 2),
    read_file("/dev/random", 3),
    read_file("/dev/zero", 4),
    write_file(spam, "spamspam", 2),
    write_file(eggs, "eggseggs", 3),
    write_file(bar, "barbar", 4)))
  print(("seconds: %.0f"):format(now() - start))
  print(read(spam), read(eggs), read(bar))
end, function()
  for _, path in ipairs { spam, eggs, bar } do
    os.remove(path)
  end
end)
