-- The first to end decides: its first value and its index.
print(race(function() return sleep(2, "slow") end, function() sleep(1) return "fast", "more" end))
print(now())
