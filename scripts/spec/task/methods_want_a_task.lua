-- A method called on something else names what it wants.
local t = task.current()
print(select(2, pcall(t.done, 1)).message)
print(select(2, pcall(t.done)).message)
