-- errors.wrap puts words before what was caught, and keeps its kind, fields, place and traceback.
local function inner() read("/no/such/file") end
local ok, err = pcall(inner)
local told = errors.wrap(err, "deploy of h3")
print(tostring(told))
print(told.kind, told.message)
print(told.path, told.code, told.cause == err, told.traceback == err.traceback)
print(err.message)
-- Again, with fields; those of the same name and the kind are replaced.
local again = errors.wrap(told, "all", { host = "h3", code = "ESETUP", kind = "setup" })
print(again.kind, again.host, again.code, again.path, again.message)
print(again.cause == told, again.cause.cause == err, told.kind, told.code, told.host)
-- A string keeps its place in front, a table is shown.
local ok, text = pcall(function() error("boom") end)
local t = errors.wrap(text, "words")
print(tostring(t), t.kind, t.message, t.cause == text)
print(errors.wrap("no place", "words"), errors.wrap(7, "words"))
local ok, raised = pcall(error, { code = 7 })
t = errors.wrap(raised, "words")
print(t.message, t.cause == raised, t.value)
print(errors.wrap(setmetatable({}, { __tostring = function() return "shown" end }), "words").message)
-- Errors that came with it come along.
local ok, e = pcall(gather, function() sleep(1) error("first", 0) end, function() finally(function() sleep(9) end, function() error("late", 0) end) end)
print(errors.wrap(e, "words").others[1], errors.wrap(errors.wrap(e, "more"), "words").others[1])
print(errors.wrap(errors.wrap("x", err), 5))
