-- Any number of consumers share the items, each of which goes to one.
local q, got = sync.queue(2), {}
group(function(g)
  for c = 1, 3 do
    g:spawn(function() for v in q:items() do table.insert(got, v) sleep(c) end end)
  end
  for i = 1, 12 do q:put(i) end
  q:close()
end)
table.sort(got)
print(table.concat(got, " "))
