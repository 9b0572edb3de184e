-- A value that cannot go to another isolate is an error before anything has started, which names the way to it.
local q = sync.queue()
local function work() return q:get() end
print(pcall(parallel.map, { 1 }, work))
print(pcall(parallel.run, print, { conn = { io.stdout } }))
