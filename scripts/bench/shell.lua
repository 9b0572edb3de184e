-- The programs that compare (compare.lua, compute.lua) share this: they start others, and look at what those print.
local shell = {}

-- here is the folder of the script, lull the command that runs it: the first word of the command line.
shell.here = arg[0]:match("^(.*)/[^/]*$") or "."
for i = -1, -20, -1 do shell.lull = arg[i] or shell.lull end

function shell.quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- capture is what a command prints; its failure is an error.
function shell.capture(command)
  local pipe = assert(io.popen(command))
  local out = pipe:read("*a")
  local ok, how, code = pipe:close()
  if not ok then error(("%s: %s %s\n%s"):format(command, how, code, out), 0) end
  return out
end

function shell.median(list)
  table.sort(list)
  return list[math.ceil(#list / 2)]
end

return shell
