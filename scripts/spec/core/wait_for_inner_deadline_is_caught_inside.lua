-- A nearer inner time-out is an ordinary error for what runs inside the outer.
print(wait_for(function()
  local ok, err = pcall(wait_for, sleep, 1, 9)
  return ok, err.kind, sleep(1, "rest")
end, 5))
