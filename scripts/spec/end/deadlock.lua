-- Where every task waits and nothing can wake any, the run ends with kind deadlock and says who waits where.
local a = sync.event()
local t = spawn(function() a:wait() end)
t:name("stuck")
t:join()
