-- If the waiter is cancelled only the waiter unwinds, at once; the script waits for the rest.
local ok, err = pcall(wait_for, function()
  shield(function() sleep(5) print("saved", now()) end)
end, 1)
print(ok, err.kind, now())
