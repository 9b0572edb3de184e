-- Closing twice does nothing.
local q = sync.queue()
print(q:closed())
q:close()
q:close()
print(q:closed())
