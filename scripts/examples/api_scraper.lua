-- Reads all pages of an API into a file of JSON lines, within its rate, over its failures, and goes on where it was interrupted.
--
--   lull api_scraper.lua https://api.example.org/items items.jsonl
--   lull --virtual-time api_scraper.lua                               shows itself, interrupted once
--
-- Pages are followed by their Link header. At most five requests a second are made; 429 and 503 are tried again when the server says, or after
-- pauses that double. Once a page is in the file, the next one's URL and the file's size are written beside it: whatever ends the script, no
-- page is lost, and none is there twice.

local function scrape(url, path)
  local mark = path .. ".next"
  local state = fs.exists(mark) and json.decode(read(mark)) or { url = url, size = 0 }
  if not state.url then return print("complete") end
  if state.url ~= url then print("goes on with " .. state.url:match("%?.*")) end
  local api = http.session { limiter = sync.limiter(5), retry = { attempts = 6, delay = 1, max_delay = 60 }, timeout = 20 }
  if fs.exists(path) then write(path, read(path, state.size), { atomic = true }) end -- without a page that is not whole
  local pages = 0
  while state.url do
    local r = api:get(state.url)
    local lines = {}
    for i, item in ipairs(r:json()) do lines[i] = json.encode(item) .. "\n" end
    local page = table.concat(lines)
    write(path, page, { append = true })
    state = { url = r.links.next, size = state.size + #page }
    write(mark, json.encode(state), { atomic = true })
    pages = pages + 1
    if r.attempts > 1 then print(("%.1f s: page %d took %d attempts"):format(now(), pages, r.attempts)) end
  end
  print(("%.1f s: %d pages, %d bytes"):format(now(), pages, state.size))
end

local url, path = ...
if url then return scrape(url, path) end

-- The API: 12 pages of 3 items; it asks for patience now and then, and is away for a minute.
local asked = 0
local api = http.serve(0, {
  ["GET /items"] = function(req)
    asked = asked + 1
    if asked % 5 == 0 then return 429, "slowly", { ["Retry-After"] = 2 } end
    if now() > 12 and now() < 30 then return 503 end
    sleep(1)
    local page = tonumber(req.query.page or 1)
    local items = json.array()
    for i = 1, 3 do items[i] = { id = (page - 1) * 3 + i } end
    local next = page < 12 and { Link = ("</items?page=%d>; rel=next"):format(page + 1) } or nil
    return 200, items, next
  end,
})
local dir = fs.temp()
print("interrupted", not task.move_on_after(scrape, 6.5, api.url .. "/items", dir .. "/items.jsonl"))
scrape(api.url .. "/items", dir .. "/items.jsonl")
scrape(api.url .. "/items", dir .. "/items.jsonl")
local ids, twice = {}, 0
for line in io.lines(dir .. "/items.jsonl") do
  local id = json.decode(line).id
  twice = twice + (ids[id] and 1 or 0)
  ids[id] = true
end
print(#ids .. " items, " .. twice .. " of them twice")
api:stop()
