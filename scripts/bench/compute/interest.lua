-- Compound interest, a polynomial, distances: powers.
local total, points = 0, {}
for year = 1, 200000 do
  local rate = 1 + (year % 17) / 1000
  total = total + 100 * rate ^ (year % 30)
end
local function value(x) return 3 * x ^ 5 - 2 * x ^ 4 + x ^ 3 - 7 * x ^ 2 + x - 1 end
local low, high = 1, 2
for _ = 1, 5000 do
  low, high = 1, 2
  for _ = 1, 40 do
    local middle = (low + high) / 2
    if value(middle) < 0 then low = middle else high = middle end
  end
end
for i = 1, 600 do points[i] = { i % 17, i % 23 } end
local longest = 0
for i = 1, #points do
  for j = i + 1, #points do
    local d = ((points[i][1] - points[j][1]) ^ 2 + (points[i][2] - points[j][2]) ^ 2) ^ 0.5
    if d > longest then longest = d end
  end
end
assert(("%.6f %.9f %.6f"):format(total, low, longest) == "22579376.187143 1.477070457 27.202941", ("%.6f %.9f %.6f"):format(total, low, longest))
