-- None of several errors is lost.
for i = 1, 3 do spawn(function() error("error " .. i, 0) end) end
