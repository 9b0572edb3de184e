-- An error value serves as text: concatenation, string methods, string functions, %s.
local ok, err = pcall(function() read("no/such") end)
print("backup: " .. err)
print(err .. "!")
print(err:match("no such file"), err:upper():sub(-9))
print(string.format("%s", err) == tostring(err), #tostring(err) == string.len(err))
