-- Functions that are made by functions, and keep variables.
local function compose(f, g) return function(x) return f(g(x)) end end
local function add(n) return function(x) return x + n end end
local function counter()
  local n = 0
  return function() n = n + 1 return n end
end
local function fold(f, list, value)
  for i = 1, #list do value = f(value, list[i]) end
  return value
end
local list = {}
for i = 1, 100 do list[i] = i end
local sum, count = 0, counter()
for i = 1, 9000 do
  local f = compose(add(i), compose(add(1), add(-1)))
  sum = sum + f(i)
  sum = sum + fold(function(a, b) count() return a + b % 2 end, list, 0)
end
assert(sum == 81459000 and count() == 900001, sum)
