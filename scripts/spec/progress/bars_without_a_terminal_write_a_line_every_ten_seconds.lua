-- Without a terminal a bar writes a line to standard error every ten seconds of the loop's clock, while it changes, and a last one when it is closed; a brief one says nothing.
local b = progress.bar { total = 100, label = "hosts", unit = "of them" }
for _ = 1, 50 do sleep(0.5) b:add() end
sleep(60)
b:close()
b:close()
local brief = progress.bar { total = 3 }
for _ = 1, 3 do sleep(1) brief:add() end
brief:close()
for i in progress.each({ "a", "b", "c" }, { label = "each" }) do sleep(6 * i) end
print(now())
