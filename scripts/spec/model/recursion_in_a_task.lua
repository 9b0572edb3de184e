-- A task may recurse deeply, and wait at the bottom.
local function down(n) if n == 0 then sleep(1) return 0 end return 1 + down(n - 1) end
print(await(spawn(down, 4000)), now())
