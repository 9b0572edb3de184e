-- An error's traceback goes on with the isolate's name and the caller's.
local function work(i) if i == 2 then error(errors.new { message = "no " .. i }) end end
local function caller() parallel.map({ 1, 2 }, work) end
local ok, e = pcall(caller)
print(e)
print((e.traceback:gsub("\n%s*", "\n")))
