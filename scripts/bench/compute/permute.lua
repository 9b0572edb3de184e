-- The most flips that a permutation of 9 takes (fannkuch): small numbers in lists.
local n = 9
local p, q, seen, most, sum, sign = {}, {}, {}, 0, 0, 1
for i = 1, n do p[i], seen[i] = i, i end
while true do
  local first = p[1]
  if first ~= 1 then
    for i = 2, n do q[i] = p[i] end
    local flips = 1
    while true do
      local next = q[first]
      if next == 1 then break end
      q[first] = first
      if first >= 4 then
        local i, j = 2, first - 1
        repeat
          q[i], q[j] = q[j], q[i]
          i, j = i + 1, j - 1
        until i >= j
      end
      first, flips = next, flips + 1
    end
    sum = sum + sign * flips
    if flips > most then most = flips end
  end
  if sign == 1 then
    p[1], p[2], sign = p[2], p[1], -1
  else
    p[2], p[3], sign = p[3], p[2], 1
    for i = 3, n do
      local left = seen[i]
      if left ~= 1 then
        seen[i] = left - 1
        break
      end
      if i == n then
        assert(sum == 8629 and most == 30, sum .. " " .. most)
        return
      end
      seen[i] = i
      local head = p[1]
      for j = 1, i do p[j] = p[j + 1] end
      p[i + 1] = head
    end
  end
end
