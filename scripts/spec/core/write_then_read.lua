-- write returns the number of bytes, read the file's bytes.
local name = os.tmpname()
finally(function()
  print(write(name, "a\0b\n"))
  print(#read(name), read(name, 1), read(name, 0) == "")
end, function() os.remove(name) end)
