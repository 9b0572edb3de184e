-- split gives the pieces between matches, as a list.
local function show(...) local t = re.split(...) print(#t, json.encode(t)) end
show("a, b;c", [=[[,;]\s*]=])
show("", ",")
show(",a,", ",")
show("abc", "x")
show("abc", "")
show("a1b2c3", [[\d]], 2)
show("a1b2c3", [[\d]], 1)
show("a1b2c3", [[\d]], math.huge)
show("one  two", [[\s]])
show("ab", "(a)")
