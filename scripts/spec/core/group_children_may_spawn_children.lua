-- A child may give the group more children; the group waits for all of them.
local function grow(g, n)
  sleep(1)
  if n > 0 then g:spawn(grow, g, n - 1) end
end
group(function(g) g:spawn(grow, g, 4) end)
print(now())
