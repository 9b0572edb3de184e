-- The body of a response is read as JSON, with the options of json.decode; what is none is an error with its place.

local s = http.serve(0, { ["/good"] = function() return 200, '{"list":[],"big":12345678901234567890,"none":null}' end, ["/bad"] = function() return 200, '{"a":\n 1,}' end, ["/none"] = function() return 204 end })
local r = http.get(s.url .. "/good")
print(show(r:json()), r:json({ nulls = true }).none, r:json({ numbers = "double" }).big, json.is_array(r:json().list))
for _, path in ipairs { "/bad", "/none" } do
  local ok, e = pcall(function() return http.get(s.url .. path):json() end)
  print(ok, e.kind, e.line, e.column)
end
s:stop()
