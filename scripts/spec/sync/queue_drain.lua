-- drain works on items until the queue is empty and none of its tasks runs: these may put more.
local pages = { index = { "a", "b" }, a = { "c", "index" }, b = { "c", "d" }, c = {}, d = { "e" }, e = {} }
local q, seen = sync.queue(), { index = true }
q:put("index")
print(q:drain(function(page)
  print(page, now())
  sleep(1)
  for _, link in ipairs(pages[page]) do
    if not seen[link] then seen[link] = true q:put(link) end
  end
end, { limit = 2 }))
print(q, now())
print(q:drain(print))
-- closed: what is left is worked on
q:put(1) q:put(2) q:close()
q:drain(function(v) sleep(v) print(v) end)
q:drain(print)
-- closed by a task of its own, while it waits
local p = sync.queue()
p:put("first")
p:drain(function(v)
  sleep(1)
  if v == "first" then p:put("last") p:close() end
  sleep(1)
  print(v)
end)
print(p, now())
