-- Follows several growing files and merges their lines into one output, as `tail -f a b c` does.
--
--   lull tail.lua FILE...          until Ctrl-C
--
-- A task for each file looks for more once a second; whole lines go into one queue, and one task prints them, so lines
-- never mix. Without arguments it follows two files that it writes itself, for a while. It prints name and line.

local lines = sync.queue(1000)

local function follow(name, path)
  local f = assert(io.open(path, "rb"))
  finally(function()
    local part = ""
    while true do
      local data = f:read("*a")
      if data and data ~= "" then
        part = part .. data
        for line in part:gmatch("([^\n]*)\n") do lines:put(name .. ": " .. line) end
        part = part:match("[^\n]*$") -- the rest is no whole line yet
      end
      sleep(1)
    end
  end, function() f:close() end)
end

local function tail(files)
  group(function(g)
    for name, path in pairs(files) do g:spawn(follow, name, path) end
    for line in lines:items() do print(line) end
  end)
end

if arg and #arg > 0 then
  local files = {}
  for _, path in ipairs(arg) do files[path] = path end
  tail(files)
  return
end

-- The show: two logs that grow, one of them a few bytes at a time.
local a, b = os.tmpname(), os.tmpname()
finally(function()
  task.move_on_after(function()
    group(function(g)
      g:spawn(tail, { web = a, db = b })
      sleep(0.25)
      for i = 1, 3 do
        write(a, "GET /page/" .. i .. "\n", { append = true })
        sleep(1)
        write(b, "SELECT " .. i, { append = true })
        sleep(1)
        write(b, " FROM page\n", { append = true })
        sleep(1)
      end
    end)
  end, 12)
end, function()
  os.remove(a)
  os.remove(b)
end)
