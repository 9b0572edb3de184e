-- A builtin's error begins with the position of its call.
local ok, err = pcall(function()
  local q = sync.queue()
  q:close()
  q:put(1)
end)
print(err)
