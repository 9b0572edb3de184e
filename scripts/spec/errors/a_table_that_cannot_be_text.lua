-- An error value whose __tostring raises is told without it.
local e = setmetatable({}, { __tostring = function() error("no") end })
spawn(function() error(e) end)
