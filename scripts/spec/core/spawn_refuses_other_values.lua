-- A value that is no awaitable is a bad argument; the message says what may have gone wrong.
for _, x in ipairs{ 1, "x", true } do
  local ok, err = pcall(spawn, x)
  print(ok, err.message)
end
print(select(2, pcall(spawn)).message)
print(select(2, pcall(spawn, {})).message)
