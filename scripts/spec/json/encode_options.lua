-- indent puts values on lines of their own, sort puts names in the order of their bytes; an unknown option is an error.
local v = { b = { 1, { 2 }, {}, json.array() }, a = { y = 1, x = "ü" }, B = true }
print(json.encode(v, { indent = 2 }))
print(json.encode(v, { indent = "\t", sort = true }))
print(json.encode(v, { sort = true }), json.encode(v, { indent = 0 }), json.encode({}, { indent = 2 }))
for _, opts in ipairs{ { indent = -1 }, { indent = 1.5 }, { indent = "--" }, { indent = true }, { sort = 1 }, { indnet = 2 }, 5 } do
	print(select(2, pcall(json.encode, v, opts)).message)
end
print(select(2, pcall(json.encode)).message)
