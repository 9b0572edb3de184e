-- lua check.lua DIR N: after a line "@@ i" what is wrong with the syntax of DIR/i.lua, i from 0 on.
local dir, n = ...
for i = 0, n - 1 do
  local file = assert(io.open(dir .. "/" .. i .. ".lua", "rb"))
  io.write("@@ ", i, "\n", select(2, loadstring(file:read("*a"), "=prog")) or "", "\n")
  file:close()
end
