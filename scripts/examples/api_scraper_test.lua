local here = arg[0]:match("^(.*/)") or ""

-- The service fails, is away, and the script is interrupted: no item is lost, and none is there twice.
test("reads all items once", function()
  local r = test.run(here .. "api_scraper.lua")
  if r.err then return expect(r.err):matches("%(attempt 6%)") end -- it was away for too long
  expect(r.stderr):equal("")
  expect(r.status):equal(0)
  expect(r.stdout):matches("\n36 items, 0 of them twice\n$")
end)

test("waits as long as it is told to, and then goes on", function()
  local dir, asked = fake.dir {}, 0
  fake.http {
    ["GET https://api.example.org/items"] = function(req)
      asked = asked + 1
      if asked == 2 then return 429, "slowly", { ["Retry-After"] = 30 } end
      local n = tonumber(req.query.page or 1)
      return 200, { { id = n } }, n < 3 and { Link = ("</items?page=%d>; rel=next"):format(n + 1) } or nil
    end,
  }
  local r = test.run(here .. "api_scraper.lua", "https://api.example.org/items", dir .. "/items.jsonl")
  expect(r.stderr):equal("")
  expect(read(dir .. "/items.jsonl")):equal('{"id":1}\n{"id":2}\n{"id":3}\n')
  expect(now() >= 30):truthy()
end)
