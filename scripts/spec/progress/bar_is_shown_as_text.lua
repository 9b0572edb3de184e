-- A bar as text: its label, the share, what is done of how much, the rate and the time left.
local b = progress.bar()
print(b)
b:add(2) b:total(8) print(b)
b:label("two\nlines") print(b)
sleep(1) b:add(2) print(b)
b:add(-3) print(b)
b:set(8) sleep(4000) b:set(8) print(b)
local bytes = progress.bar { unit = "bytes", total = 3 * 2 ^ 30 }
sleep(10) bytes:set(2 ^ 30) print(bytes)
print(progress.bar { total = 0 })
for _, bad in ipairs { { total = -1 }, { total = 0 / 0 }, { total = math.huge }, { totl = 1 }, { unit = 1 } } do
  print(pcall(progress.bar, bad))
end
print(pcall(b.set, b, -1))
print(pcall(b.add, b, -9))
