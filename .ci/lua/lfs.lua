-- As much of LuaFileSystem, which is in C, as luacheck and penlight need, by way of the shell.
local lfs = { _VERSION = "LuaFileSystem, in Lua" }

local function quoted(s) return "'" .. s:gsub("'", "'\\''") .. "'" end

local function shell(command)
  local p = assert(io.popen(command))
  local text = p:read("*a")
  p:close()
  return text
end

function lfs.currentdir() return (shell("pwd"):gsub("\n$", "")) end

local modes = { ["regular file"] = "file", ["regular empty file"] = "file", directory = "directory" }

function lfs.attributes(path, wanted)
  local kind, size, time = shell("stat -L -c '%F:%s:%Y' " .. quoted(path) .. " 2>/dev/null"):match("^([^:]*):(%d+):(%d+)")
  if not kind then return nil, path .. ": No such file or directory" end
  local all = { mode = modes[kind] or "other", size = tonumber(size), modification = tonumber(time) }
  if wanted then return all[wanted] end
  return all
end

lfs.symlinkattributes = lfs.attributes

function lfs.dir(path)
  local next = shell("ls -a " .. quoted(path)):gmatch("[^\n]+")
  return function() return next() end
end

function lfs.mkdir(path) return os.execute("mkdir " .. quoted(path) .. " 2>/dev/null") == 0 end
function lfs.rmdir(path) return os.execute("rmdir " .. quoted(path) .. " 2>/dev/null") == 0 end

return lfs
