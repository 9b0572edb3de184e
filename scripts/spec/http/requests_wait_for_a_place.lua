-- At most `limit` requests are answered at once, first come, first served; who streams has left its place, and waiting counts as time.
local s = http.serve(0, {
  ["GET /work/{n}"] = function(req) sleep(10) return req.params.n end,
  ["GET /stream"] = function() return 200, function() sleep(1000) end end,
}, { limit = 2, timeout = 25 })
local _open = http.get(s.url .. "/stream", { stream = true })
local _also = http.get(s.url .. "/stream", { stream = true })
group(function(g)
  for i = 1, 6 do
    g:spawn(function()
      local r = http.get(s.url .. "/work/" .. i, { check = false })
      print(now(), i, r.status, r.body:trim())
    end)
  end
end)
s:stop(0)
