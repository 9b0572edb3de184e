-- The reason is text.
local t = spawn(sleep, 1)
print(select(2, pcall(t.cancel, t, {})).message)
