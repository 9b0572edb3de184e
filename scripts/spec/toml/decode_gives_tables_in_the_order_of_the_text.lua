-- Pairs, headers, dotted keys, lists of tables and tables in braces; names keep their order.
local t = toml.decode([==[
# a comment
title = "jobs" # behind
"quoted key" = 'literal \n'
a.b.c = 1
a.b.d = true

[server]
hosts = [
  "one",   # first
  "two",
]
limits = { cpu = 0.5, mem.max = 0x10 }

[[user]]
name = "ann"
[user.address]
city = "Berlin"
[[user]]
name = """
two
lines \
    joined"""
]==])
print(json.encode(t))
print(json.is_array(toml.decode("a = []").a), next(toml.decode("")), json.encode(toml.decode("\239\187\191a = 1\r\nb = 2")))
