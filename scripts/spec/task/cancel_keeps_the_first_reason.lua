-- The first reason stays, and is part of the message.
local t = spawn(sleep, 9)
sleep(0)
t:cancel("first")
t:cancel("second")
print(select(2, pcall(await, t)).message)
