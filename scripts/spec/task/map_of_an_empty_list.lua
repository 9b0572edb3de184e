-- An empty list gives an empty list.
local r = task.map({}, print)
print(r.n, #r)
