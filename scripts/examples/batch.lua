-- A batch of requests to a service that allows five a second and fails now and then.
--
--   lull --virtual-time batch.lua
--
-- A limiter spreads the requests, the retries included; each attempt has a time limit; a failure that is no use to
-- repeat (a 4xx) is given up at once. One bad item does not stop the others: the report at the end has both.
-- It prints the failures, then what it took.

local limiter = sync.limiter(5, 5) -- five a second, five at once
local requests, most, this_second = 0, 0, {}

-- The service: item 7 does not exist, every item that 5 divides is slow at first, every third request fails.
local function request(id, attempt)
  requests = requests + 1
  local second = math.floor(now())
  this_second[second] = (this_second[second] or 0) + 1
  most = math.max(most, this_second[second])
  sleep(id % 5 == 0 and attempt == 1 and 60 or 0.05)
  if id == 7 then error({ status = 404, text = "no such item" }) end
  if requests % 3 == 0 then error({ status = 503, text = "try again later" }) end
  return "item " .. id
end

local function fetch(id)
  return task.retry(function(attempt)
    limiter:acquire()
    return request(id, attempt)
  end, {
    attempts = 6, delay = 0.5, factor = 2, jitter = 0.2, timeout = 10,
    when = function(err) return not (type(err) == "table" and err.status < 500) end,
  })
end

local ids = {}
for i = 1, 40 do ids[i] = i end
local results, errors = task.map(ids, fetch, { limit = 10, return_exceptions = true })

local failed = 0
for i = 1, results.n do
  local err = errors[i]
  if err then
    failed = failed + 1
    local raised = err.value -- what request raised: a table
    print(("item %d failed: %d %s"):format(i, raised.status, raised.text))
  end
end
print(("%d fetched, %d failed"):format(results.n - failed, failed))
print("more requests than items: " .. tostring(requests > #ids))
print("at most " .. most .. " requests in any second")
