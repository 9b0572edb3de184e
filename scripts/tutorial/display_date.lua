-- The date, once a second for five seconds.
--
-- asyncio:
--   async def display_date():
--       loop = asyncio.get_running_loop()
--       end_time = loop.time() + 5.0
--       while True:
--           print(datetime.datetime.now())
--           if (loop.time() + 1.0) >= end_time:
--               break
--           await asyncio.sleep(1)
--
--   asyncio.run(display_date())
--
-- In Lull the script is the main task, and sleep waits by itself. With --virtual-time the clock starts at
-- 2000-01-01 00:00:00 UTC and nobody has to wait five seconds.

local finish = now() + 5.0

while true do
  print(os.date("%Y-%m-%d %H:%M:%S"))
  if now() + 1.0 >= finish then break end
  sleep(1)
end
