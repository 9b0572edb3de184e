-- With further arguments each attempt gets those, and not its number.
local n = 0
local function fetch(...)
  n = n + 1
  if n < 3 then error("again") end
  return n, ...
end
print(task.retry(fetch, { delay = 1 }, "a", nil, "c"))
n = 0
print(task.retry(fetch, nil, nil))
print(pcall(task.retry, read, { attempts = 2 }, "/no/such/file"))
print(now())
