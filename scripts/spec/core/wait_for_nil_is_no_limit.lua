-- nil means no limit.
print(wait_for(function() return sleep(1e6, "v") end, nil), now())
