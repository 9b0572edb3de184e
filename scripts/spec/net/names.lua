-- net.resolve gives addresses; an address is its own.
-- real time
print(table.concat(net.resolve("127.0.0.1"), " "), table.concat(net.resolve("::1"), " "), json.is_array(net.resolve("127.0.0.1")))
local found = false
for _, a in ipairs(net.resolve("localhost")) do found = found or a == "127.0.0.1" end
print(found)
