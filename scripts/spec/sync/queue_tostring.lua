-- tostring says how full it is.
local q = sync.queue(3)
q:put(1)
print(q, sync.queue())
q:close()
print(q)
