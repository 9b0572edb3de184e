-- Ending the run while tasks are still waiting.
--
-- asyncio:
--   async def answer():
--       await asyncio.sleep(2)
--       print(42)
--
--   loop.create_task(answer())
--   loop.call_later(1, loop.stop)
--   loop.run_forever()          # "Task was destroyed but it is pending!"

spawn(function()
  finally(function()
    sleep(2)
    print(42)
  end, function(ok, err)
    print("answer: " .. err.kind)
  end)
end)

sleep(1)
print("stop")
stop() -- returns; every task is cancelled at its next checkpoint and unwinds
print("main: last words")
