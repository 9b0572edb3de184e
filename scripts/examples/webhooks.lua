-- Takes webhooks, answers at once, and works on them afterwards, a few at a time: what was accepted is done, whatever ends the script.
--
--   WEBHOOK_SECRET=... lull webhooks.lua            on http://localhost:8080/hooks
--   lull --virtual-time webhooks.lua                shows itself
--
-- A hook must be signed (X-Signature: hex HMAC-SHA256 of the body), is taken once though it is sent again (X-Delivery), and is turned away
-- with 503 while the queue is full, so that its sender tries later. Ctrl-C and SIGTERM: the server takes no more, and the queue is worked off.

local secret = os.getenv("WEBHOOK_SECRET") or "secret of the example"
local show = not os.getenv("WEBHOOK_SECRET")
local queue = sync.queue(4)
local seen = {}

local function work(hook)
  sleep(1) -- what there is to do
  print(now(), "done", hook.id, hook.event)
end

local function receive(req)
  local body = req:body()
  if not hash.equal(hash.hmac("sha256", secret, body), req.headers["x-signature"] or "") then return 401, "wrong signature\n" end
  local id = req.headers["x-delivery"]
  if not id then error { status = 400, message = "X-Delivery is missing" } end
  if seen[id] then return 200, "known\n" end
  if not queue:try_put { id = id, event = req:json().event } then return 503, "busy\n", { ["Retry-After"] = 5 } end
  seen[id] = true
  return 202, "accepted\n"
end

local server = http.serve(show and 0 or 8080, { ["POST /hooks"] = receive }, { max_body = 1e6, timeout = 10 })
local workers = spawn(task.each, queue, work, { limit = 2 })
spawn(function() -- when no more comes, the queue ends when it is empty
  server:join()
  queue:close()
  workers:await()
  print(now(), "all is done")
end)
if not show then return end

local function send(id, body, signature)
  local r = http.post(server.url .. "/hooks", {
    body = body, check = false, headers = { ["X-Delivery"] = id, ["X-Signature"] = signature or hash.hmac("sha256", secret, body) },
  })
  print(now(), id, r.status, r.body:trim())
end
send("1", '{"event":"paid"}')
send("1", '{"event":"paid"}')
send("2", '{"event":"paid"}', "forged")
send("3", '{"event":')
for i = 4, 9 do send(tostring(i), '{"event":"sent"}') end
sleep(4)
send("9", '{"event":"sent"}')
server:stop()
