-- Where the owner is being cancelled itself, an error of a member that unwinds is raised instead.
local ok, err = pcall(wait_for, function()
  gather(function() finally(function() sleep(9) end, function() error("member", 0) end) end)
end, 1)
print(ok, err)
