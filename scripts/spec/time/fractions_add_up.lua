-- Waits of a tenth of a second add up without an error.
for _ = 1, 1000 do sleep(0.1) end
print(now())
