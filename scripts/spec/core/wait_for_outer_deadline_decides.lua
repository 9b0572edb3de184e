-- The outer one decides of nested deadlines that pass at the same instant.
local ok, err = pcall(wait_for, function()
  pcall(wait_for, sleep, 1, 9)
  print("never")
end, 1)
print(ok, err.message)
