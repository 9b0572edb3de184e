-- A missing file is an error of kind io, with path and code.
local ok, err = pcall(read, "no/such/file")
print(ok, err.kind, err.path, err.code)
print(err.message)
