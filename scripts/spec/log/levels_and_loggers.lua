-- An event below the level is not written; a logger adds its fields, in their places, and goes by the settings as they are.
log.debug("not shown", { cost = setmetatable({}, { __tostring = error }) })
local l = log.with { host = "h3", attempt = 1 }
local inner = l.with { attempt = 2, last = true }
l.info("one")
inner.info("two", { host = "h4" })
log.setup { level = "error" }
l.warn("not shown")
l.error("shown")
log.setup { level = "debug" }
inner.debug("now shown")
local err = select(2, pcall(function() sleep("x") end))
l.debug("with a traceback", { err = err })
