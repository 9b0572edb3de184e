-- Ackermann's function, and Hanoi's towers: calls, and little else.
local function ackermann(m, n)
  if m == 0 then return n + 1 end
  if n == 0 then return ackermann(m - 1, 1) end
  return ackermann(m - 1, ackermann(m, n - 1))
end
local moves = 0
local function hanoi(n, from, to, over)
  if n == 0 then return end
  hanoi(n - 1, from, over, to)
  moves = moves + 1
  hanoi(n - 1, over, to, from)
end
assert(ackermann(2, 300) == 603)
assert(ackermann(3, 7) == 1021)
hanoi(18, "a", "c", "b")
assert(moves == 2 ^ 18 - 1)
