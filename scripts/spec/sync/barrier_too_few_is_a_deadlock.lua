-- Where the others never come, the run ends as a deadlock that names the waiter.
local b = sync.barrier(2)
b:wait()
