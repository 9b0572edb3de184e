-- t:error() is nil unless the task failed or was cancelled: then an error value, or what was raised.
local fine, failed, cancelled = spawn(print), spawn(function() error({ 7 }) end), spawn(sleep, 9)
print(fine:error(), failed:error(), cancelled:error())
sleep(0)
cancelled:cancel("why")
cancelled:join()
print(fine:error(), failed:error()[1], cancelled:error().kind)
