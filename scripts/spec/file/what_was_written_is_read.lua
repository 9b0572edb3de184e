-- write replaces a file or adds to it, and says how many bytes; read gives them back, or the first n.
local path = os.tmpname()
print(write(path, "one\0two"), #read(path), read(path, 3))
print(write(path, "!", { append = true }), #read(path))
print(write(path, 12, { atomic = true }), read(path))
os.remove(path)
local ok, err = pcall(read, path)
print(ok, err.kind, err.code, err.path == path)
