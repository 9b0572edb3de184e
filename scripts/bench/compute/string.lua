local n, s = 0, ("abc def "):rep(20)
for i = 1, 60000 do
  for w in s:gmatch("%a+") do n = n + #w end
  if s:sub(3, 20):upper() == "X" then n = 0 end
end
