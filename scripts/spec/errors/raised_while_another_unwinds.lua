-- An error raised in a cleanup takes the place of the one that unwinds, which is its cause.
local ok, err = pcall(function()
  finally(function()
    finally(function() error("first", 0) end, function() error("second", 0) end)
  end, function(ok, e) print(ok, tostring(e), e.cause) end)
end)
print(tostring(err), err.cause)
