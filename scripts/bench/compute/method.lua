local A = {}
A.__index = A
function A:get(n) return self.v + n end
local o, s = setmetatable({ v = 1 }, A), 0
for i = 1, 4000000 do s = s + o:get(i) end
