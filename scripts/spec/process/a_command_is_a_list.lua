-- A command is a list: nothing in its arguments is executed or split. Lists are spliced in, false is left out.
print((process.read { "printf", "<%s>", "a b", "$HOME", "`x`", 1, 2.5, { "in", "side" }, false, "'" }))
print(process.run { "true" }.ok, process.run { "sh", "-c", "exit 3", check = { 3 } }.status)
print((process.read "true") == "")
