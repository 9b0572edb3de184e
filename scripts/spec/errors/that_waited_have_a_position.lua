-- So does one that is raised after a wait.
local q = sync.queue(1)
q:put(1)
spawn(function() sleep(1) q:close() end)
local ok, err = pcall(function()
  q:put(2)
end)
print(err)
