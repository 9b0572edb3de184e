-- Without a terminal a question has its default, or is an error.
print(term.ask("Name?", { default = "bob" }), term.ask("Name?", { default = "", secret = true }) == "")
print(term.confirm("Sure?", { default = true }), term.confirm("Sure?", { default = false }))
print(term.choose("Which?", { "a", "b", 3 }, { default = 3 }))
print(pcall(term.ask, "Name?"))
print(pcall(term.confirm, "Sure?"))
print(pcall(term.choose, "Which?", { "a" }))
print(pcall(term.choose, "Which?", { "a" }, { default = "b" }))
print(pcall(term.choose, "Which?", {}))
print(pcall(term.choose, "Which?", { {} }))
for _, bad in ipairs { { default = {} }, { check = 1 }, { secret = 1 }, { defualt = "x" } } do print(pcall(term.ask, "?", bad)) end
print(pcall(term.confirm, "?", { default = "yes" }))
