-- Reports the size of each folder that is named, four at a time; a folder that takes longer than a minute is given up.
-- usage: lull job.lua [folder...]

local function size(folder)
  return wait_for(function() return fs.size(folder) end, 60)
end

local folders = { ... }
if #folders == 0 then folders = { "." } end

local sizes = task.map(folders, size, { limit = 4, return_exceptions = true })

for i, folder in ipairs(folders) do
  local bytes = sizes[i]
  print(folder, type(bytes) == "number" and ("%.1f MB"):format(bytes / 1e6) or tostring(bytes))
end
