-- Where two end at the same instant the one whose wait began first wins.
print(race(function() return sleep(1, "a") end, function() return sleep(1, "b") end))
