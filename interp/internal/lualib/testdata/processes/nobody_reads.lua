local p = io.popen("exec <&-; sleep 0.05", "w")
p:setvbuf("no")
local ok, e, code
repeat ok, e, code = p:write("x") until not ok
print(e, code)
print(p:close())
