-- Uploads a large file in parts, several at once, each tried again alone; the server puts them together and compares the checksum.
--
--   lull upload_in_parts.lua FILE https://files.example.org/uploads
--   lull --virtual-time upload_in_parts.lua                            shows itself: a server that loses every fourth part
--
-- Neither side keeps the file in memory: a part is read from where it stands in the file, and written to one of its own. Parts that are
-- there already are not sent again, so that an upload that was interrupted goes on.

local part_size = 64 * 1024

local function upload(path, url)
  local size, sum = fs.size(path), hash.file("sha256", path)
  local up = http.post(url, { json = { name = fs.basename(path), size = size, sha256 = sum } }):json()
  local there, parts = {}, {}
  for _, n in ipairs(up.parts) do there[n] = true end
  for n = 1, math.ceil(size / part_size) do
    if not there[n] then parts[#parts + 1] = n end
  end
  task.map(parts, function(n)
    local offset = (n - 1) * part_size
    http.put(("%s/%s/%d"):format(url, up.id, n), {
      file = { path = path, offset = offset, size = math.min(part_size, size - offset) },
      retry = 5,
    })
  end, { limit = 4 })
  return http.post(("%s/%s"):format(url, up.id)):json(), #parts
end

-- server takes uploads into a folder.
local function server(dir)
  local uploads, lost = {}, 0
  return http.serve(0, {
    ["POST /uploads"] = function(req)
      local want = req:json()
      local id = want.sha256:sub(1, 12)
      fs.mkdir(dir .. "/" .. id)
      uploads[id] = want
      local parts = json.array()
      for i, name in ipairs(fs.list(dir .. "/" .. id)) do parts[i] = tonumber(name) end
      return { id = id, parts = parts }
    end,
    ["PUT /uploads/{id}/{part}"] = function(req)
      local n = tonumber(req.params.part)
      if not uploads[req.params.id] or not n then return 404 end
      sleep(0.5)
      lost = lost + 1
      if lost % 4 == 0 then return 503 end
      return { size = req:save(("%s/%s/%05d"):format(dir, req.params.id, n)) }
    end,
    ["POST /uploads/{id}"] = function(req)
      local want = uploads[req.params.id] or error { status = 404, message = "there is no such upload" }
      local from = dir .. "/" .. req.params.id
      fs.replace(dir .. "/" .. fs.basename(want.name), function(out)
        for _, name in ipairs(fs.list(from)) do out:write(read(from .. "/" .. name)) end
      end)
      local sum = hash.file("sha256", dir .. "/" .. fs.basename(want.name))
      if sum ~= want.sha256 then error { status = 409, message = "the file is not whole" } end
      fs.remove(from, { recursive = true })
      return { name = want.name, sha256 = sum }
    end,
  })
end

local path, url = ...
if path then return print(json.encode(upload(path, url))) end

local dir = fs.temp()
local s = server(dir)
local file = fs.temp() .. "/photos.tar"
write(file, ("0123456789abcdef"):rep(60000))
print("interrupted", not task.move_on_after(upload, 1.2, file, s.url .. "/uploads"), now())
local done, sent = upload(file, s.url .. "/uploads")
print(done.name, done.sha256:sub(1, 16), sent .. " of " .. math.ceil(fs.size(file) / part_size) .. " parts were missing", read(dir .. "/photos.tar") == read(file), now())
s:stop()
