-- The largest singular value of an infinite matrix, by the power method: floats and calls.
local function cell(i, j)
  local ij = i + j
  return 1 / (ij * (ij + 1) * 0.5 + i + 1)
end
local function times(n, from, to)
  for i = 0, n - 1 do
    local sum = 0
    for j = 0, n - 1 do sum = sum + cell(i, j) * from[j + 1] end
    to[i + 1] = sum
  end
end
local function timesTransposed(n, from, to)
  for i = 0, n - 1 do
    local sum = 0
    for j = 0, n - 1 do sum = sum + cell(j, i) * from[j + 1] end
    to[i + 1] = sum
  end
end
local n, u, v, w = 200, {}, {}, {}
for i = 1, n do u[i] = 1 end
for _ = 1, 10 do
  times(n, u, w) timesTransposed(n, w, v)
  times(n, v, w) timesTransposed(n, w, u)
end
local uv, vv = 0, 0
for i = 1, n do uv, vv = uv + u[i] * v[i], vv + v[i] * v[i] end
assert(("%.9f"):format(math.sqrt(uv / vv)) == "1.274223601")
