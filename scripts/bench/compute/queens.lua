local N, count = 8, 0
local function fits(a, n, c)
  for i = 1, n - 1 do
    if a[i] == c or a[i] - i == c - n or a[i] + i == c + n then return false end
  end
  return true
end
local function place(a, n)
  if n > N then count = count + 1 return end
  for c = 1, N do
    if fits(a, n, c) then
      a[n] = c
      place(a, n + 1)
    end
  end
end
for i = 1, 40 do place({}, 1) end
