-- A command has options of its own; common ones stand before or behind it, and all are in one table.
local spec = {
  { "-v, --verbose", "say more", many = true },
  { "--host H", "where", default = "localhost" },
  commands = {
    push = { "Brings files.", { "-f, --force", "whatever is there" }, { "files...", "them" } },
    status = { "Shows them." },
    remote = { "Other places.", commands = {
      add = { { "name", "its name" }, { "url", "where it is" } },
      list = {},
    } },
  },
}
local function try(...) print(show(args.parse(spec, { ... }))) end
try("push", "a")
try("-v", "push", "-f", "a", "b", "-v", "--host=h3")
try("status")
try("remote", "add", "-v", "origin", "ssh://h/x")
try("remote", "list")
try("push", "--", "help")
