local p = io.popen("cat; echo end", "w")
p:write("to cat\n")
print(p:close())
print(p)
for _, mode in ipairs{"re", "rb", "wt", "rw", "r+", "e", "x", ""} do
  print(mode, select(2, io.popen("true", mode)))
end
