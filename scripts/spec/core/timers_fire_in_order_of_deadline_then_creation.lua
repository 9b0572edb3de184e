-- Equal deadlines fire in the order in which the waits began.
for i, s in ipairs{ 2, 1, 2, 1, 3 } do spawn(function() sleep(s) print(s, i) end) end
