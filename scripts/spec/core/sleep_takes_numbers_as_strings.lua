-- A string that reads as a number is one, as in Lua.
sleep("1.5")
print(now())
