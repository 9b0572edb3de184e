-- The status is a whole number from 0 to 255.
for _, code in ipairs{ -1, 256, 1.5, "x" } do print(select(2, pcall(stop, code)).message) end
