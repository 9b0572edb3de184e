-- A handler sends events for as long as it likes: text, tables as JSON, names, numbers; wrong ones are bad arguments.
local s = http.serve(0, {
  ["GET /events"] = function(req)
    req:events(function(send)
      send("plain")
      sleep(1)
      send { event = "two", data = "a\nb", id = 7, retry = 2 }
      sleep(1)
      send { data = { n = 1 } }
      print(select(2, pcall(send, { event = "a\nb", data = "" })).message)
      print(select(2, pcall(send, { dta = "" })).message)
      print(select(2, pcall(send)).message)
      late = send
    end)
  end,
})
io.write(http.get(s.url .. "/events").body)
print(now(), select(2, pcall(late, "x")).kind)
for event in http.get(s.url .. "/events", { stream = true }):events() do print(now(), event.event, event.id, event.data) end
s:stop()
