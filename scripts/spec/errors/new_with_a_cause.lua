-- errors.new takes a cause, of any kind.
local ok, low = pcall(read, "/no/such/file")
local high = errors.new { kind = "setup", message = "no settings", cause = low }
print(high.cause == low, high.cause.code, high.kind, high.code)
print(errors.new { message = "m", cause = "text" }.cause)
local t = { code = 7 }
print(errors.new { message = "m", cause = t }.cause == t)
print(errors.new { message = "m", cause = high }.cause.cause.code)
error(errors.new { message = "m", cause = high })
