-- tostring says who holds it.
local l = sync.lock()
print(l)
l:with(print, l)
