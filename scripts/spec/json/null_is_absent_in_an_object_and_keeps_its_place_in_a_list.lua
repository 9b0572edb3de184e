-- null is absent in an object and json.null in a list; with nulls it is json.null everywhere.
local v = json.decode('{"a": null, "list": [1, null, 3], "b": 1}')
print(v.a, #v.list, v.list[2], v.list[2] == json.null, v.list[2] == nil, v.b)
for name in pairs(v) do print(name) end
local all = json.decode('{"a": null}', { nulls = true })
print(all.a == json.null, tostring(all.a), json.decode("null", { nulls = true }), json.decode("null"))
print(json.encode(v), json.encode(all))
print(next(json.decode('{"a": 1, "a": null}')))
