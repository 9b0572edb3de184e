-- A barrier of one never waits.
local b = sync.barrier(1)
print(b:wait(), b:wait(), now())
print(select(2, pcall(sync.barrier, 0)).message)
