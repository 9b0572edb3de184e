-- A table with the keys 1 to n is a list, as is one that is marked; any other is an object, an empty one, too.
print(json.encode{}, json.encode{ 1, 2 }, json.encode{ a = 1 }, json.encode(json.array()), json.encode(json.array{ 5 }))
print(json.encode(json.decode('{"empty": [], "none": {}}')))
print(json.encode(table.pack()), json.encode(table.pack(nil, 2, nil)), json.encode(gather{}))
print(json.encode(gather{ function() end, function() return 2 end }), json.encode(task.map({ 1, 2 }, function(x) return x * 2 end)))
print(json.is_array{}, json.is_array(json.array()), json.is_array(table.pack()), json.is_array(json.decode("[]")), json.is_array(1), json.is_array(nil))
local list = json.decode("[1]")
list[2], list[3] = "more", json.array()
print(json.encode(list), #list, getmetatable(list), json.array(list) == list)
local class = setmetatable({}, { __index = { x = 1 } })
print(json.encode(class), pcall(json.array, class))
-- The mark outlives the metatable nil, and no other. Lists that say they have more items than there is room for are kind limit.
print(json.encode(setmetatable(json.array(), nil)), json.encode(setmetatable(table.pack(1, nil), nil)), json.encode(setmetatable(json.array(), {})))
local t = json.array()
debug.setmetatable(t, nil)
print(json.encode(t), json.is_array(t))
t.n = 2 ^ 31
for _, encode in ipairs{ json.encode, yaml.encode, function(v) return csv.encode{ v } end, function(v) csv.writer(function() end):write(v) end } do
	local ok, err = pcall(encode, t)
	print(ok, err.kind)
end
local cjson = require "cjson"
cjson.encode_sparse_array(true, 0, 0)
print(select(2, pcall(cjson.encode, { [2 ^ 31] = 1 })).kind, #cjson.encode{ [1e5] = 1 })
