-- Nested cleanups run from the inside out, each once.
local t = spawn(function()
  finally(function()
    finally(function() sleep(9) end, function() print("inner") end)
  end, function() print("outer") end)
end)
sleep(1)
t:cancel()
