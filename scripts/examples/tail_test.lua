local here = arg[0]:match("^(.*/)") or ""

test("prints whole lines, of each file in its order", function()
  local r = test.run(here .. "tail.lua")
  expect(r.stderr):equal("")
  expect(r.status):equal(0)
  local pages, rows = "", ""
  for line in r.stdout:gmatch("[^\n]*\n") do
    if line:find("^web: ") then pages = pages .. line else rows = rows .. line end
  end
  local function begins(all, part) expect(all:sub(1, #part)):equal(part) end
  begins("web: GET /page/1\nweb: GET /page/2\nweb: GET /page/3\n", pages)
  begins("db: SELECT 1 FROM page\ndb: SELECT 2 FROM page\ndb: SELECT 3 FROM page\n", rows)
end)
