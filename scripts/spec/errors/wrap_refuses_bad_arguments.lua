-- errors.wrap says what is wrong with its arguments.
local function try(...) print(select(2, pcall(errors.wrap, ...)).message) end
try()
try(nil, "words")
try("x")
try("x", {})
try("x", "words", 7)
try("x", "words", { message = "m" })
try("x", "words", { cause = "c" })
try("x", "words", { kind = "two words" })
try("x", "words", { others = {} })
try("x", "words", { 1 })
local many = { message = "m" }
for i = 1, 60 do many["a" .. i] = i end
local other = {}
for i = 1, 60 do other["b" .. i] = i end
try(errors.new(many), "words", other)
print(errors.wrap(errors.new(many), "words", { a1 = "other" }).a1)
