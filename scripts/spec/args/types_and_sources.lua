-- Values are read by their type; what is not given comes from the environment of the host, or is the default.
local function try(decl, item, ...)
  item[1] = decl
  print(decl, show(args.parse({ item }, { ... })))
end
try("--n N", { type = "number" }, "--n", "0x10")
try("--n N", { type = "number" }, "--n", "-1.5e3")
try("--n N", { type = "integer" }, "--n=3")
try("--n N", { default = 2.5 })
try("--t T", { type = "duration" }, "--t", "1h30m")
try("--t T", { type = "duration", default = "90s" })
try("--t T", { type = "duration", default = 5 })
for _, size in ipairs { "0", "100B", "1K", "1k", "1KiB", "1kB", "1KB", "1.5M", "2MB", "3 GiB", "1T" } do
  try("--s S", { type = "size" }, "--s", size)
end
try("--p P", { type = "path" }, "--p", "a b/c")
try("--c C", { choices = { "low", "high" }, default = "low" }, "--c", "high")
try("--c C", { choices = { 1, 2 } }, "--c", "2.0")
try("--f F", { type = function(word) return { word:upper() } end }, "--f", "x")
try("--f F", { type = tonumber, default = 7 })
try("files...", { type = "integer" }, "1", "2")
try("[files...]", {})
try("[files...]", { default = { "." } })
try("file", { default = "-" })
try("[file]", {})
try("--list X", { many = true, default = { "a", "b" } })
try("--list X", { many = true, default = { "a", "b" } }, "--list", "c")
try("-v", { many = true, default = 1 })
try("--e E", { env = "LULL_SPEC_IS_NOT_SET", default = "d" })
