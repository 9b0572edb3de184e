-- A chat over websockets: rooms, names, and nobody who holds up the others by reading too slowly.
--
--   lull chat.lua 8080                                              serves ws://localhost:8080/chat/ROOM?name=NAME
--   lull chat.lua 'ws://localhost:8080/chat/garden?name=ann'        takes part: lines that are typed are sent
--   lull --virtual-time chat.lua                                    shows itself: three people, of whom one falls asleep
--
-- Each member has a queue of what is still to be sent to it. A member whose queue is full is let go, and a client that vanishes is noticed
-- by the websocket's own ping: either way the rest is told.

local rooms = {} -- by name: the members, by name

-- say tells everybody in a room.
local function say(room, text)
  for _, member in pairs(room) do
    if not member.queue:try_put(text) then member.group:cancel("too slow") end
  end
end

-- chat is the handler: it has a member from its coming to its leaving.
local function chat(req)
  local name, at = req.query.name or "", req.params.room
  if not name:match("^%w+$") then error { status = 400, message = "who are you? ?name=... says it" } end
  local room = rooms[at] or {}
  if room[name] then error { status = 409, message = name .. " is here already" } end
  rooms[at] = room
  group(function(g)
    local queue = sync.queue(16)
    room[name] = { queue = queue, group = g }
    finally(function()
      local ws = req:websocket { max_message = 1000 }
      say(room, name .. " comes in")
      g:spawn(function()
        for text in queue:items() do ws:send(text) end
      end)
      for text in ws:messages() do say(room, name .. ": " .. text) end
    end, function()
      room[name] = nil
      if not next(room) then rooms[at] = nil end
      say(room, name .. " leaves")
    end)
    g:cancel()
  end)
end

local function serve(port) return http.serve(port, { ["GET /chat/{room}"] = chat }) end

-- talk takes part from a terminal.
local function talk(url)
  local ws = http.websocket(url)
  race(function()
    for text in ws:messages() do print(text) end
  end, function()
    for line in io.lines() do ws:send(line) end
  end)
  ws:close()
end

local what = ...
if what then return (what:match("^%d+$") and serve or talk)(tonumber(what) or what) end

local server = serve(0)
local function url(name) return server.url:gsub("^http", "ws") .. "/chat/garden?name=" .. name end

-- joins has somebody listen, and returns what they speak by.
local function joins(name)
  local ws = http.websocket(url(name))
  spawn(function()
    for text in ws:messages() do
      if #text < 100 then print(now(), name .. " hears", text) end
    end
    print(now(), name .. " is out")
  end)
  return ws
end

local ann = joins("ann")
sleep(1)
local bob = joins("bob")
ann:send("hello bob")
bob:send("hello ann")
sleep(1)
print(now(), "another bob", select(2, pcall(http.websocket, url("bob"))).status)
local carl = http.websocket(url("carl")) -- who is asleep at once
for _ = 1, 100 do -- a poem, line by line
  sleep(0.5)
  ann:send(("x"):rep(900))
end
local missed = 0
for _ in carl:messages() do missed = missed + 1 end
print(now(), "carl wakes", missed .. " messages were on their way to him")
bob:close()
sleep(1)
server:stop(0)
