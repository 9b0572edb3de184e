-- errors.new says what is wrong with its fields.
local function try(...) print(select(2, pcall(errors.new, ...)).message) end
try()
try(nil)
try("text")
try {}
try { message = {} }
try { message = nil, kind = "x" }
for _, kind in ipairs { "two words", "", "1st", 7, true, ("x"):rep(65), "a\0b" } do try { message = "m", kind = kind } end
try { message = "m", "listed" }
try { message = "m", [true] = 1 }
try { message = "m", [""] = 1 }
for _, name in ipairs { "traceback", "task", "others", "value" } do try { message = "m", [name] = 1 } end
local many = { message = "m" }
for i = 1, 101 do many["field" .. i] = i end
try(many)
print(errors.new { message = "m", kind = "http-404_x" }.kind)
