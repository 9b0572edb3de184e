-- err.kind of a plain string error is nil.
local ok, err = pcall(error, "plain")
print(err, err.kind)
