-- require "cjson" and "cjson.safe" are lua-cjson 2.1 with its rules: null is cjson.null, large numbers are rounded, {} is an object.
local cjson, safe = require "cjson", require "cjson.safe"
print(rawget(_G, "cjson"), cjson == require "cjson", cjson ~= safe, cjson._NAME, cjson.null == json.null)
local v = cjson.decode('{"a": null, "big": 9007199254740993, "list": [], "n": [1, null]}')
print(v.a == cjson.null, v.big, cjson.encode(v.list), v.n[2] == cjson.null)
print(cjson.encode{ 1, nil, 3 }, cjson.encode{ a = "x/y" }, cjson.encode{ 1 / 3 }, cjson.encode{ [1] = 1, x = 2 })
print(select(2, pcall(cjson.decode, "[1,")).message, safe.decode("[1,"))
print(select(2, pcall(cjson.encode, print)).message, safe.encode{ 0 / 0 })
print(select(2, pcall(cjson.encode, { [1] = 1, [100] = 2 })).message)
print(cjson.encode(cjson.empty_array), cjson.encode(setmetatable({}, cjson.empty_array_mt)), cjson.encode(setmetatable({ a = 1 }, cjson.array_mt)))
local own = cjson.new()
own.encode_number_precision(3)
own.decode_array_with_array_mt(true)
own.encode_escape_forward_slash(false)
print(own.encode{ 1 / 3, "a/b" }, cjson.encode{ 1 / 3, "a/b" }, own.encode(own.decode("[]")))
print(cjson.encode_sparse_array(), cjson.encode_max_depth(), cjson.decode_max_depth(), cjson.encode_invalid_numbers(), cjson.decode_invalid_numbers(), cjson.encode_keep_buffer())
local loop = {}
loop[1] = loop
print(select(2, pcall(cjson.encode, loop)).message, pcall(own.encode_max_depth, 0))
