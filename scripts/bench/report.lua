-- report(name, ops, seconds) prints what a workload took, as its peers in rawgo and with_asyncio.py do, for compare.lua to read.
return function(name, ops, seconds)
  local known, status = pcall(read, "/proc/self/status") -- Linux only
  local peak = known and tonumber(status:match("VmHWM:%s*(%d+)")) / 1024 or 0
  print(string.format("%-10s %8d operations %9.3f us each %7.1f MB", name, ops, seconds / ops * 1e6, peak))
end
