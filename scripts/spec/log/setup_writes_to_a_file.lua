-- With a file the lines are appended to it, at once; file = false goes back to standard error.
local path = os.tmpname()
write(path, "before\n")
log.setup { file = path, time = false }
log.info("in the file")
print(read(path))
log.with({ n = 1 }).warn("too")
log.setup { file = false }
log.info("on standard error")
log.setup { file = path, format = "json" }
log.info("in the file again")
print(read(path))
local ok, err = pcall(log.setup, { file = path .. "/no/log" })
print(ok, err.kind, err.code, err.path == path .. "/no/log")
log.info("the old one stays")
print(select(2, read(path):gsub("\n", "")))
os.remove(path)
