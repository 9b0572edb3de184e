-- No pcall catches it; cleanups run.
finally(function()
  pcall(sleep, math.huge)
  print("never")
end, function(_, e) print("cleanup", e.kind) end)
