-- With zero or less a function is not started; the time-out is raised at once.
for _, s in ipairs{ 0, -1 } do
  local ok, err = pcall(wait_for, function() print("never") end, s)
  print(ok, err.kind, now())
end
