-- Given a list, gather returns a list, with n.
local r = gather{ function() return "a" end, function() end }
print(type(r), r.n, r[1], r[2])
