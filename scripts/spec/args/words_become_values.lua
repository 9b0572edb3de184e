-- The words of a command line become a table by long names: flags, options, arguments, in any order.
local spec = {
  "Copies files.",
  { "source", "what to copy" },
  { "[files...]", "more of it" },
  { "target", "where to" },
  { "-n, --dry-run", "only show" },
  { "-v, --verbose", "say more", many = true },
  { "-j, --jobs N", "at once", default = 4 },
  { "-I, --include DIR", "look there", many = true },
  { "-x", "short alone" },
  { "--colour", "in colour", default = true },
  { "-o, --out=FILE", "the same with =" },
}
local function try(...)
  local opt = args.parse(spec, { ... })
  print(show(opt))
end
try("a", "b")
try("a", "b", "c", "d")
try("-n", "a", "--jobs", "8", "b")
try("-nxvvj3", "a", "b")
try("-j=5", "a", "b", "--jobs=6")
try("a", "-j", "-2", "b")
try("--", "-n", "--jobs")
try("a", "--", "--", "b")
try("-I", "x", "--include=y", "-Iz", "a", "b")
try("--no-colour", "-n", "--no-dry-run", "a", "b", "-v", "--no-verbose", "-v")
try("-o", "-", "a", "-")
try("--out=", "a", "")
try("-5", "-1e3")
try("two words", "ünï 'quo\"ted\n")
