-- A wait inside a gsub callback.
print((string.gsub("abc", "%w", function(c) sleep(1) return c:upper() end)), now())
