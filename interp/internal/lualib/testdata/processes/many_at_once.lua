local t = {}
for i = 1, 50 do
  t[i] = function()
    local p = io.popen("echo " .. i)
    local s = p:read()
    p:close()
    return s
  end
end
local r = gather(t)
print(r[1], r[50])
