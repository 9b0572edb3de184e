-- A value that has no JSON text is an error that names it and the way to it.
local function try(v, opts)
	local ok, err = pcall(json.encode, v, opts)
	print(ok and err or err.kind .. "  " .. err.message)
end
try{ users = { {}, {}, { done = print } } }
try(print)
try{ list = { 1, 0 / 0 } }
try{ math.huge, n = 1 }
try{ x = { ["a key"] = { coroutine.create(print) } } }
try{ t = task.current() }
try{ 1, 2, nil, 4 }
try{ nil, 2 }
try{ [3] = 1 }
try{ 1, 2, name = "x" }
try{ [1.5] = 1 }
try{ [true] = 1 }
try{ a = { "caf\233" } }
try{ ["caf\233"] = 1 }
local list = json.array{ 1 }
list.name = "x"
try(list)
list.name, list[3] = nil, 3
try(list)
local packed = table.pack(1, 2)
packed[5] = 1
try(packed)
local loop = { name = "loop" }
loop.self = loop
try(loop)
try{ a = { b = { loop } } }
local pair = { { }, { } }
pair[1][1], pair[2][1] = pair[2], pair[1]
try(pair)
local shared = { 1 }
try{ shared, shared, { shared } }
local deep = {}
for _ = 1, 1000 do deep = { deep } end
print(select(2, pcall(json.encode, deep)).message)
