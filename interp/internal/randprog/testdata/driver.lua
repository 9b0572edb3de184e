-- lua driver.lua PRELUDE DIR N: runs the programs DIR/i.lua, i from 0 on, each after a line "@@ i".
local prelude, dir, n = ...
local prepare = assert(loadfile(prelude))
TEXTS = os.getenv("TEXTS") ~= nil
for i = 0, n - 1 do
  prepare()
  print("@@ " .. i)
  local file = assert(io.open(dir .. "/" .. i .. ".lua", "rb"))
  local f, e = loadstring(file:read("*a"), "=prog")
  file:close()
  if f then f() else print("SYNTAX", e) end
end
