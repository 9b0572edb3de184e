-- Of nested deadlines that pass at the same instant the outer one decides.
local ok, err = pcall(wait_for, function()
  local ok, err = pcall(wait_for, sleep, 1, 9)
  print("never")
end, 1)
print(ok, err.message)
