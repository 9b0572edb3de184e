-- A pipeline: two producers, three workers and one consumer, over queues that hold a few items each.
--
--   lull --virtual-time pipeline.lua
--
-- Producers that are faster than the workers wait for room (back-pressure), so memory stays small however much there is.
-- A queue that is closed ends the loops that read it, once it is empty: that is how the end passes down the pipeline.
-- It prints each result as it comes, then how many there were.

local raw, cooked = sync.queue(4), sync.queue(4)

local function producer(name, n)
  for i = 1, n do
    sleep(0.1) -- reading, parsing, ...
    raw:put({ name = name, n = i })
  end
end

local function worker(id)
  for item in raw:items() do
    sleep(0.5) -- the work
    item.square, item.by = item.n * item.n, id
    cooked:put(item)
  end
end

local function consumer()
  local count, sum = 0, 0
  for item in cooked:items() do
    count, sum = count + 1, sum + item.square
    print(("%4.1f s  %s %d: %2d, by worker %d"):format(now(), item.name, item.n, item.square, item.by))
  end
  print(("%d results, sum %d, after %.1f s"):format(count, sum, now()))
end

-- stage runs its functions at once, and closes the queue that they fill when all have ended.
local function stage(out, ...)
  gather(...)
  out:close()
end

gather(
  function() stage(raw, function() producer("a", 5) end, function() producer("b", 4) end) end,
  function() stage(cooked, function() worker(1) end, function() worker(2) end, function() worker(3) end) end,
  consumer
)
