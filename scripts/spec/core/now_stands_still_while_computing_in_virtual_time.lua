-- In virtual time computing takes none.
local t = now()
for _ = 1, 100000 do end
print(now() - t)
