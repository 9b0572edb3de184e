-- Fields are written in the order of the table, numbers with all their digits; error values are their text, tables as show has them.
local fields = {}
for _, name in ipairs { "zebra", "apple", "mango" } do fields[name] = name:upper() end
log.info("order", fields)
log.info("numbers", { whole = 9007199254740992, third = 1 / 3, small = 1e-9, big = 1e300, nan = 0 / 0, inf = -math.huge, int = -0 })
log.info("others", { yes = true, no = false, list = { 1, "two" }, map = { a = 1 }, err = select(2, pcall(read, "/no/such/file")) })
log.setup { format = "json" }
log.info("order", fields)
log.info("numbers", { whole = 9007199254740992, third = 1 / 3, nan = 0 / 0, inf = math.huge })
log.info("others", { yes = true, no = false, text = 'a "b"\n\\', list = { 1, "two" }, [1] = "one" })
log.info("own names", { time = 1, level = 2, msg = 3, task = 4 })
log.setup { time = false }
log.info("no time")
