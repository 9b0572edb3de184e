-- A channel has room for max values; try_put and try_get never wait, and a closed one is drained.
local ch = parallel.channel { max = 2, name = "c" }
print(ch, ch:try_put("a"), ch:try_put("b"), ch:try_put("c"), ch:size())
print(ch:try_get(), ch:get(), ch:try_get(), ch:get(1))
ch:put(1)
ch:close()
print(ch:closed(), ch:get(), ch:get())
print(select(2, pcall(ch.put, ch, 2)).kind)
