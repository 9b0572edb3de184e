-- A builtin's error is a value with kind, message and traceback; tostring puts the position first.
local ok, err = pcall(function()
  wait_for(sleep, 1, 2)
end)
print(type(err), err.kind, err.message)
print(tostring(err))
print(err.traceback:match("^stack traceback:") ~= nil)
