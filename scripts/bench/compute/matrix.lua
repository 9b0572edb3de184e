-- The product of two matrices, as lists of rows.
local n = 180
local function matrix(f)
  local rows = {}
  for i = 1, n do
    local row = {}
    for j = 1, n do row[j] = f(i, j) end
    rows[i] = row
  end
  return rows
end
local a, b = matrix(function(i, j) return i - j * 0.5 end), matrix(function(i, j) return i * 0.25 + j end)
local columns = matrix(function(i, j) return b[j][i] end)
local c = matrix(function(i, j)
  local sum, row, column = 0, a[i], columns[j]
  for k = 1, n do sum = sum + row[k] * column[k] end
  return sum
end)
local trace = 0
for i = 1, n do trace = trace + c[i][i] end
assert(trace == 242395200, trace)
