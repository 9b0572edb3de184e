-- Without a terminal styles leave text as it is, and a wrong style is a bad argument all the same.
print(term.style("plain", "bold bright red on blue"), term.style("", "red"), term.style("x", ""))
for _, bad in ipairs { "rde", "on", "bright", "on bold", "red bright" } do print(pcall(term.style, "x", bad)) end
print(term.is_terminal(), term.is_terminal(io.stdin), term.is_terminal(io.stderr))
print(pcall(term.is_terminal, 1))
