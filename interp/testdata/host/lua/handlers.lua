-- The handlers of the server, by their paths. Each call is a run of its own, with a time-out.
local counts = require "counts" -- of this runtime alone

handlers = {}

function handlers.hello(req)
  counts.add("hello")
  return { status = 200, body = "hello " .. (req.query.name or "you") }
end

-- Asks the host for both prices at once.
function handlers.total(req)
  local a, b = gather(async(shop.price)(req.query.a), async(shop.price)(req.query.b))
  return { status = 200, body = tostring(a + b), header = { ["X-Prices"] = a .. " " .. b } }
end

function handlers.slow()
  finally(function() sleep(3600) end, function(ok, err) log("gave up: " .. err.kind) end)
end

function handlers.broken() error("no such luck") end

function handlers.counts() return { status = 200, body = tostring(counts.of("hello")) } end
