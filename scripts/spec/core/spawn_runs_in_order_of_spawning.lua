-- Tasks that are spawned one after the other start in that order.
for i = 1, 4 do spawn(print, i) end
